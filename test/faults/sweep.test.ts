/**
 * Does any verb that writes lose or leak anything, whatever goes wrong at whichever of its steps?
 *
 * At every call that changes something, each kind of trouble; then another command runs on a healthy machine. Under SECRETS_FAULTS=all
 * all of it (some 8,000 faults, half an hour); where properties run long, a part of over 800 that differs from step to step; else one at
 * each step.
 */
import { afterAll, describe, expect, test } from "vitest";

import { commands } from "../../src/commands/index.ts";
import { faultyHost } from "../io/faulty-host.ts";
import { IS_WHOLE } from "../sample.ts";
import { ERRORS, LIES, strike, type Trouble, troubles } from "./faults.ts";
import { type Case, cases, looking, type Target } from "./verbs.ts";
import {
  callMain,
  everything,
  holding,
  makeWorld,
  mustRun,
  NEW,
  OLD,
  read,
  removeTemplate,
  run,
  type World,
} from "./world.ts";

const IS_EVERYTHING = process.env["SECRETS_FAULTS"] === "all";

afterAll(removeTemplate);

let faults = 0;

test("every verb of the registry is swept, or is known to write nothing", () => {
  const swept = new Set(cases.map(({ argv }) => argv[0]));
  expect(commands.map(({ name }) => name).toSorted()).toEqual([...swept, ...looking].toSorted());
});

/** `old`, `new`, or what it is instead. */
async function stateOf(world: World, target: Target, before: string | undefined): Promise<string> {
  const now = read(world, target.path);
  if (now === before) return "old";
  if (now === undefined) return `${target.path} is gone`;
  if ("plain" in target.becomes) return target.becomes.plain(now) ? "new" : `${target.path} is neither`;
  const { code, stdout } = await run(world, { argv: ["decrypt", target.path] });
  return code === 0 && stdout === target.becomes.opened ? "new" : `${target.path} is neither: exit ${code}`;
}

async function prepared(given: Case): Promise<World> {
  const world = await makeWorld();
  given.prepare?.(world);
  return world;
}

/** The names of the steps that a case takes, and what is there afterwards, when all goes well. */
async function rehearse(given: Case): Promise<{ steps: string[]; after: string[] }> {
  const world = await prepared(given);
  const before = given.targets.map(({ path }) => read(world, path));
  const steps: string[] = [];
  const { code, stderr } = await callMain(world, {
    ...given,
    pid: 4_000_000,
    through: (host) => faultyHost(host, (_, name) => void steps.push(name)).host,
  });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  for (const [index, target] of given.targets.entries()) {
    expect(await stateOf(world, target, before[index])).toBe("new");
  }
  const after = everything(world);
  world.remove();
  return { steps, after };
}

interface Verdict {
  readonly title: string;
  readonly wrong: string[];
}

/** One fault, one more command, and everything that is not as it must be. */
async function suffer(given: Case, trouble: Trouble, allowed: ReadonlySet<string>): Promise<Verdict | undefined> {
  const world = await prepared(given);
  try {
    const before = given.targets.map(({ path }) => read(world, path));
    const { outcome, struck } = await strike(world, { ...given, pid: 4_000_000 }, trouble);
    if (!struck) return undefined;
    const wrong: string[] = [];
    const words = [OLD, NEW];
    const isOpen = (path: string): boolean => given.open?.includes(path) === true;
    const taken = holding(world, words).filter((path) => !isOpen(path) && !path.startsWith("work/.git/"));
    if (taken.length > 0) wrong.push(`plaintext where git would take it: ${taken.join(", ")}`);
    // Of check, 2 says that it could not do what it was asked.
    const ends = [0, 5, 6, ...(given.argv[0] === "check" ? [2] : [])];
    if (outcome !== undefined && !ends.includes(outcome.code)) wrong.push(`exit ${outcome.code}: ${outcome.stderr}`);
    const next = await run(world, { argv: ["who", "secrets/app.yaml"] });
    if (next.code !== 0) wrong.push(`the next command: exit ${next.code}: ${next.stderr}`);
    const states: string[] = [];
    for (const [index, target] of given.targets.entries()) states.push(await stateOf(world, target, before[index]));
    wrong.push(...states.filter((state) => state !== "old" && state !== "new"));
    const isMixed = given.together !== false && new Set(states).size > 1;
    if (isMixed) wrong.push(`mixed: ${states.join(", ")}`);
    const isDone = outcome !== undefined && outcome.code === 0;
    if (isDone && states.some((state) => state !== "new")) wrong.push(`said to be done: ${states.join(", ")}`);
    const isKnown = (path: string): boolean => allowed.has(path) || given.leaves?.test(path) === true || isRescue(path);
    const left = everything(world).filter((path) => !isKnown(path));
    if (left.length > 0) wrong.push(`left: ${left.join(", ")}`);
    const leaked = holding(world, words).filter((path) => !isOpen(path));
    if (leaked.length > 0) wrong.push(`plaintext in ${leaked.join(", ")}`);
    return { title: trouble.title, wrong };
  } finally {
    world.remove();
  }
}

/** What was typed into an editor and could not be saved, encrypted. */
function isRescue(path: string): boolean {
  return /^home\/\.local\/state\/secrets\/rescue\/[^.][^/]*\.age$/.test(path);
}

/** A different part at each step: one of both deaths, one of both broken writes, and one error. */
function chosen(step: number, name: string): Trouble[] {
  const all = troubles(step);
  const [before, after, torn, short, ...rest] = all;
  const errors = rest.slice(0, ERRORS.length * 2);
  const lies = rest.slice(ERRORS.length * 2);
  const one = step % 4 === 0 ? lies[step % LIES.length] : errors[(step * 3) % errors.length];
  const some = [step % 2 === 0 ? before : after, step % 3 === 0 ? short : torn, one];
  const possible = (IS_EVERYTHING ? all : some)
    .filter((each) => each !== undefined)
    .filter(({ only = name }) => only === name);
  return IS_EVERYTHING || IS_WHOLE ? possible : possible.slice(step % possible.length).slice(0, 1);
}

describe.each(cases.map((given): [string, Case] => [given.argv.join(" "), given]))("%s", (_, given) => {
  test("loses and leaks nothing, whatever goes wrong at any step", async () => {
    const { steps, after } = await rehearse(given);
    expect(steps.length).toBeGreaterThan(10);
    const world = await prepared(given);
    const allowed = new Set([...everything(world), ...after]);
    world.remove();
    const verdicts: Verdict[] = [];
    for (const [index, name] of steps.entries()) {
      for (const trouble of chosen(index + 1, name)) {
        const verdict = await suffer(given, trouble, allowed);
        if (verdict === undefined) continue;
        faults += 1;
        if (verdict.wrong.length > 0) verdicts.push(verdict);
      }
    }
    expect(verdicts).toEqual([]);
  });
});

const LEAST = IS_EVERYTHING || IS_WHOLE ? 800 : 300;

test(`these were at least ${LEAST} faults`, () => {
  expect(faults).toBeGreaterThanOrEqual(LEAST);
});

test("what the sweep calls plaintext is found where it is", async () => {
  const world = await makeWorld();
  await mustRun(world, { argv: ["decrypt", "-o", "out", "secrets/token.age"] });
  expect(holding(world, [OLD])).toEqual(["work/out"]);
  world.remove();
});
