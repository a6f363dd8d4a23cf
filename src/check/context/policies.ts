/**
 * Which policy rules this path, at one moment of the repository?
 *
 * As everywhere: the nearest upward, up to the root. Here the policies come from an index, a commit or a disk,
 * so they are handed over as bytes. A broken one is kept as such: what it rules cannot be checked.
 */
import { posix } from "node:path";
import { SecretsError } from "../../errors.ts";
import type { Governed } from "../../findings/finding.ts";
import { enforcementOf } from "../../policy/enforcement.ts";
import { governing, policyPlaces } from "../../policy/nearest.ts";
import { hasRules, type Policy } from "../../policy/policy.ts";
import { POLICY_SOURCES, readPolicy } from "../../policy/sources/index.ts";
import type { PolicySource, Surroundings } from "../../policy/sources/source.ts";

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
  /** What is wrong with single rules. */
  readonly problems: readonly SecretsError[];
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
    return found.find((entry) => entry.problem !== undefined || hasRules(entry.policy)) ?? found.at(-1);
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
    problems: entries.flatMap((entry) => brokenRules(entry, (path) => governing(candidates(path)))),
    policyFile: (path) => {
      const isBroken = around(posix.dirname(path)).some(({ problem }) => problem !== undefined);
      const entry = isBroken ? undefined : passing(() => governing(candidates(path)))?.entry;
      return hasRules(entry?.policy) ? entry?.file : undefined;
    },
    governs,
  };
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
    if (!(error instanceof SecretsError)) throw error;
    return { path, file, policy: undefined, problem: error };
  }
}
