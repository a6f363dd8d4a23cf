/**
 * What can be asked of an encrypted file, whatever its kind?
 *
 * Looking needs no key, opening does, and what is sealed is a change that nobody has written yet. The two kinds are in
 * `age-secret.ts` and `sops-secret.ts`, and `secret-at.ts` tells which of them a file is. Nobody else asks for the kind.
 */
import { SecretsError, type Position } from "../../errors.ts";
import type { Agreement } from "../../agreement/agreement.ts";
import type { KnownReaders } from "../../documents/age/header.ts";
import type { SelectionSettings } from "../../documents/sops/selection.ts";
import type { WantedReaders } from "../../documents/sops/verbs.ts";
import type { Format, FormatName } from "../../formats/format.ts";
import type { Change } from "../../io/stage.ts";
import type { CanOpen, Keyring, Recipient } from "../../keys/recipient.ts";
import type { Project } from "../project/project.ts";
import type { RuledFile, Servings } from "../project/rule.ts";

export interface SealOptions {
  /** Let an empty content replace a secret. */
  readonly allowEmpty?: boolean | undefined;
  /** Let values be left unencrypted that are encrypted now, or that look as if they were meant to be. */
  readonly allowClear?: boolean | undefined;
  /** Open a sops file although its MAC does not fit; what is written has a new one. */
  readonly ignoreMac?: boolean | undefined;
  /** A new whole-file secret is written in ASCII armor; an existing one keeps its form. */
  readonly armor?: boolean | undefined;
  /** The format of a sops file whose name does not tell. */
  readonly inputType?: string | undefined;
  /** The format to write a new file in, where its name does not tell; one that is there keeps its own. */
  readonly outputType?: string | undefined;
  /** Blanks for each level of what is printed as a whole, instead of what the policy says. */
  readonly indent?: number | undefined;
  /** Whether somebody gives one value by its key, and not a whole text. */
  readonly isOneValue?: boolean | undefined;
}

/** Where a secret is, and what was decided of it before anybody looks. */
export interface SecretPlace {
  readonly project: Project;
  /** Absolute: the path whose rule counts. */
  readonly path: string;
  /** As it is shown. */
  readonly file: string;
  /** Undefined: no rule covers it, so that it keeps its own readers and settings; or nobody has asked. */
  readonly ruled: RuledFile | undefined;
  readonly options: SealOptions;
  /** For who will write: the SHA-256 of what was there before anything else was looked at, or `absent`. */
  readonly expected?: string | undefined;
  /** What lines and columns are those of, where it is not the file itself. */
  readonly source?: string | undefined;
  /** Absolute: where a new file lies, if not at the path. */
  readonly target?: string | undefined;
}

/** What somebody says instead of the rule, and of what a name tells. */
export interface Instead {
  /** Who reads it. */
  readonly readers?: readonly Recipient[] | undefined;
  /** What wraps for them, where it is not the keyring of the project: a passphrase. */
  readonly keyring?: Keyring | undefined;
  /** How many of the key groups of the rule it takes. */
  readonly threshold?: number | undefined;
  /** What is encrypted, and the rule that says so, if one does. */
  readonly selection?: { readonly settings: SelectionSettings; readonly at: Position | undefined } | undefined;
  /** It becomes a secret that is one value. */
  readonly isWhole?: boolean | undefined;
  /** The format of a document. */
  readonly format?: FormatName | undefined;
}

/** Readers by name, sorted; and those that nobody here can name, in words such as `2 unnamed` or `1 pgp`. */
export interface DeclaredReaders {
  readonly names: readonly string[];
  readonly others: readonly string[];
  /** Where several key groups share the data key: who is in each, and how many of them open the file. */
  readonly groups?: { readonly needed: number; readonly names: readonly (readonly string[])[] } | undefined;
}

