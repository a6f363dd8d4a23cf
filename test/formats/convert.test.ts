import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { converted, convertedAt } from "../../src/formats/convert.ts";
import type { Content, Format, Step } from "../../src/formats/format.ts";
import { dotenv } from "../../src/formats/dotenv.ts";
import { ini } from "../../src/formats/ini.ts";
import { json } from "../../src/formats/json.ts";
import { scalarOf } from "../../src/formats/scalar.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { corpus } from "./yaml-layouts.ts";

const conversion = (text: string, from: Format) => ({
  parsed: from.parse(text, "open"),
  from,
  to: from === yaml ? json : yaml,
});
const toYaml = (text: string) => converted(conversion(text, json)).text;
const toJson = (text: string) => converted(conversion(text, yaml)).text;
const extracted = (text: string, from: Format, steps: readonly Step[]) =>
  Buffer.from(convertedAt(conversion(text, from), steps)).toString();

describe("JSON as YAML", () => {
  test.each([
    [
      "a text that YAML would take for something else is quoted",
      '["yes", "0777", "1:30", "null", ""]',
      '- "yes"\n- "0777"\n- "1:30"\n- "null"\n- ""\n',
    ],
    [
      "a text that is not a plain scalar is in single quotes",
      '["- a", "a: b", "---a", " a"]',
      "- '- a'\n- 'a: b'\n- '---a'\n- ' a'\n",
    ],
    [
      "what cannot be printed is escaped",
      '["\\u0000", "a\\tb", "😀", "\\u2028"]',
      '- "\\0"\n- "a\\tb"\n- "\\U0001F600"\n- "\\L"\n',
    ],
    [
      "floats are those of Go",
      "[1.0, 1e5, 1e6, 1234567.5, 0.0001, 1e-5]",
      "- 1\n- 100000\n- 1e+06\n- 1.2345675e+06\n- 0.0001\n- 1e-05\n",
    ],
    ["integers keep their digits", "[1000000, 9223372036854775807]", "- 1000000\n- 9223372036854775807\n"],
    ["empty containers stay", "[{}, [], [[]], null, true]", "- {}\n- []\n- - []\n- null\n- true\n"],
    [
      "texts of several lines are literal",
      '["a\\nb", "a\\n", "a\\n\\n", "\\n"]',
      "- |-\n  a\n  b\n- |\n  a\n- |+\n  a\n\n- |4+\n\n",
    ],
    [
      "those that a literal cannot hold are quoted",
      '["a \\nb", "\\ta\\nb", " a\\nb"]',
      '- "a \\nb"\n- "\\ta\\nb"\n- " a\\nb"\n',
    ],
    ["mappings in lists follow the dash", '[{"a": {"b": [1]}}]', "- a:\n    b:\n        - 1\n"],
  ])("%s", (_, list, expected) => {
    expect(toYaml(`{"l": ${list}}`)).toBe(`l:\n${expected.replaceAll(/^(?=.)/gm, "    ")}`);
  });

  test("writes keys as sops does", () => {
    const long = "k".repeat(129);
    expect(toYaml(`{"yes": 1, "a: b": 2, "two\\nlines": {"x": 1}, "${long}": [1], "": 3}`)).toBe(
      `"yes": 1\n'a: b': 2\n? |-\n    two\n    lines\n:   x: 1\n? ${long}\n:   - 1\n"": 3\n`,
    );
  });

  test("writes a key << as a merge where it merges something, and else quotes it", () => {
    expect(toYaml('{"<<": {"a": 1}, "b": {"<<": "x"}, "c": "<<"}')).toBe(
      '!!merge <<:\n    a: 1\nb:\n    "<<": x\nc: "<<"\n',
    );
  });

  test("keeps the order of keys that look like numbers", () => {
    expect(toYaml('{"b": 1, "2": 2, "1": 3}')).toBe('b: 1\n"2": 2\n"1": 3\n');
  });

  test("of an empty object is an empty mapping", () => {
    expect(toYaml("{}")).toBe("{}\n");
  });

  test("reads back as the same values, whatever they are", () => {
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }),
        fc.string({ unit: fc.constantFrom("a", " ", "\n", "\t", "-", ":", "#", "'", '"') }),
        fc.integer(),
        fc.constantFrom(null, true, false),
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value")),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), values), (value) => {
        const text = JSON.stringify(value);
        expect(yaml.read(yaml.parse(toYaml(text), "open"))).toEqual(json.read(json.parse(text, "open")));
      }),
    );
  });
});

