/**
 * Which policy rules this path, at one moment of the repository, and which cannot although it should?
 *
 * As everywhere: the nearest upward, up to the root. Here the policies come from an index, a commit or a disk,
 * so they are handed over as bytes. A broken one is kept as such: what it rules cannot be checked.
 */
import { join, posix } from "node:path";
import { expected, SecretsError } from "../../errors.ts";
import type { Governed } from "../../findings/finding.ts";
import { leftoverStem } from "../../findings/reading/leftovers.ts";
import { enforcementOf } from "../../policy/enforcement.ts";
import { surroundingsOf } from "../../operations/project/policies.ts";
import type { Project } from "../../operations/project/project.ts";
import { posixPath } from "../scope/inside.ts";
import { governing, policyPlaces } from "../../policy/nearest.ts";
import { hasRules, type Policy } from "../../policy/policy.ts";
import { FIRST_SOURCE, POLICY_SOURCES, readPolicy } from "../../policy/sources/index.ts";
import type { PolicySource, Surroundings } from "../../policy/sources/source.ts";
import { placed } from "../../words/phrases.ts";
import { problemOf } from "../report.ts";
import type { Unchecked } from "../scope/scope.ts";

/** A policy file: POSIX path relative to the root. */
export interface PolicyText {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PolicyEntry {
  readonly path: string;
  /** How it is called in messages. */
  readonly file: string;
  readonly policy: Policy | undefined;
  readonly problem: SecretsError | undefined;
}

export interface PolicySet {
  readonly entries: readonly PolicyEntry[];
  /** What is wrong with single rules; asked of the newest only, since it looks at every path that is named. */
  readonly problems: () => readonly SecretsError[];
  /** The policy where this path has its rule, or could have one; undefined where what would rule it is broken. */
  readonly policyFile: (path: string) => string | undefined;
  /** What it says of the path; undefined where no rule covers it, or the policy is broken. */
  readonly governs: (path: string) => Governed | undefined;
}

export interface PolicyOptions {
  /** What a policy may ask for beside itself. @param path of the policy */
  readonly around: (path: string) => Surroundings | Promise<Surroundings>;
  /** How a policy file is called in messages. */
  readonly show: (path: string) => string;
  /** What messages say instead of "the policy". */
  readonly origin?: string | undefined;
  /** Those that rule everything (`--config`, `--rules`): their paths relative to the root, which may lead out of it. */
  readonly only?: readonly string[] | undefined;
}

export async function policySet(texts: readonly PolicyText[], options: PolicyOptions): Promise<PolicySet> {
  const entries = (await Promise.all(texts.map((text) => readEntry(text, options)))).filter(
    (entry) => entry !== undefined,
  );
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const known = new Map<string, readonly PolicyEntry[]>();
  const only = entries.filter(({ path }) => options.only?.includes(path));
  const enforcements = new Map<Policy, ReturnType<typeof enforcementOf>>();

  const nearest = (directory: string, { places: names }: PolicySource): PolicyEntry | undefined => {
    const found = [...policyPlaces(directory, ".", { names, paths: posix })].flatMap((path) => byPath.get(path) ?? []);
    // One without a rule encrypts nothing, and must not hide what the one above it wants encrypted.
    return found.find(mayRule) ?? found.at(-1);
  };
  /** One of each kind, the nearest first. */
  const around = (directory: string): readonly PolicyEntry[] => {
    if (only.length > 0) return only;
    const before = known.get(directory);
    if (before !== undefined) return before;
    const found = POLICY_SOURCES.flatMap((source) => nearest(directory, source) ?? []);
    found.sort((a, b) => posix.dirname(b.path).length - posix.dirname(a.path).length);
    known.set(directory, found);
    return found;
  };
  const candidates = (path: string) =>
    around(posix.dirname(path)).flatMap((entry) => {
      const { policy } = entry;
      if (policy === undefined || path === entry.path) return [];
      // Most policies are at the root, where nothing has to be worked out.
      const inside = entry.path.includes("/") ? posix.relative(posix.dirname(entry.path), path) : path;
      return [{ entry, policy, ruling: policy.rule(inside) }];
    });
  const governs = (path: string): Governed | undefined => {
    const found = passing(() => governing(candidates(path)));
    if (found?.ruling === undefined) return undefined;
    const { policy, ruling } = found;
    const enforcement = enforcements.get(policy) ?? enforcementOf(policy);
    enforcements.set(policy, enforcement);
    return { policy, ruling, enforcement: enforcement(ruling), origin: options.origin };
  };
  return {
    entries,
    problems: () => entries.flatMap((entry) => brokenRules(entry, (path) => governing(candidates(path)))),
    policyFile: (path) => {
      const isBroken = around(posix.dirname(path)).some(({ problem }) => problem !== undefined);
      const entry = isBroken ? undefined : passing(() => governing(candidates(path)))?.entry;
      return hasRules(entry?.policy) ? entry?.file : undefined;
    },
    governs,
  };
}

/** Those that lie on the disk, of which the ones that were named rule alone. */
export function policiesOnDisk(project: Project, root: string, texts: readonly PolicyText[]): Promise<PolicySet> {
  const only = project.named.map((path) => posixPath(root, path));
  const around = (path: string) => surroundingsOf(project, join(root, path));
  return policySet(texts, { around, show: (path) => project.show(join(root, path)), only });
}

/** The rules that say nothing, or another thing than the rule of another policy. */
function brokenRules({ path, policy }: PolicyEntry, rule: (path: string) => unknown): SecretsError[] {
  const found = [...(policy?.broken ?? [])];
  for (const inside of policy?.exactPaths ?? []) {
    try {
      rule(posix.join(posix.dirname(path), inside));
    } catch (error) {
      if (error instanceof SecretsError && !found.includes(error)) found.push(error);
    }
  }
  return found;
}

/** What is broken about one rule is a problem of the set, and no answer here. */
function passing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

/** Whether it has a rule; what cannot be read may have had one. */
function mayRule({ problem, policy }: PolicyEntry): boolean {
  return problem !== undefined || hasRules(policy);
}

/** Undefined for what only has the name of a policy. */
async function readEntry(
  { path, bytes }: PolicyText,
  { around, show }: PolicyOptions,
): Promise<PolicyEntry | undefined> {
  const file = show(path);
  try {
    const policy = await readPolicy(bytes, file, await around(path));
    return policy === undefined ? undefined : { path, file, policy, problem: undefined };
  } catch (error) {
    return { path, file, policy: undefined, problem: expected(error) };
  }
}

export type Obliging = (path: string) => readonly PolicySet[];

/** Whether it wants the path encrypted, if only where its content is sensitive. */
export function obliges(set: PolicySet, path: string): boolean {
  return (set.governs(path)?.enforcement ?? "never") !== "never";
}

/**
 * Of policies of the past, those that oblige a path, and of those that judge it alike the first. A history has the same paths over and over, and most
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
  const ofRules = newest?.problems() ?? [];
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

/** Whether there is anything in it to judge by. */
export function isRuled({ entries }: PolicySet): boolean {
  return entries.some(mayRule);
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
