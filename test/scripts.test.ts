/** The command line's specification: every script in scripts/, called here, and those with `[program]` on the built program too. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../src/cli/main.ts";
import { nodeHost } from "../src/io/node-host.ts";
import { sampled } from "./sample.ts";
import { builtProgram } from "./script/built-program.ts";
import { inProcess } from "./script/in-process.ts";
import { shapesIn } from "./script/hints.ts";
import { followed, isForBuiltProgram, play } from "./script/script.ts";

const here = inProcess(main, nodeHost());
const folder = path.join(import.meta.dirname, "scripts");
const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".txtar"))
  .toSorted()
  .map((name): [string, string] => [name, readFileSync(path.join(folder, name), "utf8")]);

test("there are scripts, and some are for the built program", () => {
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.some(([, text]) => isForBuiltProgram(text))).toBe(true);
});

describe.concurrent("in this process", () => {
  test.each(scripts)("%s", async (name, text) => await expect(play(name, text, here)).resolves.toBeUndefined());
});

describe.concurrent("on the built program", () => {
  const some = sampled(
    scripts.filter(([, text]) => isForBuiltProgram(text)),
    3,
  );
  test.each(some)("%s", async (name, text) => await expect(play(name, text, builtProgram)).resolves.toBeUndefined());
});

// What check proposes is followed in check/fix-commands.test.ts and check/merge-fixes.test.ts.
test("every command that a hint gives is followed by a script", () => {
  const source = path.join(import.meta.dirname, "..", "src");
  const given = ["operations", "io", "keys", "policy", "commands"].flatMap((layer) =>
    readdirSync(path.join(source, layer), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.startsWith("check"))
      .flatMap((name) => shapesIn(readFileSync(path.join(source, layer, name), "utf8"))),
  );
  expect(given.length).toBeGreaterThan(10);
  expect([...new Set(given)].filter((shape) => !followed.has(shape))).toEqual([]);
});
