/**
 * How much is too much?
 *
 * Caps far above every real use, so that no hostile policy, expression or document costs a minute or the memory: what is over
 * one is refused before the work begins. Imports nothing but the error.
 */
import { SecretsError } from "./errors.ts";
import type { ErrorCode, Position } from "./errors.ts";

export interface Limit {
  /** What is counted; it follows the number in messages. */
  readonly what: string;
  readonly most: number;
}

/** Of a policy, or of another file of settings. The largest public ones have 300 rules, 60 people and 50 KB. */
export const POLICY_LIMITS = {
  /** In UTF-16 units: scanned in a quarter of a second. */
  text: { what: "characters in a policy", most: 256 * 1024 },
  /** Of the file, before it is decoded: no text within the limit has more. */
  bytes: { what: "bytes in a policy", most: 1024 * 1024 },
  /** Values, lists and mappings as written. */
  nodes: { what: "values in a policy", most: 50_000 },
  /** Entries that merge keys (`<<`) take over: anchors multiply them. */
  merged: { what: "entries merged by <<", most: 50_000 },
  rules: { what: "creation rules", most: 2_000 },
  /** Users and hosts. */
  members: { what: "users and hosts", most: 2_000 },
  /** Different keys: each is decoded and checked to be on its curve. */
  recipients: { what: "different recipients", most: 3_000 },
  /** Names and keys with teams and merged groups written out: anchors and teams multiply them. */
  readers: { what: "readers in all teams, groups and rules together", most: 200_000 },
  teams: { what: "teams", most: 1_000 },
  teamDepth: { what: "teams inside one another", most: 32 },
  groupDepth: { what: "merged key groups inside one another", most: 100 },
} as const satisfies Readonly<Record<string, Limit>>;

/** Shamir's shares are numbered by one byte: of key groups in a rule, and in a document. */
export const GROUPS: Limit = { what: "key groups", most: 255 };

/** Of a regular expression of sops, in characters and counted repetitions: RE2 takes 150 ms for the worst of this size. */
export const PATTERN: Limit = { what: "characters and repetitions in a regular expression", most: 10_000 };

/** The same of all expressions of one policy. */
export const PATTERNS: Limit = {
  what: "characters and repetitions in the regular expressions of a policy",
  most: 60_000,
};

/** Of a sops document: twice what sops itself opens in half a minute, and 256 MB of memory. */
export const DOCUMENT_LIMITS = {
  /** Levels of lists and mappings: no stack overflows below it. */
  depth: { what: "levels of nesting", most: 1_000 },
  /** Of YAML: four for a key and its value, two for a list's item. */
  tokens: { what: "keys and values in a document", most: 600_000 },
  /** Of JSON. */
  values: { what: "values in a document", most: 250_000 },
  /** Of dotenv and INI. */
  lines: { what: "keys and comments in a dotenv or INI file", most: 100_000 },
  /** Of what `unflattened` reads: six for each key that opens the document. */
  metadata: { what: "lines of metadata in a dotenv or INI file", most: 30_000 },
  comments: { what: "lines of comments in a document", most: 150_000 },
  /** What aliases stand for, written out. */
  copies: { what: "values that aliases stand for", most: 100_000 },
} as const satisfies Readonly<Record<string, Limit>>;

/** Of an evaluation of Nix: a file of 500 rules takes 20,000 steps. Half a second and some hundred megabytes. */
export const NIX_LIMITS = {
  text: { what: "characters in a Nix file", most: 4 * 1024 * 1024 },
  steps: { what: "steps of evaluation", most: 1_000_000 },
  size: { what: "characters made by an evaluation", most: 32_000_000 },
  /** Of agenix: the largest public files have 50. */
  rules: { what: "rules in a Nix file", most: 10_000 },
} as const satisfies Readonly<Record<string, Limit>>;

/** Entries in the metadata of one document: each is tried by every available key. */
export const ENTRIES: Limit = { what: "keys that open the document", most: 5_000 };

/** In the header of an age file: each available identity is tried on every one. */
export const STANZAS: Limit = { what: "stanzas in the header of an age file", most: 1_000 };

/** Of an identity file: each is tried on every entry. A file with more of them found in a repository is known from these. */
export const IDENTITIES: Limit = { what: "identities in one file", most: 1_000 };

/** @throws SecretsError where there is more of it than the limit allows */
export function atMost(
  count: number,
  limit: Limit,
  { at, code = "policy" }: { at: Position | undefined; code?: ErrorCode },
): void {
  if (count > limit.most) {
    throw new SecretsError(code, `more than ${limit.most.toLocaleString("en")} ${limit.what}`, { at });
  }
}

const TABLE = 20;

/** What an expression costs: `a{500}` is five hundred times an `a`, `\pL` a table of hundreds of ranges. */
export function patternWeight(pattern: string): number {
  let weight = pattern.length + TABLE * (pattern.match(/\\p/gi)?.length ?? 0);
  for (const [, from, to] of pattern.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g)) {
    weight += Math.max(Number(from), Number(to ?? 0));
  }
  return weight;
}
