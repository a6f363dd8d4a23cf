/**
 * How does the data key get to its readers, and what of the metadata can stay as it is?
 *
 * sops.md sections 6, 7 and 9. Every recipient has an age file of its own, so adding a reader wraps the key once more and
 * leaves every other entry as it stands. Entries of other key types are kept and never made: what would need a new one is
 * refused.
 */
import { collect } from "../../text/chunks.ts";
import { dataKeyBytes, type DataKey } from "../../crypto/data-key.ts";
import { splitSecret } from "../../crypto/shamir.ts";
import { SecretsError } from "../../errors.ts";
import type { ForeignKey } from "../../keys/entries/entry.ts";
import { onlyProgram } from "../../keys/index.ts";
import type { Keyring, Recipient } from "../../keys/recipient.ts";
import { sealAge } from "../age/file.ts";
import type { AgeEntry, KeyGroup, Metadata } from "./metadata.ts";
import { compareForeign, listsOf } from "./foreign.ts";
import { entryFace, faceOf, foreignReaders, knownEntries } from "./readers.ts";

/** Whose data key is wrapped for whom. */
export interface Wrapping {
  /** The metadata as it stands: of the same key its entries stay; of none, `newMetadata([], …)`. */
  readonly metadata: Metadata;
  readonly dataKey: DataKey;
  readonly wanted: readonly (readonly Recipient[])[];
  /** The keys that only sops can use, group by group: the entries of others are left out. Undefined: all of them stay. */
  readonly foreign?: readonly (readonly ForeignKey[])[] | undefined;
  /** How many of several groups it takes; 0: all of them. Without a meaning for one group. */
  readonly threshold: number;
  /** Whether the data key is another than the one that the standing entries wrap. */
  readonly isNewKey: boolean;
  readonly keyring: Keyring;
}

/**
 * The metadata with the data key wrapped for the wanted readers. With one group and the same key, only what is new is
 * wrapped and what is gone is left out; all else stays verbatim and in its order. Otherwise everything is wrapped again.
 * @throws SecretsError `refused` where an entry of another key type would have to be made, or a group would be empty.
 */
export async function wrapDataKey(wrapping: Wrapping): Promise<Metadata> {
  const { metadata, dataKey, wanted, foreign, isNewKey, keyring } = wrapping;
  const [only, second] = metadata.groups;
  const [readers, more] = wanted;
  if (readers === undefined) throw new SecretsError("refused", "there is no recipient, so nobody could read it");
  if (more === undefined && second === undefined) {
    const standing = only ?? { age: [], others: new Map() };
    const { kept } = compareForeign(standing, foreign?.[0]);
    if (isNewKey) await refuseForeign(wrapping);
    const bytes = dataKeyBytes(dataKey);
    const age = await wrapFor({ bytes, readers, standing, isNewKey, isNew: only === undefined, keyring });
    bytes.fill(0);
    return { ...metadata, groups: [nonEmpty({ age, others: listsOf(kept) })] };
  }
  return wrapShares(wrapping);
}

function nonEmpty(group: KeyGroup): KeyGroup {
  if (group.age.length === 0 && group.others.size === 0) {
    throw new SecretsError("refused", "nobody could read it: a key group would be empty");
  }
  return group;
}

/** @throws SecretsError `refused`: what stays of the file would need an entry that cannot be made here. */
async function refuseForeign({ metadata, wanted, foreign }: Wrapping): Promise<void> {
  const { kept, unknown } = await foreignReaders(metadata, wanted, foreign);
  const keys = [...kept.map(({ key }) => key.text), ...unknown];
  if (keys.length === 0) return;
  throw new SecretsError("refused", `only sops can renew its data key for ${keys.join(", ")}`, {
    hint: "use sops for this file, or take these keys out of the policy",
  });
}

/** The entries for these readers: those that stand keep their place and their spelling, new ones follow. */
async function wrapFor(given: {
  readonly bytes: Uint8Array;
  readonly readers: readonly Recipient[];
  readonly standing: KeyGroup;
  readonly isNewKey: boolean;
  /** In a document that is there already, whom only another program can encrypt to is left out, and told to be missing. */
  readonly isNew: boolean;
  readonly keyring: Keyring;
}): Promise<readonly AgeEntry[]> {
  const { bytes, readers, standing, isNewKey, isNew, keyring } = given;
  const wanted = new Map(readers.map((reader) => [faceOf(reader), reader]));
  const standingOnes = (await knownEntries(standing)).filter((each) => wanted.has(entryFace(each)));
  // Of two entries for one reader nobody can tell whose the other is: a new key makes one of them.
  const kept = isNewKey ? [...new Map(standingOnes.map((each) => [entryFace(each), each])).values()] : standingOnes;
  const present = new Set(kept.map(entryFace));
  const stays = await Promise.all(
    kept.map(async ({ entry, recipient }) =>
      isNewKey && recipient !== undefined ? wrapEntry(bytes, recipient, keyring) : entry,
    ),
  );
  const fresh = [...wanted.values()]
    .filter((reader) => !present.has(faceOf(reader)) && (isNew || onlyProgram(reader) === undefined))
    .map((reader) => wrapEntry(bytes, reader, keyring));
  return [...stays, ...(await Promise.all(fresh))];
}

async function wrapEntry(bytes: Uint8Array, recipient: Recipient, keyring: Keyring): Promise<AgeEntry> {
  const sealed = await sealAge({ recipients: [recipient], plaintext: bytes, armor: true, hint: false, keyring });
  const { text, comment } = recipient;
  return {
    // sops tells SSH keys apart by their whole line; a native recipient has no comment in a file.
    recipient: comment === "" || !text.includes(" ") ? text : `${text} ${comment}`,
    enc: (await collect(sealed.bytes)).toString("utf8"),
    tree: undefined,
  };
}

/** Splits the key again: a standing share cannot be told for a group that nobody here opened. */
async function wrapShares(wrapping: Wrapping): Promise<Metadata> {
  const { metadata, dataKey, wanted, threshold, keyring } = wrapping;
  const isNew = metadata.groups.length === 0;
  await refuseForeign(wrapping);
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
      return nonEmpty({
        age: await wrapFor({ bytes: share, readers, standing, isNewKey: true, isNew, keyring }),
        others: new Map(),
      });
    }),
  );
  for (const share of [bytes, ...shares]) share.fill(0);
  return { ...metadata, groups, threshold: count === 1 ? Math.min(metadata.threshold, 1) : needed };
}
