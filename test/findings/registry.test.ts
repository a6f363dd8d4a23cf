import { expect, test } from "vitest";
import { rules } from "../../src/findings/index.ts";

test("the rules are numbered from SEC001, in order", () => {
  expect(rules.map(({ id }) => id)).toEqual(
    Array.from({ length: rules.length }, (_, index) => `SEC${String(index + 1).padStart(3, "0")}`),
  );
});

test.each(rules)("$id says what, why, how to mend it and where its limits are", ({ title, explanation }) => {
  expect(title).toMatch(/^[a-z.]/);
  for (const text of Object.values(explanation)) {
    expect(text.length).toBeGreaterThan(30);
    expect(text).toMatch(/[.`)]$/);
  }
});