describe("YAML as JSON", () => {
  test("has types, aliases and merges written out, and the escapes of Go", () => {
    const text = "a: 0777\nb: 1e3\nc: 2024-01-01\nd: &d {x: <&>}\n<<: *d\ne:\nf: yes\n";
    expect(toJson(text)).toBe(
      '{\n\t"a": 511,\n\t"b": 1000,\n\t"c": "2024-01-01T00:00:00Z",\n\t"d": {\n\t\t"x": "\\u003c\\u0026\\u003e"\n\t},\n' +
        '\t"\\u003c\\u003c": {\n\t\t"x": "\\u003c\\u0026\\u003e"\n\t},\n\t"e": null,\n\t"f": "yes"\n}\n',
    );
  });

  test("is the first document, and says what is left out", () => {
    const { documents, comments } = converted(conversion("# one\na: 1 # two\n---\n# three\nb: 1\n---\n", yaml));
    expect({ documents, comments }).toEqual({ documents: 2, comments: 2 });
    expect(toJson("---\n")).toBe("{}\n");
    expect(toJson("")).toBe("{}\n");
  });

  test.each([
    ["a: [1, .inf]", "infinite or not a number, which JSON cannot hold (a/1)"],
    ["a:\n  b: !!binary /////w==", "not UTF-8 text, which JSON cannot hold (a/b)"],
  ])("refuses %j by name", (text, message) => {
    expect(() => toJson(text)).toThrow(message);
  });

  test.each(corpus.filter(([, text]) => !/\.inf|\.nan/i.test(text)))("of the layout %s reads back", (_, text) => {
    expect(json.read(json.parse(toJson(text), "open")).map(untimed)).toEqual(
      yaml.read(yaml.parse(text, "open")).slice(0, 1).map(untimed),
    );
  });
});

/** Times as texts and floats as numbers, which JSON does not tell apart. */
function untimed(content: Content): Content {
  if (content.kind === "list") return { kind: "list", items: content.items.map(untimed) };
  if (content.kind === "map") {
    return { kind: "map", entries: content.entries.map(([key, value]) => [key, untimed(value)] as const) };
  }
  const { type, bytes } = content.scalar;
  const other = type === "time" ? "str" : type === "float" ? "int" : type;
  return { kind: "scalar", scalar: scalarOf(other, Buffer.from(bytes).toString()) };
}

describe("one value in the other format", () => {
  const source = '{"m": {"a": [1, {"b": null}], "a": 2}, "s": "x\\n", "f": 1e6}';

  test("is YAML with a line break, a text as it is, the first of duplicates", () => {
    expect(extracted(source, json, ["m", "a"])).toBe("- 1\n- b: null\n");
    expect(extracted(source, json, ["m", "a", 0])).toBe("1\n");
    expect(extracted(source, json, ["f"])).toBe("1e+06\n");
    expect(extracted(source, json, ["s"])).toBe("x\n");
  });

  test("is JSON with a line break behind objects alone", () => {
    expect(extracted("a: {b: [1]}", yaml, ["a"])).toBe('{\n\t"b": [\n\t\t1\n\t]\n}\n');
    expect(extracted("a: {b: [1]}", yaml, ["a", "b"])).toBe("[\n\t1\n]");
    expect(extracted("a: &x {b: 2024-01-01}\nc: *x", yaml, ["c", "b"])).toBe('"2024-01-01T00:00:00Z"');
    expect(extracted("a: !!binary /////w==", yaml, ["a"])).toBe(Buffer.from("/////w==", "base64").toString());
  });

  test.each([[["x"]], [["m", 0]], [["m", "a", "b"]], [["m", "a", 2]], [["s", 0]]])("at %j is not found", (steps) => {
    expect(() => extracted(source, json, steps)).toThrow("there is nothing at");
  });
});

test("a key that is there twice is refused, of whatever format", () => {
  const refused = (text: string, from: Format, to: Format) => () =>
    converted({ parsed: from.parse(text, "open"), from, to });
  expect(refused("A=1\nA=2\n", dotenv, yaml)).toThrow("duplicate key A: the other format holds one");
  expect(refused('{"a":[{"b":1,"b":2}]}', json, yaml)).toThrow("duplicate key a/0/b");
  expect(refused("[s]\na = 1\n[s]\nb = 2\n", ini, json)).toThrow("duplicate key s");
});
