import { afterAll, beforeAll, describe, expect, test } from "vitest";
import path from "node:path";
import { rules } from "../../src/findings/index.ts";
import { BASE_NAMES, makeBase } from "./bases.ts";
import { count, precision, recall, runCorpus, type CaseResult, type Scores } from "./corpus.ts";
import { IS_WHOLE } from "../sample.ts";
import { scratch } from "./repository.ts";

const here = scratch();
afterAll(here.dispose);

test.each(BASE_NAMES)("a clean repository under the policy %s gives no finding", async (name) => {
  const { repository } = await makeBase(name, path.join(here.folder, name));

  expect(await repository.check()).toMatchObject({ findings: [], unchecked: [] });
  expect(await repository.check({ mode: "staged" })).toMatchObject({ findings: [], unchecked: [] });
  expect(await repository.check({ mode: "history" })).toMatchObject({ findings: [], unchecked: [] });
});

describe("over the corpus of mutations", () => {
  const results: CaseResult[] = [];
  const scores: Scores = new Map();
  beforeAll(async () => {
    await runCorpus(
      (result) => {
        results.push(result);
        count(scores, result.expected, result.found);
      },
      // Each mutation on one base, or on every one that it fits.
      { sample: !IS_WHOLE },
    );
  });

  test("every case finds what it should and nothing else", () => {
    const wrong = results.filter(({ expected, found }) => [...expected].sort().join() !== [...found].sort().join());

    expect(wrong.map(({ base, name, expected, found }) => ({ case: `${base}: ${name}`, expected, found }))).toEqual([]);
  });

  test("nothing was left unchecked", () => {
    expect(results.flatMap(({ base, name, unchecked }) => unchecked.map((one) => `${base}: ${name}: ${one}`))).toEqual(
      expectedUnchecked(results),
    );
  });

  test.each(rules.map(({ id }) => id))("%s has recall 1 and precision of at least 0.98", (id) => {
    const score = scores.get(id);

    expect(score?.hits).toBeGreaterThan(0);
    expect(score === undefined ? 0 : recall(score)).toBe(1);
    expect(score === undefined ? 0 : precision(score)).toBeGreaterThanOrEqual(0.98);
  });
});

/** A broken policy is a finding, and what it rules is not checked. */
function expectedUnchecked(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ name }) => /^policy: (an unknown name|a bad expression|an ecdsa recipient)$/.test(name))
    .flatMap(({ base, name, unchecked }) => unchecked.slice(0, 1).map((one) => `${base}: ${name}: ${one}`));
}
