/**
 * Who can get at the data key, and how does that change?
 *
 * sops.md sections 6, 7 and 9. With one group every recipient has the whole data key, wrapped in an age file of its own;
 * with several each group has a share of it. Adding a reader wraps the key once more and leaves every other entry as it
 * stands. Entries of other key types are kept and never made: what would need a new one is refused.
 */
import type { Stanza } from "age-encryption";
import { dataKeyBytes, dataKeyFrom, type DataKey } from "../crypto/data-key.ts";
import { combineShares, splitSecret } from "../crypto/shamir.ts";
import { SecretsError } from "../errors.ts";
import { parseRecipient } from "../keys/index.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { openAge, readAgeHeader, sealAge } from "./age-file.ts";
import type { AgeEntry, KeyGroup, Metadata } from "./sops-metadata.ts";

/** What is known of one entry before it is opened. */
export interface EntryOpening {
  readonly stanzas: readonly Stanza[];
  /** Whether the entry is for this `Recipient.id`; undefined where its recipient is of a kind that nobody here knows. */
  readonly declares: (id: string) => boolean | undefined;
}

/** The keys at hand. */
export interface EntryRing {
  /** The file key, or null; may ask for a passphrase. */
  unwrap(opening: EntryOpening): Promise<Uint8Array | null>;
  /** The same found out without a question. */
  canOpen(opening: EntryOpening): Promise<"yes" | "with a passphrase" | "no">;
  /** The `Recipient.id` of every key that is known without a question. */
  held(): Promise<ReadonlySet<string>>;
}

/** An entry of the file and whom it names. */
export interface KnownEntry {
  readonly entry: AgeEntry;
  /** Undefined where its kind is unknown here: hybrid, plugin, malformed. */
  readonly recipient: Recipient | undefined;
}

/** The entries of a group with their recipients parsed; what cannot be parsed is no error. */
export async function knownEntries(group: KeyGroup): Promise<readonly KnownEntry[]> {
  return Promise.all(
    group.age.map(async (entry) => ({
      entry,
      recipient: await parseRecipient(entry.recipient).catch(() => undefined),
    })),
  );
}

/** `Recipient.id`, the same for both faces of a key; of an unknown kind the text itself. */
export function readerId({ entry, recipient }: KnownEntry): string {
  return recipient?.id ?? entry.recipient;
}

/**
 * Recovers the data key, from as many groups as it takes.
 * @throws SecretsError `no-identity`; `tampered` or `malformed` where an entry that could have helped is broken.
 */
export async function unwrapDataKey(metadata: Metadata, ring: EntryRing): Promise<DataKey> {
  const needed = neededShares(metadata);
  const shares: Uint8Array[] = [];
  const failures: unknown[] = [];
  for (const group of metadata.groups) {
    if (shares.length === needed) break;
    const share = await unwrapGroup(group, ring, failures);
    if (share !== undefined) shares.push(share);
  }
  if (shares.length < needed) throw notRecovered(metadata, shares.length, failures);
  const [only = new Uint8Array()] = shares;
  return dataKeyFrom(metadata.groups.length === 1 ? only : await combineShares(shares));
}

/** How many groups it takes: all, where several stand there and no threshold. */
export function neededShares({ groups, threshold }: Metadata): number {
  if (groups.length === 1) return 1;
  if (threshold === 0) return groups.length;
  if (threshold < 2 || threshold > groups.length) {
    throw new SecretsError("malformed", `shamir_threshold is ${threshold} for ${groups.length} key groups`);
  }
  return threshold;
}

function notRecovered({ groups }: Metadata, found: number, failures: readonly unknown[]): unknown {
  const [failure] = failures;
  if (failure !== undefined) return failure;
  if (groups.length === 1) return new SecretsError("no-identity", "none of the keys here is among its recipients");
  return new SecretsError(
    "no-identity",
    `the keys here open ${found} of ${groups.length} key groups, which is not enough`,
  );
}

