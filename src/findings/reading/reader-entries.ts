/**
 * Is the entry of each reader what it says: the data key, for that one reader?
 *
 * sops and all that write its documents seal the data key, or a share of it, in one age file for each recipient. What the
 * entry says of its recipient is a word; the stanzas of its age file tell who else can open it.
 */
import { shellWord } from "../../words/shell.ts";
import type { Stanza } from "age-encryption";
import { lookAtAge } from "../../documents/age/stanzas.ts";
import { readerStanzas } from "../../documents/age/reader-hint.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { AgeEntry } from "../../documents/sops/metadata.ts";
import { copiedEntries } from "../../documents/sops/readers.ts";
import { SecretsError } from "../../errors.ts";
import { keyKinds, kindOfStanza } from "../../keys/index.ts";
import { isPassphrase } from "../../keys/passphrase.ts";
import { sshTag } from "../../keys/ssh-wire.ts";
import type { Draft, FileSubject } from "../finding.ts";
import { rekeying } from "./commands.ts";
import { placesOfWords } from "./place.ts";
import { memberWith } from "./readers.ts";

interface EntryProblem {
  readonly entry: AgeEntry;
  /** The `Recipient.id`, or the text of a key of another kind. */
  readonly id: string;
  /**
   * Not an age file with a data key; the age file of another reader; open to others than its reader; one more for a reader who
   * has one in this group.
   */
  readonly kind: "broken" | "copied" | "shared" | "repeated";
}

/** A data key is 32 bytes, a share of one has 1 byte more; around it a nonce and a tag. */
const SIZES: ReadonlySet<number> = new Set([16 + 32 + 16, 16 + 33 + 16]);

/** Entries that hold no data key, or not one that their reader can open. */
export function brokenEntries(document: SopsDocument, subject: FileSubject): Promise<Draft[]> {
  return entryDrafts(document, subject, ["broken", "copied"]);
}

/** Entries that somebody else may open than the reader whom they name, whatever the policy says. */
export function sharedEntries(document: SopsDocument, subject: FileSubject): Promise<Draft[]> {
  return entryDrafts(document, subject, ["shared", "repeated"]);
}

async function entryDrafts(
  document: SopsDocument,
  subject: FileSubject,
  kinds: readonly EntryProblem["kind"][],
): Promise<Draft[]> {
  const { file, governed } = subject;
  const { problems, placeOfEntry } = await examined(document, subject);
  const rotate = `secrets rotate ${shellWord(file)}`;
  return problems
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ entry, id, kind }) => {
      const who = nameIn(subject, id);
      const message = {
        broken: "the entry of one of its readers is not an age file with a data key",
        copied: `the entry of ${who} is the same as that of another reader, so it opens for one of them only`,
        shared: `the entry of ${who} can be opened by somebody else`,
        repeated: `${who} has two entries, and it is unknown whose the second one is`,
      }[kind];
      const draft = { severity: "error", message, place: placeOfEntry(entry.recipient) } as const;
      if (kind === "broken") return { ...draft, subject: "entry" };
      // A copied one differs from its policy, and other verbs refuse to write such a file.
      const fix = kind === "copied" && governed !== undefined ? rekeying(file, governed) : rotate;
      return { ...draft, fix, subject: `${kind} ${id}` };
    });
}

function nameIn({ governed }: FileSubject, id: string): string {
  return (governed === undefined ? undefined : memberWith(id, governed.policy)) ?? "one of its readers";
}

/** Two rules ask the same of each document, under each policy: its age files are read once. */
const known = new WeakMap<SopsDocument, ReturnType<typeof examine>>();

function examined(document: SopsDocument, subject: FileSubject): ReturnType<typeof examine> {
  const found = known.get(document) ?? examine(document, subject);
  known.set(document, found);
  return found;
}

async function examine(document: SopsDocument, subject: FileSubject) {
  const problems = await entryProblems(document, subject);
  const recipients = problems.map(({ entry }) => entry.recipient);
  return { problems, placeOfEntry: placesOfWords(document.text, recipients, "first") };
}

async function entryProblems({ metadata }: SopsDocument, { recipientId }: FileSubject): Promise<EntryProblem[]> {
  const found: EntryProblem[] = [];
  const copied = new Set(copiedEntries(metadata).flat());
  for (const { age } of metadata.groups) {
    const seen = new Set<string>();
    for (const entry of age) {
      const id = (await recipientId(entry.recipient)) ?? entry.recipient;
      const kind = await entryProblem(entry);
      if (kind !== undefined) found.push({ entry, id, kind });
      else if (copied.has(entry)) found.push({ entry, id, kind: "copied" });
      // One ed25519 key may have an entry for each of its faces.
      const face = `${entry.recipient.startsWith("ssh-") ? "ssh" : "age"} ${id}`;
      if (seen.has(face)) found.push({ entry, id, kind: "repeated" });
      seen.add(face);
    }
  }
  return found;
}

async function entryProblem({ recipient, enc }: AgeEntry): Promise<EntryProblem["kind"] | undefined> {
  try {
    const { header, payload } = await lookAtAge(Buffer.from(enc));
    const [only, ...others] = readerStanzas(header.stanzas);
    if (!header.armored || only === undefined || !SIZES.has(payload.size)) return "broken";
    return others.length === 0 && fits(only, recipient) ? undefined : "shared";
  } catch (error) {
    if (error instanceof SecretsError) return "broken";
    throw error;
  }
}

function fits(stanza: Stanza, recipient: string): boolean {
  const kind = keyKinds.find(({ claims }) => claims(recipient));
  // Plugins have stanzas of their own.
  if (kind?.stanza === undefined) return kindOfStanza(stanza) === undefined && !isPassphrase(stanza);
  const isNamed = () => stanza.args[1] === sshTag(Buffer.from(recipient.split(/\s+/)[1] ?? "", "base64"));
  return stanza.args[0] === kind.stanza && (!kind.tagged || isNamed());
}
