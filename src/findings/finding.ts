/**
 * What is a finding, and what does a rule look at?
 *
 * The vocabulary of `findings/`. A rule is one file with its id, its words for `secrets explain`, and one pure function from
 * what was read to findings; `index.ts` has a line for each. A finding names places, key paths and people, and never holds a
 * value or key text. Types only.
 */
import type { Position } from "../errors.ts";
import type { Policy, Ruling } from "../policy/policy.ts";
import type { Enforcement } from "../policy/policy.ts";
import type { LineFile, Origin } from "./reading/commands.ts";
import type { Content } from "./reading/content.ts";
import type { Outline } from "./reading/outline.ts";
import type { FoundKey } from "./private-keys/find.ts";
import type { ValueForm } from "./reading/value-search.ts";

export type RuleId = `SEC${string}`;

/** The gravest first. */
export type Severity = "critical" | "error" | "warning" | "note";

/** What a rule answers; the file is put to it by whoever knows how it is called. */
export interface Draft {
  readonly severity: Severity;
  /** Lower case, no final period. */
  readonly message: string;
  /** From 1; both left out where the whole file is meant. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The command or the line that mends it. */
  readonly fix?: string | undefined;
  /** What tells this finding from others of the same rule in the same file, and stays when lines move: a key path, a name. */
  readonly subject?: string | undefined;
  /** Whether something stands in clear there, so that it was published even where a later commit mends it. */
  readonly exposes?: boolean | undefined;
}

export interface Finding extends Draft {
  readonly rule: RuleId;
  /** POSIX, relative to the root of the repository; outside one, to the directory that was looked at. */
  readonly path: string;
  /** The file as the user names it, with line and column. */
  readonly at: Position;
  /** The commit that holds it, in full; undefined for the working tree and the index. */
  readonly commit?: string | undefined;
  /** 16 hex digits, the same as long as it is the same finding: rule, path and subject, hashed. */
  readonly fingerprint: string;
  /** The permission that made a warning of it, because it is no older than the range that is looked at. */
  readonly permission?: string | undefined;
}

/** What `secrets explain` says; each a few sentences. */
export interface Explanation {
  readonly what: string;
  readonly why: string;
  readonly mend: string;
  readonly limits: string;
}

/** A version of a file beside those that it replaces. */
export interface Change {
  /** As the user names it, for commands. */
  readonly file: string;
  readonly now: Outline;
  /** One list for each change that brought this version: what each of its parents had there. */
  readonly before: readonly (readonly Outline[])[];
  readonly governed: Governed | undefined;
  /** Whether the version by itself is broken or unencrypted, which was told. */
  readonly isTold: boolean;
}

interface RuleText {
  readonly id: RuleId;
  /** A few words, lower case: the name in lists and reports. */
  readonly title: string;
  /** The gravest that it gives. */
  readonly severity: Severity;
  readonly explanation: Explanation;
  /** What it finds beside the versions before, and not in the version alone. */
  readonly compare?: (change: Change) => readonly Draft[];
}

/** What the policy says of one file, and how it obliges. */
export interface Governed {
  readonly policy: Policy;
  readonly ruling: Ruling;
  readonly enforcement: Enforcement;
  /** The policy as messages call it, where it is not the one of the files beside it: `the policy of main`. */
  readonly origin?: string | undefined;
}

/** One who holds a key, and what it opens. */
export interface KeyHolder {
  readonly name: string;
  readonly kind: "user" | "host" | "literal";
  /** Files that name this reader, as the user names them. */
  readonly opens: readonly string[];
}

/** One version of one file. */
export interface FileSubject {
  /** As the user names it, for commands. */
  readonly file: string;
  /** The same of another path. */
  readonly show: (path: string) => string;
  /** POSIX, relative to the root. */
  readonly path: string;
  readonly content: Content;
  /** Undefined: no policy, or no rule, covers it. */
  readonly governed: Governed | undefined;
  /** The policy that a rule for it would stand in, as messages call it; undefined where there is none, or it is broken or has no rules. */
  readonly policyFile: string | undefined;
  readonly keys: readonly FoundKey[];
  /** Who of the policies holds a key with one of these `Recipient.id`s. */
  readonly holder: (ids: readonly string[]) => KeyHolder | undefined;
  /** The `Recipient.id` of a public key's text; undefined for a kind that is not known. Remembers. */
  readonly recipientId: (text: string) => Promise<string | undefined>;
  readonly tracked: boolean;
  /** What git has of it from before it was merged, or broken. */
  readonly origin: () => Promise<Origin | undefined>;
  /** What the policy says of another path. */
  readonly governs: (path: string) => Governed | undefined;
  readonly now: Date;
}

