/**
 * What is an entry of sops: one key, in the policy and in the metadata of a file?
 *
 * A kind is one file and one line in `index.ts`. Of a key that only sops can use, its public half is enough to compare a file with
 * the policy, to name it to people, and to remove it. Types only; sources: key-types of sops 3.13 (`keys`, `age`, `kms`, `gcpkms`,
 * `hckms`, `azkv`, `hcvault`, `pgp`).
 */

/** A key that only sops can use. */
export interface ForeignKey {
  /** The `type` of its kind. */
  readonly type: string;
  /** What makes two of them the same key. */
  readonly id: string;
  /** For people: `PGP key FBC7…`. */
  readonly text: string;
  /** Whether a key with this id in a file is the one that the policy means; without it, the same id is. */
  readonly accepts?: (id: string) => boolean;
}

/** What an entry says, by the names of its fields; "" where it says nothing. */
export interface Fields {
  readonly text: (name: string) => string;
  /** The texts of a mapping. */
  readonly texts: (name: string) => ReadonlyMap<string, string>;
}

export interface EntryKind {
  /** The list that holds its entries in the metadata of a file. */
  readonly type: string;
  /** The fields of such an entry, in lower case. */
  readonly fields: readonly string[];
  /** Whether sops writes the list into a key group also where it is empty. */
  readonly isAlwaysInGroup?: boolean;
  /** The name of its list in a rule of the policy, and what sops takes there: texts with commas too, or a list only. */
  readonly inRule: string;
  readonly ruleTakes: "words" | "list";
  /** The same in a key group: a list of texts, or of mappings with these fields. */
  readonly inGroup: string;
  readonly groupFields?: Readonly<Record<string, "text" | "texts">>;
}

/** A kind of keys that only sops can use. */
export interface ForeignKind extends EntryKind {
  /** One item of a list of the policy, without blanks around it. */
  readonly fromText: (text: string) => ForeignKey;
  /** A mapping in a key group of the policy. */
  readonly fromGroup: (fields: Fields) => ForeignKey;
  /** An entry in the metadata of a file. */
  readonly fromEntry: (fields: Fields) => ForeignKey;
}

/** Whether the key of a file is the one that the policy means. */
export function isMeant(wanted: ForeignKey, found: ForeignKey): boolean {
  if (wanted.type !== found.type) return false;
  return wanted.id === found.id || wanted.accepts?.(found.id) === true;
}
