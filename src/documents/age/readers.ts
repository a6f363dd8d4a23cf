/**
 * Who can read this age file, as far as its header tells without a key?
 *
 * SSH stanzas carry a tag of their key and are matched exactly, also with the native recipient that is the other face of
 * an ed25519 key. All others are anonymous; the reader hint, where there is one, tells whose they are.
 *
 * The hint is used only if it fits what cannot be invented as easily, the real stanzas: there are as many hashes as
 * reader stanzas; every SSH stanza whose key is known here is among the hashes; and no known key is among the hashes
 * whose stanza is not there: an RSA key has its tag, and keys without one are no more than the anonymous stanzas.
 *
 * Without a usable hint this much is certain, and the rest is `unknown`:
 * - an RSA reader without its tag is missing; a tag of a known key names that reader, any other tag is somebody unknown;
 * - wanted readers without a tag must be behind anonymous stanzas of their kind, so unequal numbers are a difference: with no
 *   such stanza each of them is missing by name, with too few some are, with too many there are others;
 * - stanzas of kinds that are not known here (hardware, plugin, passphrase) count as one more kind. Grease is nobody.
 * So the answer is `unknown` only where anonymous stanzas and wanted readers without a tag are equal in number and not zero.
 */
import type { Stanza } from "age-encryption";
import { distinct, grouped } from "../../keys/distinct.ts";
import { kindOf, kindOfStanza } from "../../keys/index.ts";
import type { KeyKind, Recipient } from "../../keys/recipient.ts";
import type { AgeFileDifference, AgeHeader, KnownReaders, ReaderHint } from "./header.ts";
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
): Promise<AgeFileDifference> {
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
    const listed = one.filter(({ id }) => hintLists(hint, id));
    return { known: listed, unknown: hint.hashes.size - listed.length };
  }
  return { known: one.filter(({ id }) => survey.tagged.has(id)), unknown: total(survey) + survey.unknownTags };
}

/** What the stanzas alone say. Readers are counted by `Recipient.id`. */
interface Survey {
  /** The candidates whose tag is there. */
  readonly tagged: ReadonlySet<string>;
  /** Stanzas with tags of nobody here. */
  readonly unknownTags: number;
  /** How many stanzas of each type say nothing of their readers; those of unknown types are one. */
  readonly anonymous: ReadonlyMap<string | undefined, number>;
}

async function surveyed(stanzas: readonly Stanza[], candidates: readonly Recipient[]): Promise<Survey> {
  const readers = readerStanzas(stanzas);
  const named = readers.filter((stanza) => kindOfStanza(stanza)?.tagged);
  const holders = new Map(candidates.map((each) => [`${kindOf(each)?.stanza} ${each.tag}`, each.id]));
  const others = named.filter((stanza) => !holders.has(nameOf(stanza)));
  await addOtherFaces(holders, candidates, new Set(others.map(kindOfStanza)));
  const found = named.flatMap((stanza) => holders.get(nameOf(stanza)) ?? []);
  const anonymous = new Map<string | undefined, number>();
  for (const stanza of readers.filter((each) => !named.includes(each))) {
    const type = kindOfStanza(stanza)?.stanza;
    anonymous.set(type, (anonymous.get(type) ?? 0) + 1);
  }
  return { tagged: new Set(found), unknownTags: named.length - found.length, anonymous };
}

function nameOf({ args }: Stanza): string {
  return `${args[0]} ${args[1]}`;
}

/** The tags that native recipients have, if they are the other face of a key of these kinds. */
async function addOtherFaces(
  holders: Map<string, string>,
  candidates: readonly Recipient[],
  kinds: ReadonlySet<KeyKind | undefined>,
): Promise<void> {
  for (const kind of kinds) {
    const { possibleTags } = (await kind?.load()) ?? {};
    if (possibleTags === undefined) continue;
    for (const { id } of candidates.filter(({ tag }) => tag === undefined)) {
      for (const tag of possibleTags(id)) holders.set(`${kind?.stanza} ${tag}`, id);
    }
  }
}

/** Whether the stanza of this reader would have to show its tag. */
function hasToShow({ tag, twin }: Recipient): boolean {
  return tag !== undefined && twin === undefined;
}

/** Of what type the anonymous stanza of this reader would be. */
function anonymousType(recipient: Recipient): string | undefined {
  return kindOf(recipient.twin ?? recipient)?.stanza;
}

function usableHint(header: AgeHeader, survey: Survey, candidates: readonly Recipient[]): ReaderHint | undefined {
  const { hint } = header;
  if (hint?.hashes.size !== readerStanzas(header.stanzas).length) return undefined;
  if ([...survey.tagged].some((id) => !hintLists(hint, id))) return undefined;
  const untagged = candidates.filter(({ id }) => hintLists(hint, id) && !survey.tagged.has(id));
  if (untagged.some(hasToShow)) return undefined;
  const fits = [...grouped(untagged, anonymousType)].every(
    ([type, some]) => some.length <= (survey.anonymous.get(type) ?? 0),
  );
  return fits ? hint : undefined;
}

function total({ anonymous }: Survey): number {
  return [...anonymous.values()].reduce((sum, count) => sum + count, 0);
}

function byHint(hint: ReaderHint, wanted: readonly Recipient[], others: readonly Recipient[]): AgeFileDifference {
  const missing = wanted.filter(({ id }) => !hintLists(hint, id));
  const extra = others.filter(({ id }) => hintLists(hint, id));
  const strangers = hint.hashes.size - (wanted.length - missing.length) - extra.length;
  return difference({ missing, missingUnknown: 0, extra, strangers });
}

function byTags(survey: Survey, wanted: readonly Recipient[], others: readonly Recipient[]): AgeFileDifference {
  const untagged = wanted.filter(({ id }) => !survey.tagged.has(id));
  const missing = untagged.filter(hasToShow);
  let [missingUnknown, strangers] = [0, survey.unknownTags];
  const hidden = grouped(
    untagged.filter((each) => !hasToShow(each)),
    anonymousType,
  );
  for (const type of new Set([...hidden.keys(), ...survey.anonymous.keys()])) {
    const [readers, count] = [hidden.get(type) ?? [], survey.anonymous.get(type) ?? 0];
    if (count === 0) missing.push(...readers);
    else missingUnknown += Math.max(0, readers.length - count);
    strangers += Math.max(0, count - readers.length);
  }
  const extra = others.filter(({ id }) => survey.tagged.has(id));
  return difference({ missing, missingUnknown, extra, strangers }, total(survey) === 0 ? "agree" : "unknown");
}

/** @param otherwise where nothing differs */
function difference(
  found: Omit<AgeFileDifference, "status">,
  otherwise: "agree" | "unknown" = "agree",
): AgeFileDifference {
  const { missing, missingUnknown, extra, strangers } = found;
  const nothing = missing.length + missingUnknown + extra.length + strangers === 0;
  return { status: nothing ? otherwise : "differ", ...found };
}
