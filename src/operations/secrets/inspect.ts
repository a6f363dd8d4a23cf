/**
 * What does a file tell without a key: what it is, who reads it, whether that agrees with the policy, and can we open it?
 */
import { once } from "../../text/chunks.ts";
import { keyName } from "../../keys/shown-key.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { isAge, readAgeHeader } from "../../documents/age/file.ts";
import { readersOf } from "../../documents/age/readers.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { knownEntries } from "../../documents/sops/readers.ts";
import { neededShares } from "../../documents/sops/unwrap.ts";
import type { KeyGroup, Metadata } from "../../documents/sops/metadata.ts";
import { collect } from "../../io/stream.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { ageHeader, fileChunks, opening } from "./age-secret.ts";
import { kindOfContent } from "./file-kind.ts";
import type { CanOpen, IdentityRing } from "../identities/identities.ts";
import { replayable } from "../project/input.ts";
import { naming, type Project } from "../project/project.ts";
import type { Ruled } from "../project/rule.ts";
import { looksLikeRecipient } from "../../policy/recipient-text.ts";
import { formerKeys, type FormerKey } from "../identities/former-keys.ts";
import { inFormerNames } from "../identities/key-changes.ts";
import { compareAgeFile, personMayRead } from "../../agreement/age-file.ts";
import { knownKeys, nameOf, type Agreement } from "../../agreement/agreement.ts";
import { compareDocument, personMayOpen } from "../../agreement/sops-document.ts";
import { foreignEntries } from "../../documents/sops/foreign.ts";
import { foreignCounts, recipientsIn } from "./sops-secret.ts";

/** Readers by name, sorted; and those that nobody here can name, in words such as `2 unnamed` or `1 pgp`. */
export interface DeclaredReaders {
  readonly names: readonly string[];
  readonly others: readonly string[];
  /** Where several key groups share the data key: who is in each, and how many of them open the file. */
  readonly groups?: { readonly needed: number; readonly names: readonly (readonly string[])[] } | undefined;
}

interface AnySecret {
  /** `age`, `age armored`, `yaml`, `json`. */
  readonly format: string;
  /** Undefined where no rule covers it. */
  readonly agreement: Agreement | undefined;
  readonly declared: DeclaredReaders;
  readonly recipients: readonly Recipient[];
}

export interface AgeSecret extends AnySecret {
  readonly kind: "age";
  readonly header: AgeHeader;
}

export interface SopsSecret extends AnySecret {
  readonly kind: "sops";
  readonly document: SopsDocument;
  readonly bytes: Uint8Array;
}

export type Inspected = AgeSecret | SopsSecret;

/**
 * Looks at a file; undefined for plaintext.
 * @param path absolute
 * @throws SecretsError `not-found`, `io`, `usage` for a directory, `malformed`
 */
export async function inspect(
  project: Project,
  path: string,
  ruled: Ruled | undefined,
): Promise<Inspected | undefined> {
  const secret = await looked(project, path, ruled);
  if (secret?.agreement === undefined || ruled === undefined) return secret;
  const { agreement, recipients } = secret;
  return { ...secret, agreement: await inFormerNames(project, agreement, { standing: recipients, ruled }) };
}

async function looked(project: Project, path: string, ruled: Ruled | undefined): Promise<Inspected | undefined> {
  const { head, chunks } = await replayable(fileChunks(project, path));
  if (isAge(head)) return inspectAge(project, { path, chunks: chunks() }, ruled);
  const bytes = await naming(project.show(path), () => collect(chunks()));
  const found = await kindOfContent(project, path, { bytes });
  if (found.kind !== "sops") return undefined;
  const secret = await inspectSops(found.document, bytes, ruled);
  const isNameless = secret.declared.names.some(looksLikeRecipient);
  return isNameless && ruled !== undefined ? withNames(secret, await formerKeys(project, ruled.file)) : secret;
}

/** What is said of those who left the policy, and were in it by a name. */
function withNames<T extends AnySecret>(secret: T, former: ReadonlyMap<string, FormerKey>): T {
  const byText = new Map(
    secret.recipients.flatMap((key) => {
      const name = former.get(key.id)?.name;
      return name === undefined ? [] : [[keyName(key), name] as const];
    }),
  );
  const named = (names: readonly string[]) => [...new Set(names.map((name) => byText.get(name) ?? name))].sort();
  const { declared } = secret;
  return { ...secret, declared: { ...declared, names: named(declared.names) } };
}

