/**
 * What can go wrong, in words that every layer shares?
 *
 * One class and a closed union of codes. The layer that notices throws without advice; `operations` adds the file and the
 * hint; `cli/report.ts` is the only place that prints; the program in `cli/front-ends/` the only one that knows numbers. Imports nothing.
 */

/**
 * - `usage`: the command line is off. `policy`: the policy file is wrong. `no-rule`: no rule covers the path.
 * - `bad-key`: a recipient or identity that is malformed or of a kind that cannot be used.
 * - `cannot-ask`: a question would be needed where nobody can be asked.
 * - `no-identity`: no identity here opens it. `wrong-passphrase`: a passphrase was given and does not fit.
 * - `malformed`: bytes that are not what they claim to be. `unmerged`: the same, since git left its marks in them. `tampered`:
 *   authentication failed.
 * - `not-found`, `io`, `busy`: reading or writing failed, the file is missing, somebody else is committing.
 * - `editor`: the editor failed, so nothing was changed.
 * - `refused`: would harm (plaintext over a secret, empty input …). `drift`: readers differ from the policy.
 *   `lockout`: nobody, or no person, could read it any more. `changed`: the file changed while we worked.
 * - `interrupted`: ended by a signal.
 */
export type ErrorCode =
  | "usage"
  | "policy"
  | "no-rule"
  | "bad-key"
  | "cannot-ask"
  | "no-identity"
  | "wrong-passphrase"
  | "malformed"
  | "unmerged"
  | "tampered"
  | "not-found"
  | "io"
  | "busy"
  | "editor"
  | "refused"
  | "drift"
  | "lockout"
  | "changed"
  | "interrupted";

/** A place in a text: `file` as it should be shown, `line` and `column` counted from 1. */
export interface Position {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export interface ErrorDetails {
  /** The exact command or line that fixes it, or several of them. */
  readonly hint?: string | readonly string[] | undefined;
  readonly at?: Position | undefined;
  /** Further lines below the message: what was tried, who differs. */
  readonly notes?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * The only error that is expected. `message` says what is wrong in lower case without a final period, and never holds
 * a secret value, key text or a piece of a decrypted document.
 */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
  readonly code: ErrorCode;
  readonly hints: readonly string[];
  /** All hints as one line. */
  readonly hint: string | undefined;
  readonly at: Position | undefined;
  readonly notes: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hints = [details.hint ?? []].flat();
    this.hint = this.hints.length === 0 ? undefined : this.hints.join("; ");
    this.at = details.at;
    this.notes = details.notes ?? [];
  }

  /** The same error with these in the place of its own; all else stays. */
  with({
    code = this.code,
    message = this.message,
    ...details
  }: ErrorDetails & { readonly code?: ErrorCode; readonly message?: string }): SecretsError {
    const { hints, at, notes, cause } = this;
    return new SecretsError(code, message, { hint: hints, at, notes, cause, ...details });
  }
}

/** The same error with the place and the hint that only an outer layer knows; what it says already stays. */
export function dressed(error: SecretsError, details: ErrorDetails): SecretsError {
  return error.with({
    hint: error.hint === undefined ? details.hint : error.hints,
    at: error.at ?? details.at,
    notes: error.notes.length > 0 ? error.notes : details.notes,
    cause: error.cause ?? details.cause,
  });
}

/**
 * Errors of Linux and macOS that libuv has no name for, so that Node calls them by their number. EDQUOT is the one that people meet: a
 * full quota. (errno(3), sys/errno.h)
 */
const unnamed: Readonly<Record<number, string>> = {
  37: "ENOLCK",
  69: "EDQUOT",
  70: "ESTALE",
  77: "ENOLCK",
  116: "ESTALE",
  117: "EUCLEAN",
  122: "EDQUOT",
  126: "ENOKEY",
};

/**
 * The code of an error that came from the system, as `ENOSPC`, or `error 131` for one without a name; undefined for every
 * other: a SecretsError, Node's own, a bug.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof SecretsError) return undefined;
  const [code, errno]: unknown[] = [Reflect.get(error, "code"), Reflect.get(error, "errno")];
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) return code;
  if (typeof errno !== "number" || typeof code !== "string" || code.startsWith("ERR_")) return undefined;
  return unnamed[Math.abs(errno)] ?? `error ${Math.abs(errno)}`;
}

/** What was caught, as an error that is expected. @throws whatever is not: a bug */
export function expected(error: unknown): SecretsError {
  if (error instanceof SecretsError) return error;
  throw error;
}
