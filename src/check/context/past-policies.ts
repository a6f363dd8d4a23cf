/**
 * Which policies of the past judge this path?
 */
import type { Governed } from "../../findings/finding.ts";
import { leftoverStem } from "../../findings/reading/leftovers.ts";
import type { PolicySet } from "./policies.ts";

export type Obliging = (path: string) => readonly PolicySet[];

/** Whether it wants the path encrypted, if only where its content is sensitive. */
export function obliges(set: PolicySet, path: string): boolean {
  return (set.governs(path)?.enforcement ?? "never") !== "never";
}

/**
 * Those that oblige a path, and of those that judge it alike the first. A history has the same paths over and over, and most
 * versions of its policy only change who reads.
 */
export function obligingOf(sets: readonly PolicySet[]): Obliging {
  const known = new Map<string, readonly PolicySet[]>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    // A copy is judged by the rule of what it is a copy of.
    const paths = [path, leftoverStem(path)?.copyOf ?? path];
    const found = new Map<string, PolicySet>();
    for (const set of sets) {
      if (!obliges(set, path)) continue;
      const key = JSON.stringify(paths.map((each) => exposureTerms(set.governs(each))));
      if (!found.has(key)) found.set(key, set);
    }
    const distinct = [...found.values()];
    known.set(path, distinct);
    return distinct;
  };
}

/** All of a rule that decides what is exposed: everything but its readers and its place. */
function exposureTerms(governed: Governed | undefined) {
  if (governed === undefined) return undefined;
  const { enforcement, ruling } = governed;
  const { kind, title, settings } = ruling;
  return [enforcement, kind, title, settings.enforce, settings.selection];
}
