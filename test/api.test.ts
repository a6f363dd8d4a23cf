/** Does every function of the public API say what it takes, answers and throws? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const source = readFileSync(join(import.meta.dirname, "..", "src", "index.ts"), "utf8");
const functions = [
  ...source.matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export async function (\w+)\(([\s\S]*?)\): Promise<([\s\S]*?)> \{\n([\s\S]*?)\n\}/g,
  ),
].map(([, doc = "", name = "", parameters = "", result = ""]) => ({ doc, name, parameters, result }));

/** These compute, and have nothing to throw. */
const QUIET = ["systemHost", "checkRules", "changeLine"];

test("there are functions", () => {
  expect(functions.length).toBeGreaterThan(20);
});

test.each(functions)("$name says it", ({ doc, name, parameters, result }) => {
  const names = [...parameters.matchAll(/(?:^|,|\n)\s*(\w+)\??:/g)].map(([, parameter]) => parameter);
  for (const parameter of names.filter((each) => each !== "project")) expect(doc).toContain(`@param ${parameter} `);
  expect(doc.includes("@returns ")).toBe(result !== "void");
  expect(/@throws SecretsError (?:`|what )/.test(doc)).toBe(!QUIET.includes(name));
});
