/** How is the text of a sops document opened with the available keys, and how does a changed one become a change to commit? */
import type { OpenedDocument, SopsDocument } from "../../documents/sops/document.ts";
import { foreignEntries } from "../../documents/sops/foreign.ts";
import type { KeyGroup } from "../../documents/sops/metadata.ts";
import { knownEntries } from "../../documents/sops/readers.ts";
import type { Sealed } from "../../documents/sops/seal.ts";
import {
  changeReaders,
  editDocument,
  encryptText,
  openWith,
  rotateDocument,
  type WantedReaders,
} from "../../documents/sops/verbs.ts";
import { dressed, SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Change } from "../../io/stage.ts";
import { sha256 } from "../../io/stream.ts";
import { collect } from "../../text/chunks.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { noIdentity } from "../identities/no-identity.ts";
import { inFile, statOf, type Project } from "../project/project.ts";
import { copiedLines, hasOtherThreshold, wantedReaders } from "../../agreement/sops-document.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { ruleOf, type RuledFile } from "../project/rule.ts";

/** Warnings of one file that are said one by one. */
const TOLD = 20;

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
    const opened = await openWith(document, project.identities, { ignoreMac: given.ignoreMac === true });
    for (const { line, column, message } of opened.warnings.slice(0, TOLD))
      project.warn(`${file}:${line}:${column}: ${message}`);
    const more = opened.warnings.length - TOLD;
    if (more > 0) project.warn(`${file}: and ${more} more like these`);
    let ruled: RuledFile | undefined;
    const policy = async () => (ruled = await ruleOf(project, path).catch(() => undefined))?.file.policy;
    for (const line of await copiedLines(document.metadata, policy)) {
      const renew = ruled === undefined ? "secrets rotate" : "secrets rekey";
      project.warn(`${file}: ${line}; run: ${renew} ${shellWord(file)}`);
    }
    return opened;
  } catch (error) {
    if (error instanceof SecretsError && error.code === "no-identity") {
      const groups = await Promise.all(document.metadata.groups.map(recipientsIn));
      const foreign = document.metadata.groups.flatMap(foreignEntries).map(({ key }) => key.text);
      const told = { present: groups.flat(), groups, foreign, isWhole: false, tells: true };
      throw await noIdentity(project, path, { ...told, message: error.message });
    }
    if (error instanceof SecretsError && error.code === "tampered" && (await statOf(project, path)) !== undefined) {
      throw inFile(dressed(error, { hint: bringBack(file, error.at === undefined) }), file);
    }
    throw inFile(error, file);
  }
}

/** A merge of two whole files, resolved by hand, has the values of both and the MAC of one. */
function bringBack(file: string, isOnlyMac: boolean): string {
  const word = shellWord(file);
  const back = `git checkout HEAD -- ${word}`;
  return isOnlyMac
    ? `if it was merged or changed by hand, review it and save it: secrets edit --ignore-mac ${word}; if not, restore it: ${back}`
    : `restore it from the last commit in which it was intact: ${back}`;
}

/** Everybody whom the key group names by a key of ours. */
export async function recipientsIn(group: KeyGroup): Promise<Recipient[]> {
  return (await knownEntries(group)).flatMap(({ recipient }) => recipient ?? []);
}

export interface Resealing {
  readonly opened: OpenedDocument;
  /** The open text as it shall be. */
  readonly text: string;
  /** The readers and settings of this rule; undefined: those that the file has. */
  readonly ruled: RuledFile | undefined;
  /** These readers, with the settings that the file has. */
  readonly instead?: WantedReaders | undefined;
  /** Seal it again even where nothing differs. */
  readonly renewMac?: boolean | undefined;
  /** `removed`: a new data key where somebody is to know it no more. */
  readonly newKey: "always" | "removed" | "never";
  /** Sees what the text has become, and throws where that must not be. */
  readonly judge?: ((after: OpenedDocument) => Promise<void>) | undefined;
}

/**
 * The document with this text, for these readers. Where neither differs, the very same text.
 * @throws SecretsError `malformed` with the line where the text does not parse; `refused`
 */
export async function reseal(project: Project, resealing: Resealing): Promise<string> {
  const { opened, text, ruled, newKey } = resealing;
  const keyring = project.identities;
  const now = project.host.now();
  const readers = resealing.instead ?? (ruled && (await wantedReaders(ruled.ruling, opened.metadata)));
  const settings = ruled && wantedSettings(ruled.ruling, opened.format);
  const edited = await editDocument(opened, { text, settings, now, renewMac: resealing.renewMac });
  await resealing.judge?.(edited.opened);
  tellExpanded(project, edited);
  const splitsAnew = readers !== undefined && newKey !== "never" && hasOtherThreshold(opened.metadata, readers);
  if (newKey === "always" || splitsAnew)
    return (await rotateDocument(edited.opened, { readers, settings, keyring, now })).text;
  if (readers === undefined) return edited.text;
  return (await changeReaders(edited.opened, { readers, keepDataKey: newKey === "never", keyring, now })).opened.text;
}

/** A new document. @throws SecretsError `malformed` with the line, `refused` */
export async function sealNew(
  project: Project,
  given: Omit<Parameters<typeof encryptText>[0], "keyring" | "now"> & Pick<Resealing, "judge">,
): Promise<string> {
  const sealed = await encryptText({ ...given, keyring: project.identities, now: project.host.now() });
  await given.judge?.(sealed.opened);
  tellExpanded(project, sealed);
  return sealed.text;
}

function tellExpanded(project: Project, { expanded }: Sealed): void {
  if (expanded.length === 0) return;
  const lines = expanded.map(({ line }) => line).join(", ");
  project.tell(`aliases of encrypted values were replaced by their values (line ${lines})`);
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
        throw new SecretsError("io", "the staged file does not decrypt to the new content");
      }
    },
  };
}
