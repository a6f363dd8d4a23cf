/**
 * Whom does this sops document name as its readers, and how do they differ from those that are wanted?
 *
 * By key, never by text: both faces of an ed25519 key are one reader, and neither order nor comments matter.
 */
import { SecretsError } from "../../errors.ts";
import type { ForeignKey } from "../../keys/entries/entry.ts";
import { onlyProgram, parseRecipient } from "../../keys/index.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { compareForeign, type ForeignDifference, type ForeignEntry } from "./foreign.ts";
import type { AgeEntry, KeyGroup, Metadata } from "./metadata.ts";

/** An entry of the file and whom it names. */
export interface KnownEntry {
  readonly entry: AgeEntry;
  /** Undefined where it cannot be read: of an unknown kind, or malformed. */
  readonly recipient: Recipient | undefined;
}

/** The entries of a group with their recipients parsed, once for each group; what cannot be parsed is not an error. */
export async function knownEntries(group: KeyGroup): Promise<readonly KnownEntry[]> {
  const parsed =
    parsedGroups.get(group) ??
    Promise.all(
      group.age.map(async (entry) => ({
        entry,
        recipient: await parseRecipient(entry.recipient).catch(() => undefined),
      })),
    );
  parsedGroups.set(group, parsed);
  return parsed;
}

/** Everybody who compares, opens or wraps asks for them. */
const parsedGroups = new WeakMap<KeyGroup, Promise<readonly KnownEntry[]>>();

/** `Recipient.id`, the same for both faces of a key; of an unknown kind the text itself. */
export function readerId({ entry, recipient }: KnownEntry): string {
  return recipient?.id ?? entry.recipient;
}

/**
 * What tells one entry from another: the key under the face that it stands there with. Whether another face would do is for
 * the policy to say, which asks for the faces that it wants.
 */
export function faceOf(recipient: Recipient): string {
  return `${recipient.kind} ${recipient.id}`;
}

/** The same for an entry; of an unknown kind the text itself. */
export function entryFace({ entry, recipient }: KnownEntry): string {
  return recipient === undefined ? entry.recipient : faceOf(recipient);
}

/**
 * The age readers that a file has, group by group: what a new data key is wrapped for where nobody is to be added.
 * @throws SecretsError `refused` where one is of a kind that cannot be wrapped for here.
 */
export async function standingReaders(metadata: Metadata): Promise<readonly (readonly Recipient[])[]> {
  return Promise.all(
    metadata.groups.map(async (group) =>
      (await knownEntries(group)).map(({ entry, recipient }) => {
        if (recipient !== undefined) return recipient;
        throw new SecretsError("refused", `cannot encrypt here to its recipient ${entry.recipient}`);
      }),
    ),
  );
}

/**
 * Entries of other readers that hold the same age file, each group of them in order: one was put in place of the others,
 * whose readers it does not open for. Ours and those of sops are never equal, for each has a key of its own.
 */
export function copiedEntries(metadata: Metadata): readonly (readonly AgeEntry[])[] {
  const holders = new Map<string, AgeEntry[]>();
  for (const entry of metadata.groups.flatMap(({ age }) => age)) {
    const file = entry.enc.replaceAll(/\s/g, "");
    const standing = holders.get(file);
    if (standing === undefined) holders.set(file, [entry]);
    else standing.push(entry);
  }
  return [...holders.values()].filter(({ length }) => length > 1);
}

/** How the readers of a file differ from those that are wanted, over all groups. */
export interface ReadersDifference {
  readonly added: readonly Recipient[];
  /** Wanted too, and only another program can encrypt to them. */
  readonly unservable: readonly Recipient[];
  readonly removed: readonly KnownEntry[];
  readonly kept: readonly KnownEntry[];
  /** The keys that only sops can use, over all groups. */
  readonly foreign: ForeignDifference;
  /** Whether a new data key is called for: somebody who knows it is to know it no more. */
  readonly removes: boolean;
  /** Whether the groups have to be rewritten: another number of them, a reader in another group, or the above. */
  readonly differs: boolean;
}

/**
 * Compares the readers of a file with the wanted ones, face by face; neither order nor comments matter.
 * @param foreign the keys that only sops can use, group by group; undefined: whatever the file has.
 */
export async function compareReaders(
  metadata: Metadata,
  wanted: readonly (readonly Recipient[])[],
  foreign?: readonly (readonly ForeignKey[])[],
): Promise<ReadersDifference> {
  const groups = await Promise.all(metadata.groups.map(knownEntries));
  const all = groups.flat();
  const present = new Set(all.map(entryFace));
  const wantedFaces = new Set(wanted.flat().map(faceOf));
  const distinct = [...new Map(wanted.flat().map((each) => [faceOf(each), each])).values()];
  const absent = distinct.filter((each) => !present.has(faceOf(each)));
  const unservable = absent.filter((each) => onlyProgram(each) !== undefined);
  const added = absent.filter((each) => !unservable.includes(each));
  const facesIn = (index: number) => (wanted[index] ?? []).filter((each) => !unservable.includes(each)).map(faceOf);
  const removed = all.filter((each) => !wantedFaces.has(entryFace(each)));
  const kept = all.filter((each) => wantedFaces.has(entryFace(each)));
  // Whose entry was replaced cannot read it: all entries are renewed, and nobody knows who has the data key.
  const isCopied = copiedEntries(metadata).length > 0;
  const differs =
    isCopied ||
    groups.length !== wanted.length ||
    groups.some((group, index) => !sameIds(group.map(entryFace), facesIn(index)));
  // Who keeps another face of the same key loses nothing that a new data key could take away.
  const wantedIds = new Set(wanted.flat().map(({ id }) => id));
  const others = foreignDifference(metadata, foreign);
  const removes = isCopied || others.extra.length > 0 || removed.some((each) => !wantedIds.has(readerId(each)));
  return { added, unservable, removed, kept, foreign: others, removes, differs: differs || others.extra.length > 0 };
}

/**
 * Who of the wanted has an entry that only another program can make: for whom no new data key can be wrapped here.
 * @param foreign undefined: all that the file has are wanted
 */
export async function foreignReaders(
  metadata: Metadata,
  wanted: readonly (readonly Recipient[])[],
  foreign: readonly (readonly ForeignKey[])[] | undefined,
): Promise<{ readonly kept: readonly ForeignEntry[]; readonly unknown: readonly string[] }> {
  const found = await compareReaders(metadata, wanted, foreign);
  const entries = foreign === undefined ? [...found.kept, ...found.removed] : found.kept;
  return { kept: found.foreign.kept, unknown: entries.filter(isForeign).map(({ entry }) => entry.recipient) };
}

/** Whether only another program can make such an entry. */
export function isForeign({ recipient }: KnownEntry): boolean {
  return recipient === undefined || onlyProgram(recipient) !== undefined;
}

function foreignDifference(
  { groups }: Metadata,
  wanted: readonly (readonly ForeignKey[])[] | undefined,
): ForeignDifference {
  const perGroup = groups.map((group, index) => compareForeign(group, wanted && (wanted[index] ?? [])));
  // What is wanted in a group that the file does not have is missing as well.
  const beyond = wanted?.slice(groups.length).flat() ?? [];
  return {
    missing: [...perGroup.flatMap(({ missing }) => missing), ...beyond],
    extra: perGroup.flatMap(({ extra }) => extra),
    kept: perGroup.flatMap(({ kept }) => kept),
  };
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((id) => right.has(id));
}
