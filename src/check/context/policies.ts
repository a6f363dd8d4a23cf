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
import { policyText } from "../../policy/policy-text.ts";
import { policyPlaces } from "../../policy/nearest.ts";
import type { Policy } from "../../policy/policy.ts";
import { readPolicy } from "../../policy/sources/index.ts";

/** A policy file: POSIX path relative to the root. */
export interface PolicyText {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PolicyEntry {
  readonly path: string;
  /** How it is called in messages. */
  readonly file: string;
  readonly text: string;
  readonly policy: Policy | undefined;
  readonly problem: SecretsError | undefined;
}

export interface PolicySet {
  readonly entries: readonly PolicyEntry[];
  /** The policy file of this path, readable or broken. */
  readonly entryOf: (path: string) => PolicyEntry | undefined;
  /** What it says of the path; undefined where no rule covers it, or the policy is broken. */
  readonly governs: (path: string) => Governed | undefined;
}

export interface PolicyOptions {
  /** How a policy file is called in messages. */
  readonly show: (path: string) => string;
  /** What messages say instead of "the policy". */
  readonly origin?: string | undefined;
  /** The one that rules everything (`--config`): its path relative to the root, which may lead out of it. */
  readonly only?: string | undefined;
}

export async function policySet(texts: readonly PolicyText[], options: PolicyOptions): Promise<PolicySet> {
  const entries = await Promise.all(texts.map((text) => readEntry(text, options)));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const known = new Map<string, PolicyEntry | undefined>();
  const only = entries.find(({ path }) => path === options.only);

  const nearest = (directory: string): PolicyEntry | undefined => {
    if (known.has(directory)) return known.get(directory);
    const found = [...policyPlaces(directory, ".", { paths: posix })].flatMap((path) => byPath.get(path) ?? []);
    // One without a rule encrypts nothing, and must not hide what the one above it wants encrypted.
    const chosen = found.find((entry) => entry.problem !== undefined || hasRules(entry)) ?? found.at(-1);
    known.set(directory, chosen);
    return chosen;
  };
  const entryOf = (path: string) => only ?? nearest(posix.dirname(path));
  const enforcements = new Map<Policy, ReturnType<typeof enforcementOf>>();

  return {
    entries,
    entryOf,
    governs: (path) => {
      const entry = entryOf(path);
      if (entry?.policy === undefined || path === entry.path) return undefined;
      // Most policies stand at the root, where nothing has to be worked out.
      const ruling = entry.policy.rule(
        entry.path.includes("/") ? posix.relative(posix.dirname(entry.path), path) : path,
      );
      if (ruling === undefined) return undefined;
      const enforcement = enforcements.get(entry.policy) ?? enforcementOf(entry.policy);
      enforcements.set(entry.policy, enforcement);
      return { policy: entry.policy, ruling, enforcement: enforcement(ruling), origin: options.origin };
    },
  };
}

/** Whether it has a rule. */
export function hasRules({ policy }: PolicyEntry): boolean {
  return policy !== undefined && policy.creationRules.length + policy.exactPaths.length > 0;
}

async function readEntry({ path, bytes }: PolicyText, { show }: PolicyOptions): Promise<PolicyEntry> {
  const file = show(path);
  let text = "";
  try {
    text = policyText(bytes, file);
    return { path, file, text, policy: await readPolicy(path, bytes, file), problem: undefined };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { path, file, text, policy: undefined, problem: error };
  }
}