/** Entries that a key at hand is named in come first, those that open without a question before all others. */
async function unwrapGroup(group: KeyGroup, ring: EntryRing, failures: unknown[]): Promise<Uint8Array | undefined> {
  const held = await ring.held();
  const entries = await knownEntries(group);
  const named = entries.filter((entry) => held.has(readerId(entry)));
  const others = entries.filter((entry) => !held.has(readerId(entry)));
  for (const [candidates, mayAsk] of [
    [named, false],
    [named, true],
    [others, true],
  ] as const) {
    for (const entry of candidates) {
      try {
        const share = await unwrapEntry(entry, ring, mayAsk);
        if (share !== undefined) return share;
      } catch (error) {
        if (!(error instanceof SecretsError) || error.code === "interrupted") throw error;
        failures.push(error);
      }
    }
  }
  return undefined;
}

async function unwrapEntry(known: KnownEntry, ring: EntryRing, mayAsk: boolean): Promise<Uint8Array | undefined> {
  const bytes = new TextEncoder().encode(known.entry.enc);
  const id = known.recipient?.id;
  const declares = (other: string) => (id === undefined ? undefined : id === other);
  const { stanzas, close } = await readAgeHeader(once(bytes));
  await close();
  if (!mayAsk && (await ring.canOpen({ stanzas, declares })) !== "yes") return undefined;
  const fileKey = await ring.unwrap({ stanzas, declares });
  if (fileKey === null) return undefined;
  const { plaintext } = await openAge(once(bytes), () => fileKey);
  const pieces: Uint8Array[] = [];
  for await (const piece of plaintext) pieces.push(piece);
  return Uint8Array.from(Buffer.concat(pieces));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** How the readers of a file differ from those that are wanted, over all groups. */
export interface ReadersDifference {
  readonly added: readonly Recipient[];
  readonly removed: readonly KnownEntry[];
  readonly kept: readonly KnownEntry[];
  /** Whether a new data key is called for: somebody who knows it is to know it no more. */
  readonly removes: boolean;
  /** Whether the groups have to be written anew: another number of them, a reader in another group, or the above. */
  readonly differs: boolean;
}

/**
 * Compares the age readers of a file with the wanted ones; both faces of an ed25519 key are the same reader, and neither
 * order nor comments matter.
 */
export async function compareReaders(
  metadata: Metadata,
  wanted: readonly (readonly Recipient[])[],
): Promise<ReadersDifference> {
  const groups = await Promise.all(metadata.groups.map(knownEntries));
  const all = groups.flat();
  const present = new Set(all.map(readerId));
  const wantedIds = new Set(wanted.flat().map(({ id }) => id));
  const added = [...new Map(wanted.flat().map((each) => [each.id, each])).values()].filter(
    ({ id }) => !present.has(id),
  );
  const removed = all.filter((each) => !wantedIds.has(readerId(each)));
  const kept = all.filter((each) => wantedIds.has(readerId(each)));
  const moved =
    groups.length !== wanted.length ||
    groups.some(
      (group, index) =>
        !sameIds(
          group.map(readerId),
          (wanted[index] ?? []).map(({ id }) => id),
        ),
    );
  return { added, removed, kept, removes: removed.length > 0, differs: moved };
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((id) => right.has(id));
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
        throw new SecretsError("refused", `nothing can be encrypted here to its recipient ${entry.recipient}`);
      }),
    ),
  );
}

/** Whose data key is wrapped for whom. */
export interface Wrapping {
  /** The metadata as it stands: of the same key its entries stay; of none, `newMetadata([], …)`. */
  readonly metadata: Metadata;
  readonly dataKey: DataKey;
  readonly wanted: readonly (readonly Recipient[])[];
  /** How many of several groups it takes; 0: all of them. Without a meaning for one group. */
  readonly threshold: number;
  /** Whether the data key is another than the one that the standing entries wrap. */
  readonly isNewKey: boolean;
}

/**
 * The metadata with the data key wrapped for the wanted readers. With one group and the same key, only what is new is
 * wrapped and what is gone is left out; all else stays verbatim and in its order. Otherwise everything is wrapped anew.
 * @throws SecretsError `refused` where an entry of another key type would have to be made, or a group would be empty.
 */
