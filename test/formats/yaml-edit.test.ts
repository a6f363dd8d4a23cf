import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import type { Step } from "../../src/formats/format.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { layoutOf, randomOf } from "./yaml-layouts.ts";

const set = (text: string, steps: readonly Step[], value: string) => yaml.set(yaml.parse(text, "open"), steps, value);
const unset = (text: string, ...steps: readonly Step[]) => yaml.unset(yaml.parse(text, "open"), steps);
const extract = (text: string, ...steps: readonly Step[]) =>
  Buffer.from(yaml.extract(yaml.parse(text, "open"), steps)).toString();

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SecretsError) return error.code;
    throw error;
  }
  return "none";
}

describe("set", () => {
  test.each<readonly [string, string, readonly Step[], string, string]>([
    ["replaces a scalar and nothing around it", "a:  x   # c\n", ["a"], '"z"', "a:  z   # c\n"],
    ["keeps the quotes", "a: 'x'\nb: \"x\"\n", ["a"], '"it\'s"', "a: 'it''s'\nb: \"x\"\n"],
    ["drops quotes for a number", "a: 'x'\n", ["a"], "9223372036854775807", "a: 9223372036854775807\n"],
    ["keeps a block a block", "a: |\n  x\nb:\n", ["a"], '"y\\nz\\n"', "a: |\n  y\n  z\nb:\n"],
    ["writes several lines as a block", "a: x\n", ["a"], '"y\\nz"', "a: |-\n    y\n    z\n"],
    [
      "empties a block above a comment that is deeper",
      "a:\n  - |+\n     x\n    # c\n",
      ["a", 0],
      '""',
      'a:\n  - ""\n    # c\n',
    ],
    ["fills a missing value", "a:\nb:  # c\n", ["b"], "true", "a:\nb: true  # c\n"],
    ["makes a mapping of a scalar", "a: x # c\n", ["a", "b"], "1", "a: # c\n    b: 1\n"],
    ["makes a scalar of a mapping", "a: # c\n  b: 1\n  d: 2\nc:\n", ["a"], '"x"', "a: x # c\nc:\n"],
    [
      "writes nested JSON",
      "a: 1\n",
      ["b"],
      '{"c":[1,{"d":null,"e":[]}]}',
      "a: 1\nb:\n    c:\n        - 1\n        - d: null\n          e: []\n",
    ],
    [
      "adds a key at its column, below comments that belong there",
      "a:\n  b: 1\n  # foot\n\nc: 2\n",
      ["a", "d"],
      "3",
      "a:\n  b: 1\n  # foot\n  d: 3\n\nc: 2\n",
    ],
    ["adds a key behind a block", "a: |+\n  x\n\n", ["b"], "1", "a: |+\n  x\n\nb: 1\n"],
    ["adds a key behind a block without a final line break", "a: |\n  x", ["b"], "1", "a: |-\n  x\nb: 1"],
    ["adds a key before the end marker", "a: 1\n...\n# c\n", ["b"], "2", "a: 1\nb: 2\n...\n# c\n"],
    ["adds a key to the first document only", "a: 1\n---\na: 2\n", ["b"], "3", "a: 1\nb: 3\n---\na: 2\n"],
    ["adds a key in flow", "a: {b: 1}\n", ["a", "c d"], '"x, y"', "a: {b: 1, c d: 'x, y'}\n"],
    ["adds a key to empty braces", "a: {}\n", ["a", "b"], "1", "a:\n    b: 1\n"],
    ["adds a key to an empty text", "", ["a", "b"], "1", "a:\n    b: 1\n"],
    ["adds a key to a text of comments", "# c\n", ["a"], "1", "# c\na: 1\n"],
    ["adds keys on the way", "a: 1\n", ["b", "c", "d"], '"x"', "a: 1\nb:\n    c:\n        d: x\n"],
    ["quotes odd keys", "a: 1\n", ["x: y"], "2", "a: 1\n'x: y': 2\n"],
    ["appends to a list", "a:\n- x\n- y\n# c\nb: 1\n", ["a", 9], '"z"', "a:\n- x\n- y\n- z\n# c\nb: 1\n"],
    ["appends a mapping to a list", "a:\n  - x\n", ["a", 9, "k"], "1", "a:\n  - x\n  - k: 1\n"],
    ["appends in flow", "a: [x]\n", ["a", 1], "2", "a: [x, 2]\n"],
    ["replaces an element", "a:\n  - x # c\n  - y\n", ["a", 0], '{"k":"v"}', "a:\n  - k: v # c\n  - y\n"],
    ["replaces under a tag", "a: !local x\n", ["a"], "5", "a: 5\n"],
    ["takes the indentation of the file", "a:\n  b: 1\n", ["c"], '{"d":1}', "a:\n  b: 1\nc:\n  d: 1\n"],
    ["takes the line ends of the file", "a: 1\r\n", ["b"], '"x\\ny\\n"', "a: 1\r\nb: |\r\n    x\r\n    y\r\n"],
  ])("%s", (...[, text, steps, value, expected]) => {
    expect(set(text, steps, value)).toBe(expected);
  });

  test("says what cannot be", () => {
    expect(code(() => set("a: 1\n", [], "1"))).toBe("usage");
    expect(code(() => set("a: {b: 1}\n", ["a", 0], "1"))).toBe("not-found");
    expect(code(() => set("a: [1]\n", ["a", "b"], "1"))).toBe("not-found");
    expect(code(() => set("a: &x {b: 1}\nc: *x\n", ["c", "b"], "1"))).toBe("refused");
    expect(code(() => set("a: 1\n", ["a"], "nonsense"))).toBe("malformed");
  });
});

