/**
 * What is a key that only sops, or another program, can use?
 *
 * Its public half is enough to compare a file with the policy, to name it to people, and to remove it. A kind is one file and
 * one line in `index.ts`. Types only; sources: key-types of sops 3.13 (`keys`, `kms`, `gcpkms`, `hckms`, `azkv`, `hcvault`, `pgp`).
 */

/** The list that holds the entries of a kind in the metadata of a sops file. */
export type ForeignType = "kms" | "gcp_kms" | "hckms" | "azure_kv" | "hc_vault" | "pgp";

export interface ForeignKey {
  readonly type: ForeignType;
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

export interface ForeignKind {
  readonly type: ForeignType;
  /** The name of its list in a rule of the policy, and in one of its key groups. */
  readonly inRule: string;
  readonly inGroup: string;
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