async function inspectAge(
  project: Project,
  input: { readonly path: string; readonly chunks: AsyncIterable<Uint8Array> },
  ruled: Ruled | undefined,
): Promise<AgeSecret> {
  const header = await ageHeader(project, input.path, input.chunks);
  const today = await readersOf(header, candidates(ruled));
  const former =
    today.unknown > 0 && ruled !== undefined ? await formerKeys(project, ruled.file) : new Map<string, FormerKey>();
  const formerly = [...former.values()].map(({ key }) => key);
  const { readers, unknown } =
    formerly.length === 0 ? today : await readersOf(header, [...candidates(ruled), ...formerly]);
  const secret: AgeSecret = {
    kind: "age",
    format: header.armored ? "age armored" : "age",
    header,
    agreement: ruled && (await compareAgeFile(header, ruled, formerly)),
    declared: { names: names(readers, ruled), others: unknown > 0 ? [`${unknown} unnamed`] : [] },
    recipients: readers,
  };
  return withNames(secret, former);
}

/** Everybody whom the policy knows, and the literal recipients of the rule. */
function candidates(ruled: Ruled | undefined): Recipient[] {
  const known = ruled === undefined ? [] : knownKeys(ruled.file.policy);
  return [...known, ...(ruled?.ruling.readers.flatMap((reader) => reader.keys) ?? [])];
}

function names(recipients: readonly Recipient[], ruled: Ruled | undefined): string[] {
  return [...new Set(recipients.map((recipient) => nameOf(recipient, ruled?.policy)))].sort();
}

async function inspectSops(document: SopsDocument, bytes: Uint8Array, ruled: Ruled | undefined): Promise<SopsSecret> {
  const { metadata } = document;
  const perGroup = await Promise.all(metadata.groups.map(recipientsIn));
  const recipients = perGroup.flat();
  const unnamed = metadata.groups.flatMap(({ age }) => age).length - recipients.length;
  return {
    kind: "sops",
    format: document.format.name,
    document,
    bytes,
    agreement: ruled && (await compareDocument(document, ruled)).agreement,
    declared: {
      names: names(recipients, ruled),
      others: [...(unnamed > 0 ? [`${unnamed} unnamed`] : []), ...foreignCounts(metadata)],
      groups:
        metadata.groups.length < 2
          ? undefined
          : { needed: neededShares(metadata), names: groupNames(metadata, perGroup, ruled) },
    },
    recipients,
  };
}

/** Whether a person may read it now; who cannot be told counts as one. */
export async function hasPeople(secret: Inspected, ruled: Ruled): Promise<boolean> {
  return secret.kind === "age" ? personMayRead(secret.header, ruled) : personMayOpen(secret.document.metadata, ruled);
}

/** The readers of each key group, foreign keys among them. */
function groupNames(
  { groups }: Metadata,
  recipients: readonly (readonly Recipient[])[],
  ruled: Ruled | undefined,
): string[][] {
  return groups.map((group, index) => [
    ...names(recipients[index] ?? [], ruled),
    ...foreignEntries(group).map(({ key }) => key.text),
  ]);
}

/** How many of the key groups the keys at hand open, found out without a question. */
export async function openedGroups(project: Project, { document }: SopsSecret): Promise<number> {
  const answers = await Promise.all(document.metadata.groups.map((group) => canOpenGroup(group, project.identities)));
  return answers.filter((answer) => answer === "yes").length;
}

/** Whether the keys at hand open it, found out without a question. */
export async function canOpen(project: Project, secret: Inspected): Promise<CanOpen> {
  if (secret.kind === "sops") return canOpenDocument(secret.document.metadata, project.identities);
  if (needsPassphrase(secret.header.stanzas)) return "with a passphrase";
  return project.identities.canOpen(opening(secret.header.stanzas));
}

async function canOpenDocument(metadata: Metadata, ring: IdentityRing): Promise<CanOpen> {
  const answers = await Promise.all(metadata.groups.map((group) => canOpenGroup(group, ring)));
  const needed = neededShares(metadata);
  if (answers.filter((answer) => answer === "yes").length >= needed) return "yes";
  return answers.filter((answer) => answer !== "no").length >= needed ? "with a passphrase" : "no";
}

async function canOpenGroup(group: KeyGroup, ring: IdentityRing): Promise<CanOpen> {
  let best: CanOpen = "no";
  for (const { entry, recipient } of await knownEntries(group)) {
    const { stanzas, close } = await readAgeHeader(once(new TextEncoder().encode(entry.enc))).catch(() => ({
      stanzas: [],
      close: async () => {},
    }));
    await close();
    const declares = (id: string) => (recipient === undefined ? undefined : recipient.id === id);
    const answer = await ring.canOpen({ stanzas, declares });
    if (answer === "yes") return answer;
    if (answer === "with a passphrase") best = answer;
  }
  return best;
}