export async function wrapDataKey(wrapping: Wrapping): Promise<Metadata> {
  const { metadata, dataKey, wanted, isNewKey } = wrapping;
  const [only, second] = metadata.groups;
  const [readers, more] = wanted;
  if (readers === undefined) throw new SecretsError("refused", "nobody could read it: there is no recipient");
  if (more === undefined && second === undefined) {
    const standing = only ?? { age: [], others: new Map() };
    if (isNewKey) refuseOthers(metadata);
    const bytes = dataKeyBytes(dataKey);
    const age = await wrapFor({ bytes, readers, standing, isNewKey });
    bytes.fill(0);
    return { ...metadata, groups: [nonEmpty({ age, others: standing.others })] };
  }
  return wrapShares(wrapping);
}

function nonEmpty(group: KeyGroup): KeyGroup {
  if (group.age.length === 0 && group.others.size === 0) {
    throw new SecretsError("refused", "nobody could read it: a key group would be empty");
  }
  return group;
}

function refuseOthers({ groups }: Metadata): void {
  const types = [...new Set(groups.flatMap(({ others }) => [...others.keys()]))];
  if (types.length > 0) {
    throw new SecretsError(
      "refused",
      `the data key cannot be wrapped anew for its entries of type ${types.join(", ")}`,
      {
        hint: "use sops for this file, or take these entries out of it with sops first",
      },
    );
  }
}

/** The entries for these readers: those that stand keep their place and their spelling, new ones follow. */
async function wrapFor(given: {
  readonly bytes: Uint8Array;
  readonly readers: readonly Recipient[];
  readonly standing: KeyGroup;
  readonly isNewKey: boolean;
}): Promise<readonly AgeEntry[]> {
  const { bytes, readers, standing, isNewKey } = given;
  const wanted = new Map(readers.map((reader) => [reader.id, reader]));
  const known = await knownEntries(standing);
  const kept = known.filter((each) => wanted.has(readerId(each)));
  const present = new Set(kept.map(readerId));
  const stays = await Promise.all(
    kept.map(async ({ entry, recipient }) =>
      isNewKey && recipient !== undefined ? wrapEntry(bytes, recipient) : entry,
    ),
  );
  const fresh = await Promise.all(
    readers.filter(({ id }) => !present.has(id)).map((reader) => wrapEntry(bytes, reader)),
  );
  return [...stays, ...fresh];
}

async function wrapEntry(bytes: Uint8Array, recipient: Recipient): Promise<AgeEntry> {
  const sealed = await sealAge({ recipients: [recipient], plaintext: bytes, armor: true, hint: false });
  const pieces: Uint8Array[] = [];
  for await (const piece of sealed.bytes) pieces.push(piece);
  const { text, comment } = recipient;
  return {
    recipient: comment === "" ? text : `${text} ${comment}`,
    enc: Buffer.concat(pieces).toString("utf8"),
    tree: undefined,
  };
}

/** Splits the key anew: a standing share cannot be told for a group that nobody here opened. */
async function wrapShares(wrapping: Wrapping): Promise<Metadata> {
  const { metadata, dataKey, wanted, threshold } = wrapping;
  refuseOthers(metadata);
  const count = wanted.length;
  const needed = threshold === 0 ? count : threshold;
  if (count > 1 && (needed < 2 || needed > count)) {
    throw new SecretsError("refused", `a threshold of ${needed} does not fit ${count} key groups`);
  }
  const bytes = dataKeyBytes(dataKey);
  const shares = count === 1 ? [bytes] : await splitSecret(bytes, count, needed);
  const groups = await Promise.all(
    wanted.map(async (readers, index) => {
      const standing: KeyGroup = { age: [], others: new Map() };
      const share = shares[index] ?? bytes;
      return nonEmpty({ age: await wrapFor({ bytes: share, readers, standing, isNewKey: true }), others: new Map() });
    }),
  );
  for (const share of [bytes, ...shares]) share.fill(0);
  return { ...metadata, groups, threshold: count === 1 ? Math.min(metadata.threshold, 1) : needed };
}
