import fc from "fast-check";
import { expect, test } from "vitest";
import { globTest } from "../../src/findings/reading/path-glob.ts";

/** The same question put to a regular expression. */
function byExpression(glob: string): RegExp {
  const source = glob
    .replace(/^\.?\//, "")
    .replace(/\/$/, "/**")
    .replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (found) => {
      if (found === "**/") return "(?:.*/)?";
      if (found === "**") return ".*";
      if (found === "*") return "[^/]*";
      return found === "?" ? "[^/]" : `\\${found}`;
    });
  return new RegExp(`^${source}$`, "s");
}

const text = (letters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((found) => found.join(""));

test("a glob covers what the expression of the same meaning matches", () => {
  fc.assert(
    fc.property(
      text(["*", "*", "**/", "?", "/", "a", "b", ".", "\n"], 8),
      text(["a", "b", "/", ".", "\n"], 10),
      (glob, path) => {
        expect(globTest(glob)(path)).toBe(byExpression(glob).test(path));
      },
    ),
    { numRuns: 5000 },
  );
});

test.each(["*a", "**a", "**/a", "?*"])("%s over and over is no more work", (part) => {
  expect(globTest(`x/${part.repeat(40)}c`)(`x/${"a".repeat(200)}${"/a".repeat(100)}b`)).toBe(false);
});
