/** What is left of a commit that is killed at any of its steps? */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { commit } from "../../src/io/commit.ts";
import { recover } from "../../src/io/recover.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { sampled } from "../sample.ts";
import { bundled, type Program } from "./child.ts";
import { faultyHost } from "./faulty-host.ts";
import { changesOf, contents, makeRepository, overall, strays } from "./repository.ts";

let program: Program;
/** The names of the steps, the first at position 0. */
const steps: string[] = [];

beforeAll(async () => {
  program = await bundled("commit-child.ts");
  const repository = makeRepository();
  const { host } = faultyHost(nodeHost(), (_, name) => {
    steps.push(name);
    return undefined;
  });
  await commit(host, changesOf(repository), { state: repository.state });
  repository.remove();
});
afterAll(() => program.remove());

interface Death {
  readonly survived: boolean;
  readonly after: "old" | "new" | "mixed";
}

async function dieAt(how: string, at: number): Promise<Death> {
  const repository = makeRepository();
  try {
    const ended = await program.start(["die", repository.root, repository.state, how, String(at)]).ended;
    if (ended.signal !== "SIGKILL") expect(ended).toMatchObject({ code: 0, stderr: "" });
    // Throws for a file that is neither old nor new.
    contents(repository);
    await recover(nodeHost(), repository.state);
    const after = overall(repository);
    expect({ how, at, after, strays: strays(repository) }).toEqual({ how, at, after, strays: [] });
    return { survived: ended.signal === null, after };
  } finally {
    repository.remove();
  }
}

async function dieAtEach(how: string, numbers: readonly number[]): Promise<Death[]> {
  const deaths: Death[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    deaths.push(...(await Promise.all(numbers.slice(at, at + 2).map((number) => dieAt(how, number)))));
  }
  return deaths;
}

const all = (): number[] => steps.map((_, index) => index + 1);

/** Of the moments a part, but always the first and the last, and both sides of the rename that decides. */
const moments = (turn: number): number[] => {
  const decides = steps.indexOf("rename") + 1;
  const some = sampled(all(), 4, turn);
  return [...new Set([1, ...some, decides - 1, decides, decides + 1, steps.length])].toSorted((a, b) => a - b);
};

describe("a commit of five files that is killed", () => {
  test.each([
    ["before", 0],
    ["after", 2],
  ])("%s any step leaves each file old or new, and the next run makes all of them the same", async (how, turn) => {
    const deaths = await dieAtEach(how, moments(turn));
    expect(deaths.every(({ survived }) => !survived)).toBe(true);
    // One commit point: all old up to it, all new from it on.
    expect(deaths.map(({ after }) => after).join(" ")).toMatch(/^(?:old )+(?:new )*new$/);
    expect(await dieAt(how, steps.length + 1)).toEqual({ survived: true, after: "new" });
  });

  test("in the middle of a write leaves each file old or new, and the next run makes all of them old", async () => {
    const writes = all().filter((number) => steps[number - 1] === "write");
    expect(writes.length).toBeGreaterThan(5);
    const deaths = await dieAtEach("torn", writes);
    expect(deaths.every(({ survived, after }) => !survived && after === "old")).toBe(true);
  });
});
