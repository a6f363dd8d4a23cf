import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dotenv } from "../../src/formats/dotenv.ts";
import type { Scalar } from "../../src/formats/format.ts";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { freshly, NOW } from "../documents/ring.ts";
import { text } from "./made-dotenv.ts";

const open = (source: string) => dotenv.parse(source, "open");
const said = ({ bytes }: Scalar) => Buffer.from(bytes).toString();

test("a line is a key and a value, raw on both sides of the first =", () => {
  const found = open('A=1\nexport B = "x" \n\nC=a=b\nD=\n').leaves.map(({ path, scalar }) => [...path, said(scalar)]);

  expect(found).toEqual([
    ["A", "1"],
    ["export B ", ' "x" '],
    ["C", "a=b"],
    ["D", ""],
  ]);
});

test("a backslash and an n are a line break, also behind another backslash", () => {
  const found = open("A=x\\ny\\\\n\n").leaves.map(({ scalar }) => said(scalar));

  expect(found).toEqual(["x\ny\\\n"]);
});

test("a line with # at its very beginning is a comment", () => {
  expect(open("# a\n #b=c\n").leaves.map(({ kind, scalar }) => [kind, said(scalar)])).toEqual([
    ["comment", " a"],
    ["value", "c"],
  ]);
});

test("what is sealed opens to the very same bytes, and unchanged text changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const sealed = await freshly({ text: source, format: dotenv });
      expect(sealed.exact).toBe(true);
      expect(sealed.opened.openText).toBe(source);
      expect((await editDocument(sealed.opened, { text: source, now: NOW })).text).toBe(sealed.text);
    }),
  );
});

test("a value that is set is the only line that changes, beside the MAC and its time", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const { opened } = await freshly({ text: source, format: dotenv });
      const changed = dotenv.set(open(source), ["FIRST"], '"2\\n3"');
      const after = await editDocument(opened, { text: changed, now: NOW });
      expect(after.opened.openText).toBe(changed);
      const [before, now] = [opened.text.split("\n"), after.text.split("\n")];
      expect(now).toHaveLength(before.length);
      const differing = now.filter((line, index) => line !== before[index]).map((line) => line.split("=")[0]);
      expect(differing.filter((name) => !/^sops_(?:mac|lastmodified)$/.test(name ?? ""))).toEqual(["FIRST"]);
    }),
  );
});

test("set adds a line at the end, unset takes one out", () => {
  expect(dotenv.set(open("A=1"), ["B"], '"x"')).toBe("A=1\nB=x\n");
  expect(dotenv.set(open("A=1\n#end\n"), ["A"], "5")).toBe("A=5\n#end\n");
  expect(dotenv.unset(open("A=1\nB=2\nC=3"), ["B"])).toBe("A=1\nC=3");
  expect(dotenv.unset(open("A=1\nB=2"), ["B"])).toBe("A=1");
});

describe("what dotenv cannot hold is refused", () => {
  const values: Readonly<Record<string, [string, string]>> = {
    "a list": ["[1]", "dotenv has only text, and A would be a list"],
    "a mapping": ['{"x":1}', "dotenv has only text, and A would be a mapping"],
    null: ["null", "dotenv has only text, and A would be null"],
    "a backslash before an n": [
      String.raw`"C:\\new"`,
      String.raw`dotenv cannot hold a backslash before an n: it reads \n as a line break`,
    ],
  };

  test.each(Object.entries(values))("%s", (_, [json, message]) => {
    expect(() => dotenv.set(open(""), ["A"], json)).toThrow(message);
  });

  test.each(["a=b", "#a", "", "a\nb", "sops_mac"])("the key %j", (key) => {
    expect(() => dotenv.set(open(""), [key], '"x"')).toThrow(/key/);
  });

  test("a line without =, with its number", () => {
    expect(() => open("A=1\n\nB\n")).toThrow(expect.objectContaining({ at: { file: "", line: 3, column: 1 } }));
  });

  test("metadata twice, with gaps, or of two shapes", () => {
    const prefix = "A=1\nsops_mac=x\n";
    for (const rest of ["sops_mac=y", "sops_age__list_1__map_enc=x", "sops_age=x\nsops_age__list_0__map_enc=y"]) {
      expect(() => dotenv.parse(prefix + rest, "sealed")).toThrow(expect.objectContaining({ code: "malformed" }));
    }
  });
});

describe("a value in quotes over several lines, which sops would leave unencrypted but for its first", () => {
  const texts: Readonly<Record<string, string>> = {
    "all of whose lines look like entries": 'A=1\nPEM="begin\nc2VjcmV0==\nZW5k="\nB=2\n',
    "that ends in a line of its own": "A=1\nPEM='begin\nc2VjcmV0==\nend=x'\r\n",
    "that has a line without =": 'A=1\nPEM="begin\nsecret\nend"\n',
  };

  test.each(Object.entries(texts))("%s", async (_, source) => {
    await expect(freshly({ text: source, format: dotenv })).rejects.toMatchObject({
      code: "malformed",
      message: "a value in quotes over several lines, of which sops encrypts the first only",
      at: { line: 2 },
      hint: expect.stringContaining("--input-type binary"),
    });
  });

  test.each(['A="\nB=2\n', "A=it's\nB=it's\n", `A="x\nB="y"\n`, `A='x" y\nB="z"\n`])(
    "but %j is none",
    async (source) => {
      expect((await freshly({ text: source, format: dotenv })).opened.openText).toBe(source);
    },
  );

  test("is still opened and edited where sops has sealed it", async () => {
    const source = 'PEM="begin\nend=x"\nB=2\n';
    const plain = await freshly({ text: 'PEM=begin\nend=x"\nB=2\n', format: dotenv });
    const opened = { ...plain.opened, openText: source };
    const edited = await editDocument(opened, { text: source.replace("B=2", "B=3"), now: NOW });
    expect(edited.opened.openText).toBe('PEM="begin\nend=x"\nB=3\n');
  });
});

test("a conversion that would turn a backslash and an n into a line break is refused", () => {
  const entries = [["P", { kind: "scalar", scalar: { type: "str", bytes: Buffer.from(String.raw`C:\new`) } }]] as const;
  expect(() => dotenv.write({ kind: "map", entries })).toThrow("a backslash before an n");
});

test("a blank line with a carriage return says what is in it", () => {
  expect(() => open("A=1\r\n\r\n")).toThrow("a line of nothing but blanks or a carriage return");
});

describe("a text of very many lines", () => {
  const many = (count: number, prefix: string) =>
    `A=1\n${Array.from({ length: count }, (_, index) => `${prefix}${index}=x\n`).join("")}`;

  const sizes = [
    ["B", 90_000, 120_000],
    ["sops_", 25_000, 35_000],
  ] as const;

  test.each(sizes)("is printed up to the limit, whatever the lines of %s are", (prefix, count) => {
    const text = many(count, prefix);
    expect(dotenv.print(dotenv.parse(text, "sealed"), [], new Map([["version", "1"]]))).toContain("sops_version=1");
  });

  test.each(sizes)("is refused above it, whatever the lines of %s are", (prefix, _, count) => {
    expect(() => dotenv.parse(many(count, prefix), "sealed")).toThrow("in a dotenv or INI file");
  });
});