/** A rule about one version of one file, that needs no key. */
export interface FileRule extends RuleText {
  readonly about: "file";
  readonly inspect: (subject: FileSubject) => readonly Draft[] | Promise<readonly Draft[]>;
}

/** How opening a file with a key at hand failed. */
export interface Opened {
  /** As the user names it. */
  readonly file: string;
  readonly problem: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Of a merge of two versions, of which it has all: the key paths in which they differ. */
  readonly mixed?: readonly string[] | undefined;
}

/** A rule about what opening a file showed. */
export interface OpenedRule extends RuleText {
  readonly about: "opened";
  readonly inspect: (opened: Opened) => readonly Draft[];
}

/** A file in two places or at two times: what stands here, and what stands there. */
export interface Versions {
  readonly file: string;
  /** What other rules find in the version that git would publish. */
  readonly found: Finding;
  /** What the other version is: encrypted, in clear as well, or not there. */
  readonly other: "encrypted" | "clear" | "absent";
}

/** A rule about plaintext that another version of the file does not have. */
export interface VersionsRule extends RuleText {
  readonly about: "versions";
  readonly inspect: (versions: Versions) => readonly Draft[];
}

/** What is known of the repository beside the content of its files. */
export interface TreeFacts {
  /** Whether there is a policy with a rule at all. */
  readonly hasPolicy: boolean;
  /** The files at the root of the repository that say what git ignores, and how it takes the others. */
  readonly gitignore: LineFile;
  readonly gitattributes: LineFile;
  /** Names that `.gitignore` should cover, and whether it does. */
  readonly shouldIgnore: ReadonlyMap<string, boolean>;
  /** Paths that a policy names or whose content is encrypted, and that git ignores. */
  readonly ignoredSecrets: readonly string[];
  /** Encrypted files: path, whether its bytes are binary, and its git attributes. */
  readonly encrypted: readonly EncryptedFile[];
}

export interface EncryptedFile {
  readonly path: string;
  readonly binary: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

/** A draft with the file that it is about, POSIX and relative to the root. */
export interface PlacedDraft extends Draft {
  readonly path: string;
}

export interface TreeRule extends RuleText {
  readonly about: "tree";
  readonly inspect: (facts: TreeFacts) => readonly PlacedDraft[];
}

/** A secret value seen in clear, told without the value. */
export interface SeenValue {
  /** The file that holds the secret, and the way to it. */
  readonly secretFile: string;
  readonly key: string;
  /** How it is written there. */
  readonly form: ValueForm;
  readonly line: number;
  readonly column: number;
}

export interface ValueRule extends RuleText {
  readonly about: "values";
  readonly inspect: (seen: readonly SeenValue[]) => readonly Draft[];
}

/** A path under `secrets:` behind which there is nothing, as the policy says it, and the path that was probably meant. */
export interface AbsentSecret {
  readonly name: string;
  readonly meant: string | undefined;
}

/** A policy file, parsed or not. */
export interface PolicySubject {
  readonly path: string;
  readonly text: string;
  readonly policy: Policy | undefined;
  /** As far as it was looked for. */
  readonly absent: readonly AbsentSecret[];
  /** Why it could not be parsed. */
  readonly problem:
    | {
        readonly message: string;
        readonly line?: number | undefined;
        readonly column?: number | undefined;
        readonly fix?: string | undefined;
      }
    | undefined;
}

export interface PolicyRule extends RuleText {
  readonly about: "policy";
  readonly inspect: (subject: PolicySubject) => readonly Draft[];
}

export type Rule = FileRule | OpenedRule | VersionsRule | TreeRule | ValueRule | PolicyRule;
