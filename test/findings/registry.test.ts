import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../src/findings/index.ts";

test("the rules are numbered from SEC001, in order", () => {
  expect(rules.map(({ id }) => id)).toEqual(
    Array.from({ length: rules.length }, (_, index) => `SEC${String(index + 1).padStart(3, "0")}`),
  );
});

test.each(rules)("$id says in a few short lines what, why, how to fix it and where its limits are", (rule) => {
  const { title, explanation } = rule;
  const lines = Object.values(explanation).flat();

  expect(title).toMatch(/^[a-z.]/);
  expect(Object.keys(explanation)).toEqual(["what", "why", "fix", "limits"]);
  expect(Object.values(explanation).every((part) => part.length > 0)).toBe(true);
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(lines.filter((line) => line.length > 112)).toEqual([]);
});

test("the table in docs/check.md has a line for each rule, with its severity", () => {
  const guide = readFileSync(path.join(import.meta.dirname, "..", "..", "docs", "check.md"), "utf8");
  const table = [...guide.matchAll(/^\| (SEC\d{3}) \| (\w+) \|/gm)].map(([, id, severity]) => `${id} ${severity}`);

  expect(table).toEqual(rules.map(({ id, severity }) => `${id} ${severity}`));
});
