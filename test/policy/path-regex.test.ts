import fc from "fast-check";
import { RE2JS } from "re2js";
import { expect, test } from "vitest";
import { compilePattern } from "../../src/policy/path-regex.ts";

const at = { file: ".sops.yaml" };

const letter = fc.constantFrom("a", "b", "/", "-", "_", "\\.", "\\/", ".", "\n", "\r", "\u2028", "é");
const optional = fc.constantFrom("", "", "", "?");
const part = fc.tuple(letter, optional).map(([text, mark]) => text + mark);
const group = fc
  .tuple(
    fc.array(
      fc.array(part, { maxLength: 3 }).map((parts) => parts.join("")),
      { maxLength: 3 },
    ),
    optional,
  )
  .map(([alternatives, mark]) => `(${alternatives.join("|")})${mark}`);
const wildcard = fc.constantFrom(".*", ".+", "[^/]+", "[^/]*", "\\.*", "(?i)", "[[:alpha:]]", "\\pL", "\\A", "a{2}");
const pattern = fc
  .tuple(
    fc.constantFrom("", "^"),
    fc.array(fc.oneof(part, group, wildcard), { maxLength: 5 }),
    fc.constantFrom("", "$"),
  )
  .map(([start, parts, end]) => start + parts.join("") + end);
const text = fc.array(fc.constantFrom("a", "b", "/", "-", "_", ".", "\n", "\r", "\u2028", "é", "A", "aa"), {
  maxLength: 7,
});

test("an expression means what it means in Go, whoever runs it", async () => {
  await fc.assert(
    fc.asyncProperty(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), async (source, texts) => {
      let re2: RE2JS;
      try {
        re2 = RE2JS.compile(source);
      } catch {
        await expect(compilePattern(source, "path_regex", at)).rejects.toMatchObject({ code: "policy" });
        return;
      }
      const matches = await compilePattern(source, "path_regex", at);
      for (const letters of texts) {
        const candidate = letters.join("");
        expect([source, candidate, matches(candidate)]).toEqual([source, candidate, re2.test(candidate)]);
      }
    }),
    { numRuns: 3000 },
  );
});

test.each([
  "^secrets/",
  "\\.sops\\.ya?ml$",
  "^clusters/prod/.*\\.yaml$",
  "secrets/hosts/.*\\.(yaml|json|env|sops)$",
  "^systems/[^/]+/secrets\\.yaml$",
])("a long path costs %s no more than a moment", async (source) => {
  const matches = await compilePattern(source, "path_regex", at);

  expect(matches(`${"secrets/hosts/clusters/prod/".repeat(2000)}x`)).toBe(
    RE2JS.compile(source).test(`${"secrets/hosts/clusters/prod/".repeat(2000)}x`),
  );
});
