/**
 * How well does `check` find what it should, and leave alone what it should?
 *
 * Every mutation on every base that it fits. The result is counted per rule: a file that a rule has to speak of and does is a
 * hit, one that it speaks of and should not is an alarm, one that it passes over is a miss.
 */
import path from "node:path";
import { BASE_NAMES, makeBase } from "./bases.ts";
import { foundIn, mutations, type Expected, type Mutation } from "./mutations/index.ts";
import { copyOf, scratch, type Base, type Repository } from "./repository.ts";

export interface Result {
  readonly name: string;
  readonly base: string;
  readonly expected: readonly Expected[];
  readonly found: readonly Expected[];
  /** What could not be checked; nothing in the corpus is meant to be. */
  readonly unchecked: readonly string[];
}

/** Something else that looks at the same repository: it answers as `check` does. */
export type Other = (repository: Repository) => readonly Expected[];

export interface CaseResult extends Result {
  readonly others: readonly Expected[];
}

interface CorpusOptions {
  readonly other?: Other;
  readonly bases?: readonly string[];
  /** Every mutation on one base only, another one for each in turn, instead of on all that it fits. */
  readonly sample?: boolean;
}

/**
 * Makes every base and runs every mutation on it, one after the other.
 * @param each is called after each case.
 */
export async function runCorpus(
  each: (result: CaseResult) => void,
  { other, bases: names = BASE_NAMES, sample = false }: CorpusOptions = {},
): Promise<void> {
  const { folder, dispose } = scratch();
  try {
    const bases: Base[] = [];
    for (const name of names) bases.push(await makeBase(name, path.join(folder, name)));
    for (const [index, mutation] of mutations.entries()) {
      const turn = index % bases.length;
      for (const base of [...bases.slice(turn), ...bases.slice(0, turn)]) {
        const at = path.join(folder, `${base.name}-${index}`, "r");
        const result = await runCase(base, mutation, { folder: at, other });
        if (result === undefined) continue;
        each(result);
        if (sample) break;
      }
    }
  } finally {
    dispose();
  }
}

async function runCase(
  base: Base,
  mutation: Mutation,
  { folder, other }: { folder: string; other: Other | undefined },
): Promise<CaseResult | undefined> {
  if (mutation.only !== undefined && !mutation.only.includes(base.name)) return undefined;
  const repository = await copyOf(base, folder);
  try {
    const outcome = await mutation.apply(repository);
    if (outcome === undefined) return undefined;
    const report = await repository.check(outcome.request, outcome.identities);
    return {
      name: mutation.name,
      base: base.name,
      expected: outcome.expected,
      found: foundIn(report),
      unchecked: report.unchecked.map(({ file, reason }) => `${file}: ${reason}`),
      others: other?.(repository) ?? [],
    };
  } finally {
    repository.remove(".");
  }
}

/** Hits, misses and alarms of one rule. */
export interface Score {
  hits: number;
  misses: number;
  alarms: number;
}

export type Scores = Map<string, Score>;

/** Adds a case to the scores of the rules. */
export function count(scores: Scores, expected: readonly Expected[], found: readonly Expected[]): void {
  const add = (one: Expected, kind: keyof Score) => {
    const rule = one.slice(0, one.indexOf(" "));
    const score = scores.get(rule) ?? { hits: 0, misses: 0, alarms: 0 };
    score[kind] += 1;
    scores.set(rule, score);
  };
  for (const one of expected) add(one, found.includes(one) ? "hits" : "misses");
  for (const one of found) if (!expected.includes(one)) add(one, "alarms");
}

/** Of what is there, how much is found: 1 where nothing is. */
export function recall({ hits, misses }: Score): number {
  return hits + misses === 0 ? 1 : hits / (hits + misses);
}

/** Of what is found, how much is there: 1 where nothing was. */
export function precision({ hits, alarms }: Score): number {
  return hits + alarms === 0 ? 1 : hits / (hits + alarms);
}
