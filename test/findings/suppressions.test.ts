import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/findings/finding.ts";
import { allowancesIn, baselineText, readBaseline, readSettings, sifted } from "../../src/findings/suppressions.ts";

const finding = (more: Partial<Finding> = {}): Finding => ({
  rule: "SEC001",
  severity: "error",
  message: "plaintext",
  path: "a/b.yaml",
  at: { file: "b.yaml" },
  fingerprint: "0123456789abcdef",
  ...more,
});
const none = { allowances: [], baseline: new Set<string>(), today: "2026-01-02" };

describe("an allowance in a file", () => {
  test("names rules, a reason and a day", () => {
    const { good, bad } = allowancesIn(
      'x\n# secrets:allow SEC001, SEC007 reason="a sample" until=2027-01-31\n',
      "b.yaml",
      "a/b.yaml",
    );

    expect(bad).toEqual([]);
    expect(good).toMatchObject([
      { rules: ["SEC001", "SEC007"], reason: "a sample", until: "2027-01-31", by: "b.yaml:2" },
    ]);
    expect([good[0]?.covers("a/b.yaml"), good[0]?.covers("a/c.yaml")]).toEqual([true, false]);
  });

  test.each([
    ["inside a JSON text", String.raw`{ "_": "secrets:allow SEC001 reason=\"x\" until=2027-01-31", "a": 1 }`],
    ["in a comment of a program", '/* secrets:allow SEC001 reason="x" until=2027-01-31 */'],
    ["in HTML", '<!-- secrets:allow SEC001 reason="x" until=2027-01-31 -->'],
  ])("may stand %s", (_, text) => {
    expect(allowancesIn(text, "f", "f").good).toMatchObject([{ reason: "x", until: "2027-01-31" }]);
  });

  test("ends on its day however UNTIL is written, and where the comment ends", () => {
    expect(
      allowancesIn('<!-- secrets:allow SEC001 reason="x" UNTIL=2020-01-01 --> <a href=b>', "f", "f"),
    ).toMatchObject({
      good: [{ until: "2020-01-01" }],
      bad: [],
    });
  });

  test.each([
    ["without a reason", "secrets:allow SEC001"],
    ["with an empty reason", 'secrets:allow SEC001 reason=" "'],
    ["until something that is not a day", 'secrets:allow SEC001 reason="x" until=soon'],
    ["until a day that no calendar has", 'secrets:allow SEC001 reason="x" until=2027-13-45'],
    ["until the 30th of February", 'secrets:allow SEC001 reason="x" until=2027-02-30'],
    ["until a day behind blanks", 'secrets:allow SEC001 reason="x" until = 2020-01-01'],
    ["until a day behind a colon", 'secrets:allow SEC001 reason="x" until: 2020-01-01'],
    ["until a day behind another word", 'secrets:allow SEC001 reason="x" expires=2020-01-01'],
    ["until a day behind a misspelt word", 'secrets:allow SEC001 untl=2020-01-01 reason="x"'],
  ])("does not count %s", (_, text) => {
    expect(allowancesIn(text, "f", "f")).toMatchObject({ good: [], bad: [{ by: "f:1" }] });
  });
});

test("allowances of a file are read once, however many and however they are written", () => {
  const line = '# secrets:allow SEC007 reason="x"\n';
  const { good } = allowancesIn(line.repeat(100_000), "f", "f");

  expect(good.at(-1)?.by).toBe("f:100000");
  expect(allowancesIn(`secrets:allow SEC001 reason="x" until=${'"'.repeat(200_000)}x`, "f", "f").bad).toHaveLength(1);
});

