/**
 * Who should be able to read this path?
 *
 * The vocabulary of the policy, whatever it was read from. `sops-yaml.ts` makes one from `.sops.yaml`. Pure.
 */
import type { Position, SecretsError } from "../errors.ts";
import type { FormatName } from "../formats/index.ts";
import type { ForeignKey } from "../keys/entries/entry.ts";
import type { Recipient } from "../keys/recipient.ts";

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
  /** The member's name; for a literal recipient the anchor that it stands behind, else its canonical text. */
  readonly name: string;
  readonly kind: "user" | "host" | "literal";
  readonly keys: readonly Recipient[];
  readonly as: Face;
  /** The teams it reads through, outermost first; empty where it is named itself. */
  readonly through: readonly string[];
}

/** The settings of sops that say which leaves are encrypted: a rule has at most one of them. */
export type SelectionSetting =
  | "unencrypted_suffix"
  | "encrypted_suffix"
  | "unencrypted_regex"
  | "encrypted_regex"
  | "unencrypted_comment_regex"
  | "encrypted_comment_regex";

export interface Selection {
  readonly kind: SelectionSetting;
  /** Never empty; a regular expression is valid RE2. */
  readonly value: string;
}

/**
 * Whether a path that a rule matches has to be encrypted: every one, only where the content is sensitive, or none. `check`
 * asks; what writes does not.
 */
export type Enforcement = "always" | "when-sensitive" | "never";

/** What a `creation_rules` entry says beside who reads. What is undefined was not written. */
export interface RuleSettings {
  readonly selection?: Selection | undefined;
  readonly macOnlyEncrypted?: boolean | undefined;
  /** `shamir_threshold`, only as written: several groups without one need all of them. */
  readonly threshold?: number | undefined;
  /**
   * The readers of each of the `key_groups`, in order, where there are two or more: a single group is the same as none.
   * A group of foreign keys only has no readers.
   */
  readonly groups?: readonly (readonly Reader[])[] | undefined;
  /** The foreign keys in each of these groups. */
  readonly foreignGroups?: readonly (readonly ForeignKey[])[] | undefined;
  /** The keys that only sops can use and that this rule asks for. */
  readonly foreign: readonly ForeignKey[];
  /** Whether one of its `key_groups` has no key of any kind: nothing can be encrypted under the rule. */
  readonly hasEmptyGroup?: boolean | undefined;
  /** `enforce`, only as written; `enforcement.ts` says what holds without it. */
  readonly enforce?: Enforcement | undefined;
  /** Whether a new `.age` file is armored. */
  readonly armor?: boolean | undefined;
}

/**
 * Whether the `age:` list that stock sops reads has the same keys as `readers`, either face counting. `absent`: there is
 * no list. A plain sops rule and a path under `secrets:` have nothing to compile: `agrees`.
 */
export type Compiled = "agrees" | "differs" | "absent";

/** One entry of `creation_rules`. */
export interface CreationRule {
  /** Where the rule stands. */
  readonly at: Position;
  /** Its `path_regex`, or "every path". */
  readonly title: string;
  /** A rule of stock sops, without `readers`. */
  readonly plain: boolean;
  /** Without duplicates, in the order of the policy; empty where a plain rule names no key of ours. */
  readonly readers: readonly Reader[];
  readonly settings: RuleSettings;
  readonly compiled: Compiled;
  /** @param path POSIX, relative to the policy's directory. Ignores the rules before this one. */
  matches(path: string): boolean;
}

/** What is not an error and probably not meant: printed by verbs that look at the policy, never a reason to stop. */
export interface PolicyWarning {
  readonly at: Position;
  readonly message: string;
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
  /** A rule of stock sops, without `readers`: it yields to any other that names the file. */
  readonly plain: boolean;
  /** Those of the first matching `creation_rules` entry; for a path under `secrets:`, its selection and MAC settings. */
  readonly settings: RuleSettings;
  readonly compiled: Compiled;
}

export interface Policy {
  /** As it should be shown in messages. */
  readonly file: string;
  readonly members: readonly Member[];
  readonly teams: ReadonlyMap<string, readonly string[]>;
  /** Keys that stand behind an anchor, with its name. */
  readonly anchors: readonly { readonly name: string; readonly key: Recipient }[];
  /** In the order of the file, which is the order in which they are tried. */
  readonly creationRules: readonly CreationRule[];
  readonly warnings: readonly PolicyWarning[];
  /** What only somebody who asks for details wants to know. */
  readonly notes?: readonly PolicyWarning[] | undefined;
  /** The rules that are broken and leave the others as they are. */
  readonly broken?: readonly SecretsError[] | undefined;
  /** The paths that are named themselves, POSIX, relative to the policy's directory. */
  readonly exactPaths: readonly string[];
  /** By how many blanks sops indents what it prints in a format, where `stores` says so. */
  readonly indents?: ReadonlyMap<FormatName, number> | undefined;
  /** Whether our `.age` files carry the reader hint. */
  readonly readerHint: boolean;
  /** The only path that it may be asked about, where it says something else of every one. */
  readonly onlyFor?: string | undefined;
  /** Files by the names that agenix-shell gives their secrets. */
  readonly shellSecrets?: ReadonlyMap<string, string> | undefined;
  /**
   * @param path POSIX, relative to the policy's directory. Undefined: no rule matches.
   * @throws SecretsError `policy`: its rule is broken
   */
  rule(path: string): Ruling | undefined;
  /** What to add, and under which key of the policy, for this path to have a rule. */
  missingRule(path: string): { readonly line: string; readonly under: string | undefined };
  /** The member who holds this key, by either face. */
  holder(recipient: Recipient): Member | undefined;
  /** What the policy calls the holder of this key: the member, else the anchor that it stands behind. */
  nameOf(recipient: Pick<Recipient, "id">): string | undefined;
}

/** Whether it has a rule, be it a broken one. */
export function hasRules(policy: Policy | undefined): boolean {
  if (policy === undefined) return false;
  const { creationRules, exactPaths, broken = [] } = policy;
  return creationRules.length + exactPaths.length + broken.length > 0;
}

/** Who is meant by a name: the name itself, or all that are in a team, whichever way. Teams hold no circles. */
export function membersOf(teams: Policy["teams"], name: string): string[] {
  const held = teams.get(name);
  return held === undefined ? [name] : [...new Set(held.flatMap((each) => membersOf(teams, each)))];
}

/** Every recipient that an `.age` file for these readers is encrypted to: duplicates removed, ed25519 keys as written. */
export function ageRecipients(readers: readonly Reader[]): Recipient[] {
  const seen = new Map<string, Recipient>();
  for (const key of readers.flatMap((reader) => reader.keys)) {
    if (!seen.has(key.id)) seen.set(key.id, key);
  }
  return [...seen.values()];
}
