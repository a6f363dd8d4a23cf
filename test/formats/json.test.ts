import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import type { Scalar, Tree } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { scalarOf, textOfScalar } from "../../src/formats/scalar.ts";

const text = (scalar: Scalar) => `${scalar.type}:${textOfScalar(scalar)}`;
const leaves = (source: string) =>
  json.parse(source, "open").leaves.map((leaf) => `${leaf.path.join(":")}=${text(leaf.scalar)}`);

function failure(work: () => unknown): SecretsError {
  try {
    work();
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

describe("typing", () => {
  test("follows sops 3.13.2 for every kind of scalar", () => {
    const source =
      '{"b":1,"a":-0,"c":1.0,"d":1e3,"e":9223372036854775807,"f":9223372036854775808,"g":"\\ud800x","n":0.0000001,"big":1e21,"nz":-0.0,"t":true,"z":null,"s":""}';
    expect(leaves(source)).toEqual([
      "b=int:1",
      "a=int:0",
      "c=float:1",
      "d=float:1000",
      "e=int:9223372036854775807",
      "f=float:9223372036854776000",
      "g=str:\uFFFDx",
      "n=float:0.0000001",
      "big=float:1000000000000000000000",
      "nz=float:-0",
      "t=bool:True",
      "z=null:",
      "s=str:",
    ]);
  });

  test("keeps the order of keys that look like numbers, and duplicates", () => {
    expect(leaves('{"2":"a","1":"b","x":"c","x":"d"}')).toEqual(["2=str:a", "1=str:b", "x=str:c", "x=str:d"]);
  });

  test("leaves list positions out of the path and keeps them in the steps", () => {
    const [, second] = json.parse('{"a":{"b":[1,[2,{"c":3}]]}}', "open").leaves;
    expect(second?.path).toEqual(["a", "b"]);
    expect(second?.steps).toEqual(["a", "b", 1, 0]);
  });

  test("counts lines and columns from 1", () => {
    const [leaf] = json.parse('{\n\t"a": "x"\n}', "open").leaves;
    expect([leaf?.line, leaf?.column]).toEqual([2, 7]);
  });
});

describe("what is not JSON", () => {
  const bad: readonly (readonly [string, string, number, number])[] = [
    ["an array at the top", "[1]", 1, 1],
    ["a scalar at the top", '"x"', 1, 1],
    ["a byte order mark", '\uFEFF{"a":1}', 1, 1],
    ["trailing text", '{"a":1}\nx', 2, 1],
    ["a trailing comma", '{"a":1,}', 1, 8],
    ["single quotes", "{'a':1}", 1, 2],
    ["a raw line break in a string", '{"a":"x\ny"}', 1, 8],
    ["a number that overflows", '{"a":1e999}', 1, 6],
    ["a leading zero", '{"a":01}', 1, 7],
    ["an unknown word", '{"a":nul}', 1, 6],
    ["a comment", '{"a":1} // x', 1, 9],
    ["merge markers", '{\n<<<<<<< ours\n"a":1\n}', 2, 1],
    ["an unknown escape", '{"a":"\\x41"}', 1, 7],
    ["nothing", "", 1, 1],
    ["an end in the middle", '{"a":', 1, 6],
    ["two sops keys", '{"sops":1,"sops":{}}', 1, 18],
  ];
  test.each(bad)("%s is refused with its place", (...[, source, line, column]) => {
    const error = failure(() => json.parse(source, "open"));
    expect(error.code).toBe("malformed");
    expect(error.at).toMatchObject({ line, column });
  });

  test("nesting of 100,000 is refused and not overflowed", () => {
    expect(failure(() => json.parse('{"a":'.repeat(100_000), "open")).message).toContain("levels of nesting");
    expect(failure(() => json.parse(`{"a":${"[".repeat(100_000)}`, "open")).message).toContain("levels of nesting");
  });

  test("nesting of 999 is read", () => {
    expect(leaves(`{"a":${"[".repeat(999)}1${"]".repeat(999)}}`)).toEqual(["a=int:1"]);
  });

  test("says nothing of the text it could not read", () => {
    expect(failure(() => json.parse('{"a":"hunter2\n"}', "open")).message).not.toContain("hunter2");
  });
});

describe("opening", () => {
  const open = (type: Scalar["type"], value: string) => {
    const [leaf] = json.parse('{"a":"ENC[]"}', "sealed").leaves;
    return leaf?.open(scalarOf(type, value));
  };
  test("writes each type as JSON does", () => {
    expect(open("int", "9223372036854775807")).toBe("9223372036854775807");
    expect(open("float", "1")).toBe("1");
    expect(open("float", "-0")).toBe("-0");
    expect(open("float", "1000000000000000000000")).toBe("1e+21");
    expect(open("float", "0.0000001")).toBe("1e-7");
    expect(open("bool", "True")).toBe("true");
    expect(open("time", "2024-01-01T00:00:00Z")).toBe('"2024-01-01T00:00:00Z"');
    expect(open("str", 'a"\\\n<é')).toBe('"a\\"\\\\\\n<é"');
  });

  test("refuses what JSON cannot say", () => {
    expect(failure(() => open("float", "NaN")).code).toBe("malformed");
    expect(failure(() => open("float", "+Inf")).code).toBe("malformed");
    const [leaf] = json.parse('{"a":"ENC[]"}', "sealed").leaves;
    expect(failure(() => leaf?.open({ type: "str", bytes: new Uint8Array([0xff]) })).code).toBe("malformed");
  });

  test.each([
    ["[c,1,2]", "[1,2]"],
    ["[c, c, 1]", "[1]"],
    ["[1, c, 2, c]", "[1, 2]"],
    ["[1, c, c]", "[1]"],
    ["[ c ]", "[]"],
  ])("takes comments out of %s with their commas", (list, rest) => {
    const parsed = json.parse(`{"a":${list.replaceAll("c", '"ENC"')}}`, "sealed");
    const gone = parsed.leaves.filter((leaf) => leaf.scalar.type === "str").map((leaf) => ({ leaf, source: "" }));
    expect(json.print(parsed, gone, undefined)).toBe(`{"a":${rest}}`);
  });
});

const METADATA: Tree = new Map<string, Tree>([
  ["age", [new Map([["enc", "a\nb"]])]],
  ["shamir_threshold", 2],
  ["mac_only_encrypted", true],
]);

describe("metadata", () => {
  test("is written as the last entry, in the style of the file", () => {
    const print = (source: string) => json.print(json.parse(source, "open"), [], METADATA);
    expect(print('{\n\t"a": 1\n}\n')).toBe(
      '{\n\t"a": 1,\n\t"sops": {\n\t\t"age": [\n\t\t\t{\n\t\t\t\t"enc": "a\\nb"\n\t\t\t}\n\t\t],\n\t\t"shamir_threshold": 2,\n\t\t"mac_only_encrypted": true\n\t}\n}\n',
    );
    expect(print('{"a":1}')).toBe(
      '{"a":1,"sops":{"age":[{"enc":"a\\nb"}],"shamir_threshold":2,"mac_only_encrypted":true}}',
    );
    expect(print('{\r\n  "a": 1\r\n}')).toContain('"a": 1,\r\n  "sops": {\r\n    "age": [\r\n');
  });

  test.each([
    "{}",
    "{ }",
    "{\n}\n",
    '{"a":1}',
    '{"a": 1, "b": [\n]}',
    ' { "a":1 } ',
    '{\r\n "a": {\r\n  "b": 1}, "c":2 }\r\n',
  ])("is taken out of %j without a trace", (source) => {
    const sealed = json.print(json.parse(source, "open"), [], METADATA);
    const parsed = json.parse(sealed, "sealed");
    expect(parsed.metadata).toEqual(METADATA);
    expect(json.print(parsed, [], undefined)).toBe(source);
  });

  test("is updated in place: what is equal keeps its spelling", () => {
    const source = '{"sops": {"age":[{"enc":"\\u0061"}], "mac" : "old",\n"version":"1"}, "a":1}';
    const fields = new Map<string, Tree>([
      ["age", [new Map([["enc", "a"]])]],
      ["mac", "new"],
      ["version", "1"],
    ]);
    expect(json.print(json.parse(source, "sealed"), [], fields)).toBe(source.replace("old", "new"));
  });
});

describe("set", () => {
  const set = (source: string, steps: (string | number)[], value: string) =>
    json.set(json.parse(source, "open"), steps, value);
  test.each([
    ['{"a": 1}', ["a"], "5", '{"a": 5}'],
    ['{"a": 1}', ["b"], '"x"', '{"a": 1, "b": "x"}'],
    ['{"a":1}', ["b"], "1", '{"a":1,"b":1}'],
    ['{\n  "a": 1\n}', ["b", "c"], "1", '{\n  "a": 1,\n  "b": {\n    "c": 1\n  }\n}'],
    ['{\n  "a": []\n}', ["a", 7], "1", '{\n  "a": [\n    1\n  ]\n}'],
    ['{\n  "a": [1, 2]\n}', ["a", 9], "3", '{\n  "a": [1, 2, 3]\n}'],
    ['{\n  "a": [1, 2]\n}', ["a", 0], "3", '{\n  "a": [3, 2]\n}'],
    ['{"a": 1}', ["a", "b", 0], "1", '{"a": {"b": [1]}}'],
    ["{}", ["a"], '{"x":1.10,"y":[]}', '{\n\t"a": {\n\t\t"x": 1.10,\n\t\t"y": []\n\t}\n}'],
    ['{"a":1,"a":2}', ["a"], "3", '{"a":3,"a":2}'],
  ])("%s at %j to %s", (...[source, steps, value, result]) => {
    expect(set(source, steps, value)).toBe(result);
  });

  test("refuses positions in objects and keys in lists", () => {
    expect(failure(() => set('{"a":{}}', ["a", 0], "1")).code).toBe("not-found");
    expect(failure(() => set('{"a":[]}', ["a", "b"], "1")).code).toBe("not-found");
    expect(failure(() => set("{}", [], "1")).code).toBe("usage");
    expect(failure(() => set("{}", ["a"], "nope")).code).toBe("malformed");
  });
});

describe("unset", () => {
  const unset = (source: string, steps: (string | number)[]) => json.unset(json.parse(source, "open"), steps);
  test.each([
    ['{"a": 1, "b": 2}', ["a"], '{"b": 2}'],
    ['{"a": 1, "b": 2}', ["b"], '{"a": 1}'],
    ['{\n\t"a": 1\n}', ["a"], "{}"],
    ['{"a": [1, 2, 3]}', ["a", 1], '{"a": [1, 3]}'],
    ['{"a": {"b": {"c": 1}}}', ["a", "b", "c"], '{"a": {"b": {}}}'],
  ])("%s without %j", (source, steps, result) => {
    expect(unset(source, steps)).toBe(result);
  });

  test("says what is not there", () => {
    expect(failure(() => unset('{"a":1}', ["a/b", 0])).message).toContain("a~1b/0");
  });
});

describe("extract", () => {
  const extract = (source: string, steps: (string | number)[]) =>
    Buffer.from(json.extract(json.parse(source, "open"), steps)).toString();
  test("prints strings raw, scalars as they stand, objects with a final line break", () => {
    const source = '{\n  "a": {"s": "x\\ny", "n": 1.10, "l": [1,2]}\n}\n';
    expect(extract(source, ["a", "s"])).toBe("x\ny");
    expect(extract(source, ["a", "n"])).toBe("1.10");
    expect(extract(source, ["a", "l"])).toBe("[\n  1,\n  2\n]");
    expect(extract(source, ["a"])).toBe('{\n  "s": "x\\ny",\n  "n": 1.10,\n  "l": [\n    1,\n    2\n  ]\n}\n');
    expect(extract(source, [])).toBe(source);
    expect(failure(() => extract(source, ["a", "x"])).code).toBe("not-found");
  });
});

describe("properties", () => {
  test("reads every JSON text to the values that JSON.parse gives", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()),
        fc.constantFrom(0, 1, "\t"),
        (value, indent) => {
          const source = JSON.stringify(value, null, indent);
          const parsed = json.parse(source, "open");
          for (const leaf of parsed.leaves) expect(leaf.open(leaf.scalar)).toBe(source.slice(leaf.start, leaf.end));
          expect(json.print(parsed, [], undefined)).toBe(Object.hasOwn(value, "sops") ? expect.any(String) : source);
        },
      ),
    );
  });

  test("never fails but with a place", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\ue1-0.n\n sops')) }), (source) => {
        try {
          json.parse(source, "sealed");
        } catch (error) {
          expect(error).toBeInstanceOf(SecretsError);
        }
      }),
    );
  });
});
