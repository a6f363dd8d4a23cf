/**
 * Which policies cannot judge, although they should?
 */
import { placed } from "../../words/phrases.ts";
import type { SecretsError } from "../../errors.ts";
import { FIRST_SOURCE } from "../../policy/sources/index.ts";
import { problemOf } from "../report.ts";
import { hasRules } from "../../policy/policy.ts";
import type { PolicySet } from "./policies.ts";
import type { Unchecked } from "../scope/scope.ts";

/**
 * Those that are broken. One that was broken and is fixed since is no problem of who fixes it: the fixed one judges alone,
 * which is said.
 * @param policies the newest first.
 * @param isAllowed whether somebody has allowed that this policy is broken: a template, say.
 */
export function brokenPolicies(
  [newest, ...older]: readonly PolicySet[],
  { warn, isAllowed }: { readonly warn: (line: string) => void; readonly isAllowed: (path: string) => boolean },
): Unchecked[] {
  const found: Unchecked[] = (newest?.entries ?? []).flatMap(({ path, problem }) =>
    problem === undefined || isAllowed(path) ? [] : unjudged(problem, "nothing under it was checked"),
  );
  const ofRules = newest?.problems ?? [];
  found.push(
    ...ofRules
      .filter(({ at }) => !isAllowed(at?.file ?? ""))
      .map((problem) => unjudged(problem, "what it covers was not checked")),
  );
  for (const { path, problem } of older.flatMap(({ entries }) => entries)) {
    const now = newest?.entries.find((entry) => entry.path === path);
    if (problem === undefined || now?.problem !== undefined) continue;
    if (now === undefined || !hasRules(now.policy)) found.push(unjudged(problem, "nothing was checked against it"));
    else warn(`${placed(problem.at, problem.message)}; ${now.file} fixes it, so only that policy is used`);
  }
  return found;
}

function unjudged(problem: SecretsError, what: string): Unchecked {
  const unchecked = problemOf(problem);
  return { ...unchecked, reason: `${what}: ${unchecked.reason}` };
}

/** Whether there is anything in it to judge by; what cannot be read may have had it. */
export function isRuled({ entries }: PolicySet): boolean {
  return entries.some((entry) => entry.problem !== undefined || hasRules(entry.policy));
}

/** Private keys are looked for all the same, but that nothing is unencrypted cannot be proved. */
export function noPolicy(policies: readonly PolicySet[], file: string): Unchecked {
  const isEmpty = policies.some(({ entries }) => entries.length > 0);
  return {
    file,
    reason: `there is no policy${isEmpty ? " with a rule" : ""}, so nothing says what must be encrypted`,
    hint: `write a ${FIRST_SOURCE.name} at the root of the repository, and git add it`,
  };
}