describe("the settings", () => {
  const covers = async (glob: string, path: string) =>
    (await readSettings(`allow: [{ rule: SEC007, paths: ["${glob}"], reason: x }]`, "s")).allowances[0]?.covers(path);

  test.each([
    ["test/**", "test/keys/a", true],
    ["test/**", "test", false],
    ["test/", "test/keys/a", true],
    ["./test/*", "test/a", true],
    ["test/*", "test/keys/a", false],
    ["**/*.key", "a/b/c.key", true],
    ["**/*.key", "c.key", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["a.c", "abc", false],
  ])("%s and %s: %s", async (glob, path, expected) => {
    expect(await covers(glob, path)).toBe(expected);
  });

  test.each([
    ["no rule", 'allow: [{ paths: ["x"], reason: x }]', 1],
    ["no path", "allow: [{ rule: SEC001, reason: x }]", 1],
    ["no reason", 'allow:\n  - { rule: SEC001, paths: ["x"] }', 2],
    ["an unknown key", 'allow: [{ rule: SEC001, path: "x", reson: x }]', 1],
    ["no list", "allow: SEC001", 1],
  ])("are refused with %s, at its place", async (_, text, line) => {
    await expect(readSettings(text, "s")).rejects.toMatchObject({ code: "policy", at: { file: "s", line } });
  });

  test("may name a baseline", async () => {
    expect((await readSettings("baseline: known.json", "s")).baseline).toBe("known.json");
    expect((await readSettings("", "s")).allowances).toEqual([]);
  });
});

describe("sifting", () => {
  const { good } = allowancesIn('secrets:allow SEC001 reason="x" until=2026-01-02', "b.yaml", "a/b.yaml");

  test("an allowance counts through its last day", () => {
    expect(sifted([finding()], { ...none, allowances: good })).toMatchObject({ kept: [], ignored: [{ reason: "x" }] });
    expect(sifted([finding()], { ...none, allowances: good, today: "2026-01-03" }).kept).toMatchObject([
      { message: "plaintext (allowed by b.yaml:1 until 2026-01-02, which has passed)" },
    ]);
  });

  test("an allowance is for its rules and its file", () => {
    expect(
      sifted([finding({ rule: "SEC002" }), finding({ path: "c" })], { ...none, allowances: good }).kept,
    ).toHaveLength(2);
  });

  test("an allowance that came with the range only lowers what it is for", () => {
    const before = { allowances: [], baseline: new Set<string>() };
    const lowered = [{ severity: "warning", allowance: "allowed by b.yaml:1, which is new in this range" }];

    expect(sifted([finding()], { ...none, allowances: good, before })).toMatchObject({ kept: lowered, ignored: [] });
    expect(sifted([finding()], { ...none, allowances: good, before: { ...before, allowances: good } }).kept).toEqual(
      [],
    );
    expect(sifted([finding({ severity: "note" })], { ...none, allowances: good, before }).kept).toMatchObject([
      { severity: "note" },
    ]);
  });

  test("an allowance in a file counts unless the range brought the file", () => {
    expect(sifted([finding()], { ...none, inFile: good })).toMatchObject({ kept: [], ignored: [{ reason: "x" }] });
    expect(sifted([finding()], { ...none, inFile: good, isNew: true }).kept).toMatchObject([
      { severity: "warning", allowance: "allowed in the file itself, in this range" },
    ]);
  });

  test("a baseline that came with the range only lowers what it has", () => {
    const baseline = new Set([finding().fingerprint]);
    const before = { allowances: [], baseline: new Set<string>() };

    expect(sifted([finding()], { ...none, baseline, before }).kept).toMatchObject([
      { severity: "warning", allowance: "in the baseline, which is new in this range" },
    ]);
    expect(sifted([finding()], { ...none, baseline, before: { ...before, baseline } }).kept).toEqual([]);
  });

  test("a baseline takes what it holds, and holds hashes only", () => {
    const text = baselineText([finding(), finding({ fingerprint: "fedcba9876543210" }), finding()]);
    const baseline = readBaseline(text, "known.json");

    expect(text).not.toContain("b.yaml");
    expect(sifted([finding(), finding({ fingerprint: "1111111111111111" })], { ...none, baseline })).toMatchObject({
      kept: [{ fingerprint: "1111111111111111" }],
      ignored: [{ reason: "in the baseline" }],
    });
  });

  test.each(["", "[]", '{"version":2,"fingerprints":[]}', '{"version":1,"fingerprints":{}}', "null"])(
    "%j is not a baseline",
    (text) => {
      expect(() => readBaseline(text, "known.json")).toThrow(expect.objectContaining({ code: "policy" }));
    },
  );
});
