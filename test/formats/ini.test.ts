import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { ini } from "../../src/formats/ini.ts";
import { keyLines } from "../../src/formats/ini/write.ts";
import { freshly, NOW } from "../documents/ring.ts";
import { text } from "./made-ini.ts";

const open = (source: string) => ini.parse(source, "open");
const said = (source: string) =>
  open(source).leaves.map(({ kind, path, scalar }) =>
    [...path, kind === "comment" ? ";" : "=", Buffer.from(scalar.bytes).toString()].join(" "),
  );

test("values stand in sections, and before the first of them in DEFAULT", () => {
  expect(said("a=1\n[s]\nb : 2\n[t]\n")).toEqual(["DEFAULT a = 1", "s b = 2"]);
});

test("quotes, continuations and several lines are resolved", () => {
  const source = `a = "x y"\nb = 'z'\nc = \`#;\`\nd = """1\n2"""\ne = one \\\n  two\nf = "a "b"\n`;

  expect(said(source).map((line) => line.replace(/^DEFAULT . = /, ""))).toEqual([
    "x y",
    "z",
    "#;",
    "1\n2",
    "one two",
    '"a "b"',
  ]);
});

test("a comment belongs to what follows it, or to the value before it in its line", () => {
  expect(said("; head\n[s]\n# one\n# two\na = 1\nb = 2 ; three\n")).toEqual([
    "s ; head",
    "s a = 1",
    "s ; one\n# two",
    "s b = 2",
    "s ; three",
  ]);
});

test("what is sealed opens to the very same bytes, and unchanged text changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const sealed = await freshly({ text: source, format: ini });
      expect(sealed.opened.openText).toBe(source);
      expect((await editDocument(sealed.opened, { text: source, now: NOW })).text).toBe(sealed.text);
    }),
  );
});

test("a value that is set is the only one that changes, beside MAC, time and spellings", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const { opened } = await freshly({ text: source, format: ini });
      const changed = ini.set(open(source), ["last", "password"], '"two words"');
      const after = await editDocument(opened, { text: changed, now: NOW });
      expect(after.opened.openText).toBe(changed);
      const body = (sealed: string) => sealed.slice(0, sealed.indexOf("[sops]")).split("\n");
      const [before, now] = [body(opened.text), body(after.text)];
      const differing = now.filter((line, index) => line !== before[index]);
      expect(differing.map((line) => line.split(" = ")[0])).toEqual(["password"]);
    }),
  );
});

test("set adds to a section, or makes it; unset takes the line with its comment", () => {
  expect(ini.set(open("[s]\na = 1\n\n[t]\n"), ["s", "b"], '"x"')).toBe("[s]\na = 1\nb = x\n\n[t]\n");
  expect(ini.set(open("a=1"), ["s", "b"], '"x;y"')).toBe("a=1\n\n[s]\nb = `x;y`\n");
  expect(ini.set(open("[s]\na = 1\n"), ["DEFAULT", "b"], "5")).toBe("b = 5\n\n[s]\na = 1\n");
  expect(ini.unset(open("[s]\n; of a\na = 1\nb = 2\n"), ["s", "a"])).toBe("[s]\nb = 2\n");
});

test("unset takes a whole section, with the comment above it and none of the next one", () => {
  const text = "a = 1\n\n; of s\n[s]\nb = 1\n\n; of t\n[t]\nc = 1\n";
  expect(ini.unset(open(text), ["s"])).toBe("a = 1\n\n; of t\n[t]\nc = 1\n");
  expect(ini.unset(open(text), ["DEFAULT"])).toBe("; of s\n[s]\nb = 1\n\n; of t\n[t]\nc = 1\n");
  expect(ini.unset(open(text), ["t"])).toBe("a = 1\n\n; of s\n[s]\nb = 1\n\n");
  expect(() => ini.unset(open("[s]\na = 1\n"), ["DEFAULT"])).toThrow("it is a section");
  expect(() => ini.unset(open(text), ["u"])).toThrow("it is a section");
});

describe("what sops would lose or mistake is refused, with the place", () => {
  const refused: Readonly<Record<string, [string, number, number]>> = {
    "a comment that begins within a word": ["a = p#ss\n", 1, 6],
    "a comment that begins the value": ["\ncolor = #fff\n", 2, 9],
    "a comment that begins within quotes": ['a = "x ; y"\n', 1, 8],
    "text behind closing quotes": ["a = `x` y\n", 1, 9],
    "text behind a header": ["[s] x\n", 1, 5],
    "a comment behind a header": ["[s] ; x\na = 1\n", 1, 5],
    "a comment above and one behind": ["; one\na = 1 ; two\n", 2, 7],
    "a comment at the very end": ["a = 1\n\n; end\n", 3, 1],
    "a key that becomes a number": ["- = 1\n", 1, 1],
    "a key with a backquote": ["[s]\na`b = 1\n", 2, 1],
    "a line without =": ["[s]\nabc\n", 2, 1],
    "a key without a name": ["= 1\n", 1, 1],
    "a section without a name": ["[]\n", 1, 1],
    "a header without an end": ["[s\n", 1, 1],
    "quotes without an end": ['a = """x\n', 1, 5],
  };

  test.each(Object.entries(refused))("%s", (_, [source, line, column]) => {
    expect(() => open(source)).toThrow(expect.objectContaining({ code: "malformed", at: { file: "", line, column } }));
  });

  test("a key that is there twice, of which sops keeps one", async () => {
    await expect(freshly({ text: "[s]\na = 1\na = 2\n", format: ini })).rejects.toThrow("duplicate key s/a");
  });

  test("values and keys that INI cannot hold", () => {
    expect(() => ini.set(open(""), ["s", "a"], JSON.stringify('x"""\ny'))).toThrow("INI cannot hold this value");
    expect(() => ini.set(open(""), ["s", "#a"], '"x"')).toThrow("INI cannot hold this key");
    expect(() => ini.set(open(""), ["s]\n", "a"], '"x"')).toThrow("INI cannot hold a section of this name");
    expect(() => ini.set(open(""), ["s", "a"], "[1]")).toThrow("INI has only text");
    expect(() => ini.set(open(""), ["a"], '"x"')).toThrow("it is a section");
  });
});

describe("a hostile text", () => {
  const many = 200_000;

  test("that continues very many lines is read in one pass", () => {
    const value = ini.parse(`[a]\nb=${"x\\\n".repeat(many)}`, "sealed").leaves[0]?.scalar.bytes;
    expect(value?.length).toBe(many);
  });

  test("whose metadata is nested without end is refused", () => {
    expect(() => ini.parse(`[a]\nb=1\n[sops]\nm${"__map_a".repeat(many)}=x\n`, "sealed")).toThrow("levels of nesting");
  });

  const sizes = {
    keys: (count: number) => Array.from({ length: count }, (_, index) => `k${index} = x\n`).join(""),
    comments: (count: number) => `${"; x\n".repeat(count)}k = x\n`,
    sections: (count: number) => Array.from({ length: count }, (_, index) => `[s${index}]\n`).join(""),
  };

  test.each(Object.entries(sizes))("of very many %s is read up to the limit and refused above it", (_, made) => {
    expect(() => open(made(90_000))).not.toThrow();
    expect(() => open(made(110_000))).toThrow("more than 100,000 keys and comments in a dotenv or INI file");
  });

  test("with very many keys is written", () => {
    const entries = Array.from({ length: many }, (_, index) => [`k${index}`, "x"] as const);
    expect(keyLines(entries).split("\n")).toHaveLength(many + 1);
  });
});