/** What a file tells without a key. */
export interface Look {
  /** `age`, `age armored`, `yaml`, `json`. */
  readonly format: string;
  /** Undefined where no rule covers it. */
  readonly agreement: Agreement | undefined;
  readonly declared: DeclaredReaders;
  /** Who reads it, as far as it tells. */
  readonly standing: KnownReaders;
  /** Whether it says itself who its readers are. */
  readonly tells: boolean;
  /** Whether a passphrase opens it and nothing else, so that it has no readers. */
  readonly isForPassphrase: boolean;
}

/** What of a secret is asked for: all of it, unless a key is named. */
export interface ReadRequest {
  /** One value of a document. */
  readonly extract?: string | undefined;
  /** In which document of a file that has several, counted from 1; the first if absent. */
  readonly document?: number | undefined;
  /** Another format than its own. */
  readonly outputType?: string | undefined;
}

/** Bytes, or a way to read them from the first one on, for a secret of any size. */
export type Plaintext = Uint8Array | (() => AsyncIterable<Uint8Array>);

/** What a secret becomes. */
export interface SealedSecret {
  readonly secret: Secret;
  readonly change: Change;
  /** Whether something is in it that was there before: whoever could read that may have kept it. */
  readonly keepsContent: boolean;
}

export interface Secret extends Pick<SecretPlace, "path" | "file" | "ruled"> {
  readonly isNew: boolean;
  /** Who will be able to read what is written: whom the rule names; without one, whom the file has. */
  readonly recipients: readonly Recipient[];
  /** Whoever writes named the recipients, so that nobody else is asked whether they are right. */
  readonly byHand: boolean;
  /** What of a rule it has a place for. */
  readonly servings: Servings;
  /** For who addresses values by keys; undefined where the secret is one value. */
  readonly document: SecretDocument | undefined;
  /** Undefined for a new file. @throws SecretsError `malformed`, `io` */
  readonly look: () => Promise<Look | undefined>;
  /** Whether a person may read what is there now; who cannot be told counts as one. */
  readonly hasPeople: () => Promise<boolean>;
  /** Whether the available keys open it, found out without a question. */
  readonly canOpen: () => Promise<CanOpen>;
  /** How many of several key groups they open; undefined where there are no groups. */
  readonly openedGroups: () => Promise<number | undefined>;
  /** The plaintext that is there now, whole; nothing for a new file. @throws SecretsError as `read` does */
  readonly open: () => Promise<Uint8Array>;
  /**
   * The same, or one value of it, as it comes.
   * @throws SecretsError `no-identity` naming who could; `tampered`, `malformed`; `usage` for a key that is not there
   */
  readonly read: (request: ReadRequest) => Promise<AsyncIterable<Uint8Array>>;
  /**
   * With this plaintext, for `recipients`.
   * @returns undefined where the file would stay as it is
   * @throws SecretsError `malformed` with the line, where it cannot be a document of this format; `refused`
   */
  readonly seal: (plaintext: Plaintext) => Promise<SealedSecret | undefined>;
  /** The same plaintext under another key. @throws SecretsError as `read` and `seal` do */
  readonly rewrap: (wanted: Rewrapping) => Promise<SealedSecret>;
}

export interface Rewrapping {
  /** For the readers of the rule, and with its settings; for those that the file has; or, of a document, for these. */
  readonly readers: "rule" | "own" | WantedReaders;
  /** `removed`: where somebody is to know the data key no more. A whole-file secret always gets a new one. */
  readonly newKey: "always" | "removed" | "never";
}

/** A secret that has keys and values in it. */
export interface SecretDocument {
  readonly format: Format;
  /** Whether it is whole: a MAC and a version are there. */
  readonly isEncrypted: boolean;
  /** The open text; of a new file one that says nothing. Needs a key. @throws SecretsError as `read` does */
  readonly text: () => Promise<string>;
  /** Who reads it, group by group. @throws SecretsError `refused` where an entry is of an unknown kind */
  readonly readers: () => Promise<WantedReaders>;
}

/** Nobody said that nothing may replace a secret. @param file as it is shown */
export function emptyContent(file: string): SecretsError {
  return new SecretsError("refused", "the new content is empty and would replace a secret", {
    at: { file },
    hint: "if that is intended, repeat with --allow-empty",
  });
}
