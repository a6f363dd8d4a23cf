/**
 * How is a sops document opened with the keys at hand, and how does a changed one become a change to commit?
 */
import { newDataKey, type DataKey } from "../crypto/data-key.ts";
import { openDocument, type OpenedDocument, type SopsDocument } from "../documents/sops-document.ts";
import { knownEntries, standingReaders, unwrapDataKey, wrapDataKey } from "../documents/sops-key-groups.ts";
import { newMetadata, withSettings, type Metadata } from "../documents/sops-metadata.ts";
import { sealDocument, rewriteMetadata } from "../documents/sops-seal.ts";
import { SecretsError } from "../errors.ts";
import type { Format } from "../formats/format.ts";
import type { Change } from "../io/commit.ts";
import { collect, sha256 } from "../io/stream.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { noIdentity } from "./no-identity.ts";
import { inFile, type Project, type Ruled } from "./project.ts";
import { compareDocument, wantedGroups, wantedSettings } from "./sops-readers.ts";

/**
 * Opens every value and checks the MAC.
 * @param path absolute
 * @throws SecretsError `no-identity` naming who could; `tampered` or `malformed` with line and column
 */
export async function openSops(
  project: Project,
  path: string,
  given: { readonly document: SopsDocument; readonly ignoreMac?: boolean | undefined },
): Promise<OpenedDocument> {
  const file = project.show(path);
  const { document } = given;
  try {
    const dataKey = await unwrapDataKey(document.metadata, project.identities);
    const opened = await openDocument(document, dataKey, { ignoreMac: given.ignoreMac === true });
    for (const { line, column, message } of opened.warnings)
      project.tell(`warning: ${file}:${line}:${column}: ${message}`);
    return opened;
  } catch (error) {
    if (error instanceof SecretsError && error.code === "no-identity") {
      const present = await recipientsOf(document.metadata);
      throw await noIdentity(project, path, { present, message: error.message });
    }
    throw inFile(error, file);
  }
}

/** Everybody whom the document names by a key of ours. */
export async function recipientsOf(metadata: Metadata): Promise<Recipient[]> {
  const entries = await Promise.all(metadata.groups.map(knownEntries));
  return entries.flat().flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));
}

/** Entries that only sops can open, as `2 pgp`. */
export function foreignEntries(metadata: Metadata): string[] {
  const counts = new Map<string, number>();
  for (const { others } of metadata.groups) {
    for (const [type, entries] of others) counts.set(type, (counts.get(type) ?? 0) + entries.length);
  }
  return [...counts].map(([type, count]) => `${count} ${type}`);
}

export interface Resealing {
  readonly opened: OpenedDocument;
  /** The open text as it shall be. */
  readonly text: string;
  /** The readers and settings of this rule; undefined: those that the file has. */
  readonly ruled: Ruled | undefined;
  /** `removed`: a new data key where somebody is to know it no more. */
  readonly newKey: "always" | "removed" | "never";
}

/**
 * The document with this text, for these readers. Where neither differs, the very same text.
 * @throws SecretsError `malformed` with the line where the text does not parse; `refused`
 */
export async function reseal(project: Project, resealing: Resealing): Promise<string> {
  const { opened, text, ruled } = resealing;
  const difference = ruled && (await compareDocument(opened.metadata, ruled));
  const isNewKey =
    resealing.newKey === "always" || (resealing.newKey === "removed" && (difference?.groups.removes ?? false));
  const dataKey = isNewKey ? newDataKey() : opened.dataKey;
  const rewrap = isNewKey || difference?.groups.differs === true;
  const metadata = rewrap ? await wrapped({ opened, ruled, dataKey, isNewKey }) : opened.metadata;
  const settled = ruled === undefined ? metadata : withSettings(metadata, wantedSettings(ruled.ruling));
  if (!isNewKey && text === opened.openText && settled.settings === opened.metadata.settings) {
    return (await rewriteMetadata(opened, settled)).text;
  }
  const sealed = await sealDocument({
    text,
    format: opened.format,
    dataKey,
    metadata: settled,
    previous: opened,
    now: project.host.now(),
  });
  return sealed.text;
}

async function wrapped(given: {
  opened: OpenedDocument;
  ruled: Ruled | undefined;
  dataKey: DataKey;
  isNewKey: boolean;
}): Promise<Metadata> {
  const { metadata } = given.opened;
  const { dataKey, isNewKey, ruled } = given;
  const wanted = ruled === undefined ? await standingReaders(metadata) : wantedGroups(ruled.ruling);
  const threshold = ruled === undefined ? metadata.threshold : (ruled.ruling.settings.threshold ?? 0);
  return wrapDataKey({ metadata, dataKey, wanted, threshold, isNewKey });
}

/** A new document for the readers of a rule, or for those that were named. */
export async function sealNew(
  project: Project,
  given: {
    readonly text: string;
    readonly format: Format;
    readonly wanted: readonly (readonly Recipient[])[];
    readonly threshold: number;
    readonly settings: Metadata["settings"];
  },
): Promise<string> {
  const { text, format, wanted, threshold, settings } = given;
  const dataKey = newDataKey();
  const metadata = await wrapDataKey({
    metadata: newMetadata([], threshold, settings),
    dataKey,
    wanted,
    threshold,
    isNewKey: true,
  });
  const sealed = await sealDocument({ text, format, dataKey, metadata, now: project.host.now() });
  if (sealed.expanded.length > 0) {
    const lines = sealed.expanded.map(({ line }) => line).join(", ");
    project.tell(`aliases that reach encrypted values were written out (line ${lines})`);
  }
  return sealed.text;
}

/**
 * The change that puts a sealed text in place. The sealing has opened the text and compared it with what was meant; what
 * is proved here is that the very same bytes are on disk.
 */
export function textChange(path: string, expected: string, text: string): Change {
  const content = new TextEncoder().encode(text);
  return {
    path,
    expected,
    content,
    mode: 0o644,
    verify: async (staged) => {
      if (sha256(await collect(staged)) !== sha256(content)) {
        throw new SecretsError("io", "what was staged is not what was meant");
      }
    },
  };
}
