/**
 * Who should be able to read this path?
 *
 * The vocabulary of the policy, whatever it was read from. `sops-yaml.ts` makes one from `.sops.yaml`. Pure.
 */
import type { Position } from "../errors.ts";
import type { Recipient } from "../keys/key-kind.ts";

/** The face under which an ed25519 SSH key is written in sops documents. */
export type Face = "age" | "ssh" | "both";

/** A person or a machine of the policy. */
export interface Member {
  readonly name: string;
  readonly kind: "user" | "host";
  readonly keys: readonly Recipient[];
  readonly as: Face;
  readonly at: Position;
}

/** One who reads a path: a member, or a literal recipient that the policy gives no name. */
export interface Reader {
  /** The member's name; for a literal recipient its canonical text. */
  readonly name: string;
  readonly kind: "user" | "host" | "literal";
  readonly keys: readonly Recipient[];
  readonly as: Face;
  /** The teams it reads through, outermost first; empty where it is named itself. */
  readonly through: readonly string[];
}

/** What the policy says of one path. */
export interface Ruling {
  /** POSIX path relative to the policy's directory. */
  readonly path: string;
  readonly kind: "secrets" | "creation_rules";
  /** Where the rule stands. */
  readonly at: Position;
  /** How the rule is called in reports: its `path_regex`, the exact path, or "every path". */
  readonly title: string;
  /** Without duplicates, in the order of the policy. */
  readonly readers: readonly Reader[];
  /** The `creation_rules` entries that would match a path ruled by `secrets:`, to be named by `who`. */
  readonly shadowed: readonly Position[];
}

export interface Policy {
  /** As it should be shown in messages. */
  readonly file: string;
  readonly members: readonly Member[];
  readonly teams: ReadonlyMap<string, readonly string[]>;
  /** Whether our `.age` files carry the reader hint. */
  readonly readerHint: boolean;
  /** @param path POSIX, relative to the policy's directory. Undefined: no rule matches. */
  rule(path: string): Ruling | undefined;
  /** The member who holds this key, by either face. */
  holder(recipient: Recipient): Member | undefined;
}

/** Every recipient that an `.age` file for these readers is encrypted to: duplicates removed, ed25519 keys as written. */
export function ageRecipients(readers: readonly Reader[]): Recipient[] {
  const seen = new Map<string, Recipient>();
  for (const key of readers.flatMap((reader) => reader.keys)) {
    if (!seen.has(key.id)) seen.set(key.id, key);
  }
  return [...seen.values()];
}
