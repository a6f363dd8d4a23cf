/**
 * How much is too much?
 *
 * Caps far above every real use, so that no hostile policy, expression or document costs a minute or the memory: whatever is
 * over one is refused before the work begins. Imports nothing but the error.
 */
import { SecretsError } from "./errors.ts";
import type { ErrorCode, Position } from "./errors.ts";

export interface Limit {
  /** What is counted, in the plural or as a measure; it follows the number in messages. */
  readonly what: string;
  readonly most: number;
}

/** Of a policy. The largest public ones have 300 rules, 60 people and 50 KB. */
export const POLICY_LIMITS = {
  /** A policy or another settings file in UTF-16 units: scanned in a third of a second. */
  text: { what: "characters in a policy", most: 1024 * 1024 },
  /** Entries that merge keys (`<<`) take over: anchors multiply them. */
  merged: { what: "entries taken over by <<", most: 50_000 },
  rules: { what: "creation rules", most: 2_000 },
  /** Users and hosts. */
  members: { what: "users and hosts", most: 5_000 },
  /** Different keys: each is decoded and checked to be on its curve. */
  recipients: { what: "different recipients", most: 5_000 },
  /** Names and keys in all rules together, teams written out: ten for every file of a large repository. */
  readers: { what: "readers in all rules together", most: 200_000 },
  teams: { what: "teams", most: 1_000 },
  teamDepth: { what: "teams inside one another", most: 32 },
  /** Shamir's shares are numbered by one byte. */
  groups: { what: "key groups", most: 255 },
  groupDepth: { what: "merged key groups inside one another", most: 32 },
} as const satisfies Readonly<Record<string, Limit>>;

/** Of a regular expression, in policies and in the metadata of documents: RE2 compiles 1,000 characters in 2 ms. */
export const PATTERN_LIMITS = {
  pattern: { what: "characters in a regular expression", most: 2_000 },
  /** Of all expressions of one policy together. */
  patterns: { what: "characters in the regular expressions of a policy", most: 200_000 },
} as const satisfies Readonly<Record<string, Limit>>;

/** The error for what is over a limit. */
export function tooMuch({ what, most }: Limit, at: Position, code: ErrorCode = "policy"): SecretsError {
  return new SecretsError(code, `more than ${most.toLocaleString("en")} ${what}`, { at });
}
