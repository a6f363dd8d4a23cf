/**
 * Which policy rules this path?
 *
 * Of each kind one in the file's directory, or in one of those above it up to the repository's root: the one search that every verb and
 * every check does. One that names the file, by its path or by people, goes before a plain rule of sops; two of them have to agree.
 */
import * as native from "node:path";
import { SecretsError } from "../errors.ts";
import { lineText } from "../words/phrases.ts";
import type { Policy, Ruling } from "./policy.ts";
import { POLICY_PLACES } from "./sources/index.ts";

/**
 * The candidates, nearest first.
 * @param directory where the file lies: absolute, or relative to the root (`.`)
 * @param root the last directory that is looked in; undefined: the topmost
 */
export function* policyPlaces(
  directory: string,
  root: string | undefined,
  { names = POLICY_PLACES, paths = native }: { readonly names?: readonly string[]; readonly paths?: Paths } = {},
): Generator<string> {
  for (let at = directory; ; at = paths.dirname(at)) {
    for (const name of names) yield paths.join(at, name);
    if (at === root || at === paths.dirname(at)) return;
  }
}

/** How paths are spelled: `node:path` as the system does it, or its POSIX half. */
type Paths = Pick<typeof native, "join" | "dirname">;

export interface Candidate {
  readonly policy: Policy;
  /** What it says of the path. */
  readonly ruling: Ruling | undefined;
}

/**
 * @param candidates the nearest first
 * @returns the nearest where none has a rule
 * @throws SecretsError `policy`: two rules name other readers
 */
export function governing<T extends Candidate>(candidates: readonly T[]): T | undefined {
  const ruled = candidates.filter(({ ruling }) => ruling !== undefined);
  const [first, ...others] = ruled.filter(({ ruling }) => ruling?.plain === false);
  for (const { ruling } of others) {
    if (first?.ruling === undefined || ruling === undefined || sameReaders(first.ruling, ruling)) continue;
    throw new SecretsError(
      "policy",
      `the rule for ${ruling.path} names other readers than ${lineText(first.ruling.at)}`,
      {
        at: ruling.at,
        hint: "remove one of the two rules, or let both name the same readers",
      },
    );
  }
  return first ?? ruled[0] ?? candidates[0];
}

/** Whether both let the same keys read, by either face. */
export function sameReaders(a: Ruling, b: Ruling): boolean {
  const ids = (ruling: Ruling) => new Set(ruling.readers.flatMap((reader) => reader.keys.map(({ id }) => id)));
  const [left, right] = [ids(a), ids(b)];
  return left.size === right.size && [...left].every((id) => right.has(id));
}
