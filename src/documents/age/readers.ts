/**
 * Who can read this age file, as far as its header tells without a key?
 *
 * SSH stanzas carry a tag of their key and are matched exactly, also with the native recipient that is the other face of
 * an ed25519 key. X25519 stanzas are anonymous; the reader hint, where there is one, tells whose they are.
 *
 * The hint is used only if it fits what cannot be invented as easily, the real stanzas: there are as many hashes as
 * reader stanzas; every SSH stanza whose key is known here is among the hashes; and no known key is among the hashes
 * whose stanza is not there: an RSA key has its tag, and ed25519 keys without one are no more than the X25519 stanzas.
 *
 * Without a usable hint this much is certain, and the rest is `unknown`:
 * - an RSA reader without its tag is missing; a tag of a known key names that reader, any other tag is somebody unknown;
 * - wanted ed25519 and native readers without a tag must be behind X25519 stanzas, so unequal numbers are a difference:
 *   with no such stanza each of them is missing by name, with too few some are, with too many there are others;
 * - stanzas of other kinds (hybrid, hardware tag, plugin, passphrase) are readers that nobody here knows. Grease is nobody.
 * So the answer is `unknown` only where X25519 stanzas and wanted readers without a tag are equal in number and not zero.
 */
import type { Stanza } from "age-encryption";
import { distinct } from "../../keys/distinct.ts";
import type { Recipient } from "../../keys/key-kind.ts";
import type { AgeHeader, Agreement, KnownReaders, ReaderHint } from "./header.ts";
import { hintLists, readerStanzas } from "./reader-hint.ts";

/**
 * Whether the readers of a file are those that were wanted.
 *
 * @param wanted the readers that the policy gives for the file.
 * @param known everybody the policy knows, to call others by name.
 */
export async function agreement(
  header: AgeHeader,
  { wanted, known }: { wanted: readonly Recipient[]; known: readonly Recipient[] },
): Promise<Agreement> {
  const right = distinct(wanted);
  const ids = new Set(right.map(({ id }) => id));
  const others = distinct(known).filter(({ id }) => !ids.has(id));
  const survey = await surveyed(header.stanzas, [...wanted, ...known]);
  const hint = usableHint(header, survey, [...right, ...others]);
  return hint === undefined ? byTags(survey, right, others) : byHint(hint, right, others);
}

/** Those of the candidates who can read the file, and how many more can. */
export async function readersOf(header: AgeHeader, candidates: readonly Recipient[]): Promise<KnownReaders> {
  const survey = await surveyed(header.stanzas, candidates);
  const one = distinct(candidates);
  const hint = usableHint(header, survey, one);
  if (hint !== undefined) {
    const readers = one.filter(({ id }) => hintLists(hint, id));
    return { readers, unknown: hint.hashes.size - readers.length };
  }
  const readers = one.filter(({ id }) => survey.tagged.has(id));
  return { readers, unknown: survey.anonymous + survey.unknownTags + survey.foreign };
}

/** The stanzas in words, such as "2 age keys, 1 ssh-rsa key, a passphrase". */
export function describeStanzas(stanzas: readonly Stanza[]): string {
  const counts = new Map<string, number>();
  for (const { args } of readerStanzas(stanzas)) {
    const noun = nouns.get(args[0] ?? "") ?? "key of another kind";
    counts.set(noun, (counts.get(noun) ?? 0) + 1);
  }
  if (counts.size === 0) return "nobody";
  return [...counts].map(([noun, count]) => `${count} ${noun}${count === 1 ? "" : "s"}`).join(", ");
}

const nouns: ReadonlyMap<string, string> = new Map([
  ["X25519", "age key"],
  ["scrypt", "passphrase"],
  ["ssh-ed25519", "ssh-ed25519 key"],
  ["ssh-rsa", "ssh-rsa key"],
  ["mlkem768x25519", "post-quantum age key"],
]);

