/**
 * What is asked of a check, and what does it answer?
 */
import { SecretsError } from "../errors.ts";
import type { Finding } from "../findings/finding.ts";
import type { Ignored } from "../findings/suppressions.ts";
import type { Scope, Unchecked } from "./scope/scope.ts";

export interface CheckRequest {
  /** What is looked at; the working tree if none of these is set. */
  readonly staged?: boolean | undefined;
  readonly range?: string | undefined;
  readonly history?: boolean | undefined;
  /** The path that standard input is looked at as. */
  readonly stdinAs?: string | undefined;
  readonly paths?: readonly string[] | undefined;
  /** The policy file of `--config`. */
  readonly config?: string | undefined;
  /** Open the files with the keys at hand and verify them. */
  readonly verify?: boolean | undefined;
  /** Look for the values of today in all other tracked files. */
  readonly values?: boolean | undefined;
  /** A file of fingerprints that do not count. */
  readonly baseline?: string | undefined;
  /** Write all findings that count into such a file, so that they do not count from now on. */
  readonly writeBaseline?: string | undefined;
  /** Whether this is a repository inside the one that is meant. */
  readonly isInner?: boolean | undefined;
}

export interface CheckReport {
  readonly mode: Scope["mode"];
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
  const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined && part !== "").join(":");
  return { file: place === "" ? "the repository" : place, reason: message, hint };
}
