/** Does the sweep tell the truth? A sample of it with the built program, which really dies by kill -9. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import { IS_WHOLE } from "../sample.ts";
import { type Case, cases } from "./verbs.ts";
import { everything, holding, makeWorld, mustRun, NEW, OLD, read, removeTemplate, type World } from "./world.ts";

afterAll(removeTemplate);

const root = join(import.meta.dirname, "..", "..");
const preload = join(import.meta.dirname, "kill-at.cjs");

interface Ended {
  readonly code: number | string | null | undefined;
  readonly signal: string | null | undefined;
}

/** The built program, on the files of a world. */
function program(world: World, given: Pick<Case, "argv" | "stdin">, more: Record<string, string> = {}): Promise<Ended> {
  const env = {
    HOME: join(world.root, "home"),
    PATH: process.env["PATH"],
    SOPS_AGE_KEY_FILE: join(root, "test", "scripts", "keys", "age-1"),
    NODE_DISABLE_COMPILE_CACHE: "1",
    ...more,
  };
  return new Promise((resolve) => {
    const argv = ["--require", preload, join(root, "bin", "secrets.js"), ...given.argv];
    const child = execFile(process.execPath, argv, { cwd: world.work, env }, (error) =>
      resolve({ code: error === null ? 0 : error.code, signal: error?.signal }),
    );
    child.stdin?.end(given.stdin ?? "");
  });
}

async function steps(given: Case): Promise<number> {
  const world = await makeWorld();
  given.prepare?.(world);
  const file = join(world.root, "count");
  expect(await program(world, given, { KILL_COUNT: file })).toMatchObject({ code: 0 });
  const count = Number(readFileSync(file, "utf8"));
  rmSync(world.root, { recursive: true });
  return count;
}

/** About this many moments of each verb, spread over all of them. */
const SAMPLES = IS_WHOLE ? 6 : 3;

const sampled = cases.filter(({ argv }) =>
  ["set secrets/app.yaml", "decrypt -i", "rekey"].some((start) => argv.join(" ").startsWith(start)),
);

test.each(sampled.map((given): [string, Case] => [given.argv.join(" "), given]))(
  "%s, killed, is done or not done after the next command",
  async (_, given) => {
    const count = await steps(given);
    expect(count).toBeGreaterThan(SAMPLES);
    for (let index = 0; index < SAMPLES; index += 1) {
      const at = 1 + Math.floor((index * (count - 1)) / (SAMPLES - 1));
      const world = await makeWorld();
      given.prepare?.(world);
      const known = new Set(everything(world));
      const before = given.targets.map(({ path }) => read(world, path));
      expect(await program(world, given, { KILL_AT: String(at) })).toMatchObject({ signal: "SIGKILL" });
      const isOpen = (path: string): boolean => given.open?.includes(path) === true;
      const taken = holding(world, [OLD, NEW]).filter((path) => !isOpen(path) && !path.startsWith("work/.git/"));
      expect(taken).toEqual([]);
      expect(await program(world, { argv: ["who", "secrets/app.yaml"] })).toMatchObject({ code: 0 });
      const states = new Set(given.targets.map(({ path }, number) => read(world, path) === before[number]));
      expect(states.size).toBe(1);
      expect(everything(world).filter((path) => !known.has(path))).toEqual([]);
      for (const { path, becomes } of given.targets) {
        if ("opened" in becomes) expect(await mustRun(world, { argv: ["decrypt", path] })).not.toBe("");
      }
      world.remove();
    }
  },
);