/** What the stanzas alone say. Readers are counted by `Recipient.id`. */
interface Survey {
  /** The candidates whose SSH tag is there. */
  readonly tagged: ReadonlySet<string>;
  /** SSH stanzas of nobody here. */
  readonly unknownTags: number;
  /** X25519 stanzas. */
  readonly anonymous: number;
  /** Stanzas of kinds that no candidate can be of. */
  readonly foreign: number;
}

async function surveyed(stanzas: readonly Stanza[], candidates: readonly Recipient[]): Promise<Survey> {
  const readers = readerStanzas(stanzas);
  const ssh = readers.filter(({ args }) => args[0] === "ssh-ed25519" || args[0] === "ssh-rsa");
  const holders = new Map(candidates.map((candidate) => [`${candidate.kind} ${candidate.tag ?? ""}`, candidate.id]));
  if (ssh.some((stanza) => !holders.has(nameOf(stanza)))) await addOtherFaces(holders, candidates);
  const found = ssh.flatMap((stanza) => holders.get(nameOf(stanza)) ?? []);
  const anonymous = readers.filter(({ args }) => args[0] === "X25519").length;
  return {
    tagged: new Set(found),
    unknownTags: ssh.length - found.length,
    anonymous,
    foreign: readers.length - ssh.length - anonymous,
  };
}

function nameOf({ args }: Stanza): string {
  return `${args[0] ?? ""} ${args[1] ?? ""}`;
}

/** The SSH tags that native recipients have, if they are the other face of an SSH key. */
async function addOtherFaces(holders: Map<string, string>, candidates: readonly Recipient[]): Promise<void> {
  const { possibleTags } = await import("../../keys/kinds/ssh-ed25519.ts");
  for (const { id } of candidates.filter(({ kind }) => kind === "x25519")) {
    for (const tag of possibleTags(id)) holders.set(`ssh-ed25519 ${tag}`, id);
  }
}

function usableHint(header: AgeHeader, survey: Survey, candidates: readonly Recipient[]): ReaderHint | undefined {
  const { hint } = header;
  if (hint?.hashes.size !== readerStanzas(header.stanzas).length) return undefined;
  if ([...survey.tagged].some((id) => !hintLists(hint, id))) return undefined;
  const untagged = candidates.filter(({ id }) => hintLists(hint, id) && !survey.tagged.has(id));
  if (untagged.some(({ kind }) => kind === "ssh-rsa")) return undefined;
  return untagged.length <= survey.anonymous ? hint : undefined;
}

function byHint(hint: ReaderHint, wanted: readonly Recipient[], others: readonly Recipient[]): Agreement {
  const missing = wanted.filter(({ id }) => !hintLists(hint, id));
  const extra = others.filter(({ id }) => hintLists(hint, id));
  const extraUnknown = hint.hashes.size - (wanted.length - missing.length) - extra.length;
  return difference({ missing, missingUnknown: 0, extra, extraUnknown }) ?? { status: "agree" };
}

function byTags(survey: Survey, wanted: readonly Recipient[], others: readonly Recipient[]): Agreement {
  const untagged = wanted.filter(({ id }) => !survey.tagged.has(id));
  const rsa = untagged.filter(({ kind }) => kind === "ssh-rsa");
  const hidden = untagged.filter(({ kind }) => kind !== "ssh-rsa");
  const surplus = survey.anonymous - hidden.length;
  const differing = difference({
    missing: survey.anonymous === 0 ? untagged : rsa,
    missingUnknown: survey.anonymous === 0 ? 0 : Math.max(0, -surplus),
    extra: others.filter(({ id }) => survey.tagged.has(id)),
    extraUnknown: survey.unknownTags + survey.foreign + Math.max(0, surplus),
  });
  if (differing !== undefined) return differing;
  return survey.anonymous === 0 ? { status: "agree" } : { status: "unknown", anonymous: survey.anonymous };
}

type Difference = Extract<Agreement, { status: "differ" }>;

function difference(found: Omit<Difference, "status">): Difference | undefined {
  const { missing, missingUnknown, extra, extraUnknown } = found;
  const nothing = missing.length + missingUnknown + extra.length + extraUnknown === 0;
  return nothing ? undefined : { status: "differ", ...found };
}
