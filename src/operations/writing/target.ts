/**
 * What may be written at this path?
 *
 * What `edit`, `set`, `unset` and `rotate` share, whatever the kind of the file. Types only; `plan-write.ts` makes them.
 */
import type { OpenedDocument } from "../../documents/sops/document.ts";
import type { Format } from "../../formats/format.ts";
import type { Change } from "../../io/commit.ts";
import type { Recipient } from "../../keys/recipient.ts";
import type { StandingReaders } from "./access.ts";
import type { Ruled } from "../project/rule.ts";
import type { Agreement } from "../../agreement/agreement.ts";

export interface WriteOptions {
  readonly allowEmpty?: boolean | undefined;
  /** Open a sops file although its MAC does not fit; what is written has a new one. */
  readonly ignoreMac?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
  /** Let values be left unencrypted that are encrypted now, or that look as if they were meant to be. */
  readonly allowClear?: boolean | undefined;
  /** Bring the file to the policy with this write. */
  readonly rekey?: boolean | undefined;
  /** A new whole-file secret is written in ASCII armor; an existing one keeps its form. */
  readonly armor?: boolean | undefined;
  /** The format of a sops file whose name does not tell. */
  readonly inputType?: string | undefined;
  /** The format to write a new file in, where its name does not tell; one that is there keeps its own. */
  readonly outputType?: string | undefined;
  /** Whether somebody gives one value by its key, and not a whole text. */
  readonly isOneValue?: boolean | undefined;
}

/** A path that may be written, with all that was decided before the plaintext is known. */
interface AnyTarget {
  /** Absolute. */
  readonly path: string;
  /** As it is shown. */
  readonly file: string;
  /** Undefined: no rule covers the file, and it keeps its own readers and settings. */
  readonly ruled: Ruled | undefined;
  readonly recipients: readonly Recipient[];
  readonly isNew: boolean;
  /** Who reads what is there now; undefined for a new file. */
  readonly standing: StandingReaders | undefined;
  /** Whether a person may read what is there now. */
  readonly hasPeople: boolean;
  /** How the file differs from the policy; this write settles it. Undefined for a new file. */
  readonly difference: Agreement | undefined;
  /** The plaintext that is there now; nothing for a new file. Needs a key. */
  readonly open: () => Promise<Uint8Array>;
  /**
   * The change that puts this plaintext there.
   * @returns undefined where the file would stay as it is
   * @throws SecretsError `malformed` with the line, where it cannot be a document of this format
   */
  readonly seal: (plaintext: Uint8Array) => Promise<Change | undefined>;
  /** Whether nothing of what was there before is left in what was sealed. */
  readonly isReplaced: () => boolean;
}

/** A whole-file `.age` secret. */
export interface AgeTarget extends AnyTarget {
  readonly kind: "age";
}

/** A sops document. */
export interface SopsTarget extends AnyTarget {
  readonly kind: "sops";
  readonly format: Format;
  /** The document, opened once. Undefined for a new file. */
  readonly document: () => Promise<OpenedDocument | undefined>;
}

export type Target = AgeTarget | SopsTarget;

/** What a target is made of, where a file is there already. */
export interface PlannedChange extends Omit<Planned, "ruled"> {
  readonly ruled: Ruled | undefined;
}

/** What a target is made of. */
export interface Planned {
  readonly path: string;
  readonly file: string;
  readonly ruled: Ruled;
  readonly options: WriteOptions;
}