describe("unset", () => {
  test.each<readonly [string, string, readonly Step[], string]>([
    ["takes an entry with the comment on its line", "a: 1\n# head\nb: 2 # c\nd: 3\n", ["b"], "a: 1\n# head\nd: 3\n"],
    ["takes a block with its lines", "a: |\n  x\n  y\nb: 1\n", ["a"], "b: 1\n"],
    ["takes the blank lines of a |+ block", "a: |+\n  x\n\nb: 1\n", ["a"], "b: 1\n"],
    ["takes a mapping", "a:\n  b:\n    c: 1\n  d: 2\n", ["a", "b"], "a:\n  d: 2\n"],
    ["leaves an empty mapping", "a: # c\n  b: 1\nd: 2\n", ["a", "b"], "a: {} # c\nd: 2\n"],
    ["leaves an empty list", "a:\n- x\nb: 1\n", ["a", 0], "a: []\nb: 1\n"],
    ["leaves an empty document", "a: 1\n", ["a"], "{}\n"],
    ["takes an element", "a:\n  - x\n  - y\n", ["a", 0], "a:\n  - y\n"],
    ["takes the first entry behind a dash", "a:\n  - b: 1\n    c: 2\n", ["a", 0, "b"], "a:\n  - c: 2\n"],
    ["takes the only entry behind a dash", "a:\n  - b: 1\n  - c\n", ["a", 0, "b"], "a:\n  - {}\n  - c\n"],
    ["takes an entry in flow", "a: {b: 1, c: 2, d: 3}\n", ["a", "c"], "a: {b: 1, d: 3}\n"],
    ["takes the last in flow", "a: [1]\n", ["a", 0], "a: []\n"],
    ["takes an entry with ?", "? a\n: 1\nb: 2\n", ["a"], "b: 2\n"],
  ])("%s", (...[, text, steps, expected]) => {
    expect(unset(text, ...steps)).toBe(expected);
  });

  test("says what cannot be", () => {
    expect(code(() => unset("a: 1\n"))).toBe("usage");
    expect(code(() => unset("a: 1\n", "b"))).toBe("not-found");
    expect(code(() => unset("a: [1]\n", "a", 1))).toBe("not-found");
    expect(code(() => unset("a: &x {b: 1}\nc: *x\n", "c", "b"))).toBe("refused");
  });
});

describe("extract", () => {
  const text =
    "a:\n  s: 'x y'\n  n: 0x10\n  f: 1.0\n  z: ~\n  m: |\n    l1\n    l2\n  l: [1, {k: v}]\n  e: {}\nb: &b [q]\nc: *b\n";
  test.each<readonly [string, readonly Step[], string]>([
    ["gives the bytes of a text", ["a", "s"], "x y"],
    ["gives the bytes of a text of several lines", ["a", "m"], "l1\nl2\n"],
    ["prints a number", ["a", "n"], "16\n"],
    ["prints a float", ["a", "f"], "1.0\n"],
    ["prints null", ["a", "z"], "null\n"],
    ["prints a list", ["a", "l"], "- 1\n- k: v\n"],
    ["prints an element of a list", ["a", "l", 1], "k: v\n"],
    ["prints an empty mapping", ["a", "e"], "{}\n"],
    ["follows an alias", ["c", 0], "q"],
    ["gives the whole text", [], text],
  ])("%s", (...[, steps, expected]) => {
    expect(extract(text, ...steps)).toBe(expected);
  });

  test("says what is not there", () => {
    expect(code(() => extract(text, "a", "l", 2))).toBe("not-found");
    expect(code(() => extract(text, "a", "s", "x"))).toBe("not-found");
  });
});

describe("in any layout", () => {
  const VALUES = [
    '"x"',
    "1",
    '"m\\nl\\n"',
    '"a: b #c"',
    "null",
    '{"n":1,"m":[1,{"z":"q"}]}',
    "[]",
    '""',
    '"yes"',
    '" lead\\nx"',
  ];

  /** What other entries say, and the comments. */
  const rest = (text: string, steps: readonly Step[]) =>
    yaml
      .parse(text, "open")
      .leaves.filter(
        (leaf) => leaf.kind === "value" && !(leaf.document === 0 && steps.every((step, at) => leaf.steps[at] === step)),
      )
      .map(({ document, steps: way, scalar }) =>
        JSON.stringify([document, way, scalar.type, Buffer.from(scalar.bytes).toString()]),
      );

  test("a value that is set is the only one that changes", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...VALUES), (seed, value) => {
        const text = layoutOf(seed, { lossy: true, wild: seed % 2 === 0 });
        const { leaves } = yaml.parse(text, "open");
        const values = leaves.filter(({ kind, document }) => kind === "value" && document === 0);
        const steps = values[Math.floor(randomOf(seed)() * values.length)]?.steps ?? ["new"];
        expect(rest(set(text, steps, value), steps)).toEqual(rest(text, steps));
      }),
      { numRuns: 300 },
    );
  });

  test("a key that is added leaves all values and comments", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...VALUES), (seed, value) => {
        const text = layoutOf(seed, { lossy: true, wild: false });
        const { leaves } = yaml.parse(text, "open");
        const inMappings = leaves.filter(
          ({ kind, document, steps }) => kind === "value" && document === 0 && typeof steps.at(-1) === "string",
        );
        const steps = [
          ...(inMappings[Math.floor(randomOf(seed)() * inMappings.length)]?.steps.slice(0, -1) ?? []),
          "new_key",
        ];
        const after = set(text, steps, value);
        expect(rest(after, steps)).toEqual(rest(text, steps));
        const comments = (each: string) => each.split("\n").filter((line) => line.includes("#")).length;
        expect(comments(after)).toBeGreaterThanOrEqual(comments(text));
      }),
      { numRuns: 300 },
    );
  });
});
