/**
 * What is a finding, and what does a rule look at?
 *
 * The vocabulary of `findings/`. A rule is one file with its id, its words for `secrets explain`, its traits, by which the runner
 * goes, and a pure function for each question that it answers; `index.ts` has a line for each. A finding names places, key paths
 * and people, and never holds a value or key text. Types only.
 */
import type { Position, SecretsError } from "../errors.ts";
import type { Enforcement, Policy, Ruling } from "../policy/policy.ts";
import type { Origin } from "../text/merge-marks.ts";
import type { Place } from "../text/places.ts";
import type { LineFile } from "./reading/commands.ts";
import type { Content } from "./reading/content.ts";
import type { Needles } from "./reading/needles.ts";
import type { Outline } from "./reading/outline.ts";
import type { FoundKey } from "./private-keys/found-key.ts";
import type { ValueForm } from "./reading/value-search.ts";

/** Where allowances are written, at the root of the repository. */
export const SETTINGS_FILE = ".secrets-check.yaml";

export type RuleId = `SEC${string}`;

/** The gravest first. */
export type Severity = "critical" | "error" | "warning" | "note";

/** What a rule answers; the file is put to it by whoever knows how it is called. */
export interface Draft {
  readonly severity: Severity;
  /** Lower case, no final period. */
  readonly message: string;
  /** Left out where the whole file is meant; line and column are taken of it, and nothing else. */
  readonly place?: Pick<Position, "line" | "column"> | undefined;
  /** The command or the line that fixes it. */
  readonly fix?: string | undefined;
  /** What tells this finding from others of the same rule in the same file, and stays when lines move: a key path, a name. */
  readonly subject?: string | undefined;
  /** Whether something is unencrypted there, so that it was published even where a later commit fixes it. */
  readonly exposes?: boolean | undefined;
  /** The file that it is about, if not the one that was asked about; POSIX, relative to the root. */
  readonly path?: string | undefined;
}

export interface Finding extends Omit<Draft, "place"> {
  readonly rule: RuleId;
  /** POSIX, relative to the root of the repository; outside one, to the directory that was looked at. */
  readonly path: string;
  /** From 1; both undefined where the whole file is meant. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The file as the user names it, with line and column. */
  readonly at: Position;
  /** The commit that holds it, in full; undefined for the working tree and the index. */
  readonly commit?: string | undefined;
  /** 16 hex digits, the same as long as it is the same finding: rule, path and subject, hashed. */
  readonly fingerprint: string;
  /** The allowance that made a warning of it, because it is no older than the range that is looked at. */
  readonly allowance?: string | undefined;
}

/** What `secrets explain` says: short lines, twelve at most in all. What else there is to know is in docs/check.md. */
export interface Explanation {
  readonly what: readonly string[];
  readonly why: readonly string[];
  readonly fix: readonly string[];
  readonly limits: readonly string[];
}

/** A version of a file beside those that it replaces. */
export interface Change extends Pick<FileSubject, "file" | "governed"> {
  readonly now: Outline;
  /** One list for each change that brought this version: what each of its parents had there. */
  readonly before: readonly (readonly Outline[])[];
  /** Whether the version by itself is broken or unencrypted, which was told. */
  readonly isTold: boolean;
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

/** How opening a file with an available key failed. */
export interface Opened extends Pick<FileSubject, "file"> {
  readonly problem: SecretsError;
  /** Of a merge of two versions, of which it has all: the key paths in which they differ. */
  readonly mixed?: readonly string[] | undefined;
}

/** A file in two places or at two times: what stands here, and what stands there. */
export interface Versions {
  readonly file: string;
  /** What other rules find in the version that git would publish. */
  readonly found: Finding;
  /** What the other version is: encrypted, unencrypted as well, or not there. */
  readonly other: "encrypted" | "clear" | "absent";
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

/** A secret value seen unencrypted, told without the value. */
export interface SeenValue extends Place {
  /** The file that holds the secret, and the way to it. */
  readonly secretFile: string;
  readonly key: string;
  /** How it is written there. */
  readonly form: ValueForm;
}

/** A path under `secrets:` behind which there is nothing, as the policy says it, and the path that was probably meant. */
export interface AbsentSecret {
  readonly name: string;
  readonly meant: string | undefined;
}

/** A policy file, parsed or not. */
export interface PolicySubject extends Pick<FileSubject, "path"> {
  readonly policy: Policy | undefined;
  /** As far as it was looked for. */
  readonly absent: readonly AbsentSecret[];
  /** Why it could not be parsed. */
  readonly problem: SecretsError | undefined;
}

/** A version of a file of which nothing is known yet but its bytes. */
export interface Glance extends Pick<FileSubject, "path" | "governs"> {
  readonly bytes: Uint8Array;
  readonly needles: Needles;
}

/** A symbolic link in the place of a secret, and the plaintext that it leads to. */
export interface Linked extends Pick<FileSubject, "path" | "file"> {
  /** Where it leads, as the user names it, and what stands there. */
  readonly target: string;
  readonly text: string | undefined;
  readonly governed: Governed;
}

/** What a rule may be asked about; only for `opened` and `values` it takes a key. */
export interface Subjects {
  /** One version of one file. */
  readonly file: FileSubject;
  /** A version beside those that it replaces. */
  readonly change: Change;
  readonly link: Linked;
  /** What opening a file showed. */
  readonly opened: Opened;
  /** What was found in a version of which another one is known. */
  readonly versions: Versions;
  /** The repository beside the content of its files. */
  readonly tree: TreeFacts;
  readonly values: readonly SeenValue[];
  readonly policy: PolicySubject;
}

/** The questions that a rule answers. */
export type Answers = {
  readonly [Q in keyof Subjects]?: (subject: Subjects[Q]) => readonly Draft[] | Promise<readonly Draft[]>;
};

/** What a rule says, and how the runner takes it. */
export interface Rule extends Answers {
  readonly id: RuleId;
  /** A few words, lower case: the name in lists and reports. */
  readonly title: string;
  /** The most severe that it gives. */
  readonly severity: Severity;
  readonly explanation: Explanation;
  /**
   * What it tells of a file. `plaintext`, `exposure`: something is readable, so that it counts in older commits and under older
   * policies too; of plaintext the disk may have a better version, and its fix belongs into the commit that brought it.
   * `readers`: other people read it than should, which older policies tell where the newest says nothing. `damage`: it is broken.
   * `key`: published whatever a later commit does.
   */
  readonly tells?: "plaintext" | "exposure" | "readers" | "damage" | "key";
  /** Whether a file that no rule of the policy covers is worth a look. */
  readonly mark?: (glance: Glance) => boolean;
  /** The mode of check in which it says what a finding in another version means. */
  readonly mode?: "staged" | "range" | "history";
  readonly needs?: {
    /** All files, so that it has the last word when all of them were read. */
    readonly everything?: boolean;
    /** Of which names git is asked whether it ignores them, and for which attributes of encrypted files. */
    readonly ignored?: readonly string[];
    readonly attributes?: readonly string[];
  };
}
