import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import type { Selects } from "../../src/formats/format.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { corpus, layoutOf } from "./yaml-layouts.ts";
import { misplaced, opened, said, sealed } from "./yaml-trip.ts";

const RUNS = Number(process.env["SECRETS_PROPERTY_RUNS"] ?? 300);
const seeds = fc.integer();

/** The ways in which rules select. */
const SELECTIONS = new Map<string, Selects>([
  ["everything", () => true],
  ["some keys", ({ path }) => path.some((key) => /pass|secret|data|k[0-9]*[13579]$/i.test(key))],
  ["all but some keys", ({ path }) => !path.some((key) => /_unencrypted$|^k[0-9]*[02468]$/.test(key))],
]);

/** Layouts of the corpus whose spelling canonical bytes do not tell. */
const LOSSY = new Set([
  "cloudformation",
  "old-booleans",
  "prometheus-alertmanager",
  "anchors-merge",
  "anchors-merge-list",
  "aliases-scalar",
  "types",
]);

describe.each([...SELECTIONS])("with %s sealed", (_, selects) => {
  test.each(corpus)("%s comes back byte for byte", (name, text) => {
    const { text: after, expanded } = sealed(text, selects);
    const back = opened(after);
    expect(misplaced(after)).toEqual([]);
    expect(said(back)).toEqual(said(expanded));
    if (!LOSSY.has(name)) expect(back).toBe(text);
  });

  test("a generated layout comes back byte for byte", () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, wild) => {
        const text = layoutOf(seed, { lossy: false, wild });
        const { text: after } = sealed(text, selects);
        expect(misplaced(after)).toEqual([]);
        expect(unblanked(opened(after))).toBe(unblanked(text));
      }),
      { numRuns: RUNS },
    );
  });

  test("a layout with lossy spellings comes back with the same values and comments in their places", () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, wild) => {
        const text = layoutOf(seed, { lossy: true, wild });
        const { text: after } = sealed(text, selects);
        expect(misplaced(after)).toEqual([]);
        expect(said(opened(after))).toEqual(said(text));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Lines of blanks inside blocks come back empty. */
function unblanked(text: string): string {
  return text.replaceAll(/^[ \t]+(?=\r?$)/gm, "");
}

describe("the metadata", () => {
  test("leaves no trace when it is put in and taken out", () => {
    const check = (text: string): void => {
      const parsed = yaml.parse(text, "open");
      const put = yaml.print(parsed, [], new Map([["version", "3.13.2"]]));
      expect(yaml.print(yaml.parse(put, "sealed"), [], undefined)).toBe(text);
    };
    for (const [, text] of corpus) check(text);
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, wild) => check(layoutOf(seed, { lossy: true, wild }))),
      { numRuns: RUNS },
    );
  });
});

describe("any value", () => {
  const ENC = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";
  const spots = [
    `a: ${ENC}\n`,
    `a: ${ENC}`,
    `a: ${ENC}\n\n\nb: x\n`,
    `a: ${ENC} # c\n`,
    `a: ${ENC}\n        # c\nb: x\n`,
    `a:\n- ${ENC}\n- x\n`,
    `a:\n    - b: ${ENC}\n      c: x\n`,
    `a: !local &x ${ENC}\n`,
    `a: '${ENC}'\n`,
    `a: "${ENC}"\n`,
    `a: ['${ENC}', {b: "${ENC}"}]\n`,
    `{"a":"${ENC}"}`,
    ...["|", "|-", "|+", "|2", ">", ">-", ">+"].flatMap((header) => [
      `a: ${header}\n  ${ENC}\n`,
      `a: ${header}\n  ${ENC}\n\n\nb: x\n`,
      `a:\r\n  - ${header}\r\n    ${ENC}`,
    ]),
  ];
  const texts = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("a", " ", "\n", "\t", ":", "#", "-", "'", '"', ",", "[", "}", "?", "|", "1", "."),
    }),
    fc.constantFrom(
      "yes",
      "null",
      "0x1F",
      "1:30",
      "2024-01-01",
      "---",
      "...",
      "<<",
      "~",
      "=",
      "é",
      "😀",
      "\u0085",
      "\ufeff",
    ),
  );

  test.each(spots)("can stand in %j", (spot) => {
    fc.assert(
      fc.property(texts, (given) => {
        // A lone surrogate is not a text; bytes that are no UTF-8 have a test of their own.
        const text = Buffer.from(given, "utf8").toString("utf8");
        const parsed = yaml.parse(spot, "sealed");
        const sealedLeaves = parsed.leaves.filter(({ scalar }) => scalar.bytes[0] === 0x45);
        const scalar = { type: "str" as const, bytes: Buffer.from(text) };
        const after = yaml.print(
          parsed,
          sealedLeaves.map((leaf) => ({ leaf, source: leaf.open(scalar) })),
          undefined,
        );
        const values = yaml.parse(after, "open").leaves.filter(({ kind }) => kind === "value");
        const others = parsed.leaves.filter((leaf) => leaf.kind === "value" && !sealedLeaves.includes(leaf));
        expect(values.length).toBe(sealedLeaves.length + others.length);
        for (const leaf of values.slice(0, sealedLeaves.length)) {
          expect([leaf.scalar.type, Buffer.from(leaf.scalar.bytes).toString()]).toEqual(["str", text]);
        }
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});

describe("any text", () => {
  test("is parsed or refused as malformed, with a line", () => {
    const pieces = [
      "a",
      "b: ",
      ":",
      "- ",
      "? ",
      "# x",
      "\n",
      "\n  ",
      "[",
      "]",
      "{",
      "}",
      ",",
      "'",
      '"',
      "|",
      ">",
      "&x ",
      "*x",
      "!t ",
      "!!int ",
      "---\n",
      "...\n",
      "%",
      "\t",
      "\r\n",
      "\\",
      "<<: ",
      "1",
      "😀",
      "\u0085",
      "\u0000",
      "\ufeff",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (parts) => {
        try {
          yaml.parse(parts.join(""), "open");
        } catch (error) {
          if (!(error instanceof SecretsError)) throw error;
          expect(error.code).toBe("malformed");
          expect(error.at?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: RUNS * 10 },
    );
  });
});
