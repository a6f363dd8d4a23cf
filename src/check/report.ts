/**
 * What is asked of a check, and what does it answer?
 */
import { placeText } from "../words/phrases.ts";
import { SecretsError } from "../errors.ts";
import type { Finding } from "../findings/finding.ts";
import type { Ignored } from "../findings/suppressions.ts";
import type { Unchecked } from "./scope/scope.ts";

/** What is looked at, and what only makes sense there. */
export type CheckMode =
  /** The working tree. `values`: look for the current values in all other tracked files. */
  | { readonly mode?: "tree" | undefined; readonly values?: boolean | undefined }
  | { readonly mode: "staged" }
  /** `A..B` */
  | { readonly mode: "range"; readonly range: string }
  | { readonly mode: "history" }
  /** Standard input, as if it lay at this path. */
  | { readonly mode: "stdin"; readonly path: string };

export type CheckRequest = CheckMode & {
  /** Files and directories; absent or none: everything. */
  readonly paths?: readonly string[] | undefined;
  /** Open the files with the available keys and verify them. */
  readonly verify?: boolean | undefined;
  /** A file of fingerprints that do not count. */
  readonly baseline?: string | undefined;
  /** Write all findings that count into such a file, so that they do not count from now on. */
  readonly writeBaseline?: string | undefined;
};

export interface CheckReport {
  readonly mode: NonNullable<CheckRequest["mode"]>;
  /** By file, line and rule. */
  readonly findings: readonly Finding[];
  readonly ignored: readonly Ignored[];
  readonly unchecked: readonly Unchecked[];
  /** Age files under a rule of which nobody can tell without a key for whom they are, as the user names them. */
  readonly unknownReaders: readonly string[];
  /** How many files, or versions of files, were looked at, and how many commits. */
  readonly files: number;
  readonly commits: number;
  /** How many files were opened and verified. */
  readonly verified: number;
}

/** An expected error as something that was not checked. @throws what is a bug, a wrong request, or the user's signal. */
export function problemOf(error: unknown): Unchecked {
  if (!(error instanceof SecretsError) || error.code === "interrupted" || error.code === "usage") throw error;
  const { at, message, hint } = error;
  const place = placeText(at ?? {});
  return { file: place === "" ? "the repository" : place, reason: message, hint };
}
