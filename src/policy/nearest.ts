/**
 * Where may the policy of a file lie?
 *
 * In the file's directory, or in one of those above it up to the repository's root: the one search that every verb and every check does.
 */
import * as native from "node:path";
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
