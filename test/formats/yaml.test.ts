import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import type { Scalar, ScalarType } from "../../src/formats/format.ts";
import { scalarOf, textOfScalar } from "../../src/formats/scalar.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { METADATA, opened, sealed } from "./yaml-trip.ts";

const ENC = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";

function failure(work: () => unknown): SecretsError {
  try {
    work();
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

/** Paths and values; comments behind a hash. */
function leaves(text: string, side: "open" | "sealed" = "open"): readonly string[] {
  return yaml.parse(text, side).leaves.map(({ kind, path, scalar }) => {
    const mark = kind === "comment" ? "#" : `${scalar.type} `;
    return `${path.join(":")} ${mark}${textOfScalar(scalar)}`;
  });
}

/** The text with every value that is not empty sealed as ENC, without metadata. */
function sealedText(text: string): string {
  const parsed = yaml.parse(text, "open");
  const full = parsed.leaves.filter(({ scalar, copy }) => scalar.bytes.length > 0 && !copy);
  return yaml.print(
    parsed,
    full.map((leaf) => ({ leaf, source: leaf.seal(ENC) })),
    undefined,
  );
}

/** What the only value of a sealed text becomes. */
function openedAs(text: string, scalar: Scalar): string {
  const parsed = yaml.parse(text, "sealed");
  const leaf = parsed.leaves.find(({ scalar: { bytes } }) => Buffer.from(bytes).toString().startsWith("ENC["));
  return leaf === undefined ? text : yaml.print(parsed, [{ leaf, source: leaf.open(scalar) }], undefined);
}

const str = (text: string): Scalar => scalarOf("str", text);

describe("leaves", () => {
  test("have the keys as path, without list positions", () => {
    expect(leaves("a: {b: [1, [x]]}\nc:\n- d: y\n")).toEqual(["a:b int 1", "a:b str x", "c:d str y"]);
  });

  test("have the whole way as steps", () => {
    const [, second] = yaml.parse("a: {b: [1, [x]]}\n", "open").leaves;
    expect(second?.steps).toEqual(["a", "b", 1, 0]);
  });

  test("count lines, columns and documents", () => {
    const found = yaml.parse("a: 1\n---\n# c\nb:\n  c: 2\n", "open").leaves;
    expect(found.map(({ kind, line, column, document }) => [kind, line, column, document])).toEqual([
      ["value", 1, 4, 0],
      ["comment", 3, 1, 1],
      ["value", 5, 6, 1],
    ]);
  });

  test("include nulls and empty texts, and none for empty collections", () => {
    expect(leaves('a:\nb: ~\nc: ""\nd: {}\ne: []\n')).toEqual(["a null ", "b null ", "c str "]);
  });

  test("are comments before their entry, feet behind it", () => {
    expect(leaves("# head\na: 1 # inline\n# foot\n\nb: 2\n")).toEqual([
      " # head",
      " # inline",
      "a int 1",
      " # foot",
      "b int 2",
    ]);
  });

  test("leave the metadata out, with its comments", () => {
    expect(leaves("a: x\nsops:\n  # no\n  mac: y\n", "sealed")).toEqual(["a str x"]);
  });

  test("reached through an alias are copies with a path of their own", () => {
    const found = yaml.parse("a: &x {k: v}\nb: *x\n", "open", () => false).leaves;
    expect(found.map(({ path, copy }) => [path.join(":"), copy])).toEqual([
      ["a:k", false],
      ["b:k", true],
    ]);
  });

  test("of merge keys have << in their path", () => {
    expect(leaves("a: &x {k: v}\nb:\n  <<: *x\n")).toEqual(["a:k str v", "b:<<:k str v"]);
  });

  test("know the sealed place of a comment, not the open one", () => {
    const text = "a:\n  b: 1\n\n  # last\n";
    expect(leaves(text).at(-1)).toBe(" # last");
    expect(yaml.parse(text, "open", () => true).leaves.at(-1)?.path).toEqual(["a"]);
    expect(leaves(sealed(text).text, "sealed").some((each) => each.startsWith("a #ENC["))).toBe(true);
  });

  test("offer other places for a comment on the sealed side", () => {
    const [comment] = yaml.parse("a:\n  b:\n    # c\n    d: x\n", "sealed").leaves;
    expect(comment?.path).toEqual(["a", "b"]);
    expect(comment?.otherPaths).toEqual([["a"], [], ["a", "b", "d"]]);
  });
});

describe("line separators, which sops writes unescaped in quotes and blocks", () => {
  test.each([
    ["in single quotes, without the blanks around", "a: 'x \u2028    y'\n", "x\u2028y"],
    ["in double quotes", 'a: "x\u2029y"\n', "x\u2029y"],
    ["two of them", "a: '\u2028\u2029    x'\n", "\u2028\u2029x"],
    ["behind a line break", "a: 'x\n\u2028    y'\n", "x\u2028y"],
    ["in a literal block", "a: |-\n  x\u2028  y\n  z\n", "x\u2028y\nz"],
    ["in a folded block", "a: >\n  x\u2028  y\n  z\n", "x\u2028y z\n"],
    ["at the end of a block", "a: |+\n  x\u2028\nb: y\n", "x\u2028\n"],
    ["at the end of a block, with the next key behind it", "a: |\n  x\u2028b: y\n", "x\u2028"],
  ])("%s", (_, text, value) => {
    const [leaf] = yaml.parse(text, "sealed").leaves;
    expect(textOfScalar(leaf?.scalar ?? str("?"))).toBe(value);
  });

  test("a byte order mark is a character like others within a line", () => {
    const [leaf] = yaml.parse("a: x\ufeffy\n", "open").leaves;
    expect(textOfScalar(leaf?.scalar ?? str("?"))).toBe("x\ufeffy");
  });
});

describe("sealing", () => {
  test.each([
    ["a plain text", "a: x\n", `a: ${ENC}\n`],
    ["a text in quotes", "a: 'x'\nb: \"y\"\n", `a: '${ENC}'\nb: "${ENC}"\n`],
    ["a plain text in flow needs quotes", "a: [x, {b: 1}]\n", `a: ['${ENC}', {b: '${ENC}'}]\n`],
    ["a literal block keeps its header", "a: |2-\n    x\n   y\nb:\n", `a: |2-\n  ${ENC}\nb:\n`],
    ["a folded block becomes one line", "a: >+\n   x\n   y\n\nb:\n", `a: >+\n   ${ENC}\n\nb:\n`],
    ["a comment in a block header is one of its own", "a: | # c\n  x\n", `a: | #${ENC}\n  ${ENC}\n`],
    ["a plain text over lines", "a: x\n  y\nb:\n", `a: ${ENC}\nb:\n`],
    ["a comment loses the blank behind its #", "# c\na:\n", `#${ENC}\na:\n`],
    ["an empty comment stays", "#\na:\n", "#\na:\n"],
    ["null and empty texts stay", "a: ~\nb: ''\nc:\nd: {}\n", "a: ~\nb: ''\nc:\nd: {}\n"],
    ["a local tag and an anchor stay", "a: !x &y z\n", `a: !x &y ${ENC}\n`],
    ["a type tag goes, the anchor stays", "a: !!int &y 5\nb: &z !!float 1\n", `a: &y ${ENC}\nb: &z ${ENC}\n`],
    ["a comment in a list stays a comment", "a:\n  # c\n  - x\n", `a:\n  #${ENC}\n  - ${ENC}\n`],
    ["line ends stay", "a: |\r\n  x\r\n  y\r\nb: z\r\n", `a: |\r\n  ${ENC}\r\nb: ${ENC}\r\n`],
  ])("%s", (_, text, expected) => {
    expect(sealedText(text)).toBe(expected);
  });
});

describe("opening", () => {
  const plain = `a: ${ENC}\n`;
  test.each<readonly [string, ScalarType, string, string]>([
    ["an integer", "int", "-7", "a: -7\n"],
    ["a float that is a number with exponent there", "float", "1000000000000000000000", "a: 1e+21\n"],
    ["a float of seven digits", "float", "5432123", "a: 5.432123e+06\n"],
    ["a small float", "float", "0.00001", "a: 1e-05\n"],
    ["a float with a fraction", "float", "-1.5", "a: -1.5\n"],
    ["a float that is zero below zero", "float", "-0", "a: -0.0\n"],
    ["an infinite float", "float", "-Inf", "a: -.inf\n"],
    ["a boolean", "bool", "True", "a: true\n"],
    ["a timestamp", "time", "2024-01-02T03:04:05.6+01:00", "a: 2024-01-02T03:04:05.6+01:00\n"],
    ["a day", "time", "2024-01-02T00:00:00Z", "a: 2024-01-02\n"],
    ["a text that looks like a number", "str", "0777", 'a: "0777"\n'],
    ["a text that YAML 1.1 takes for a boolean", "str", "yes", 'a: "yes"\n'],
    ["a text that YAML 1.1 takes for a time of day", "str", "1:30", 'a: "1:30"\n'],
    ["a text that cannot be plain", "str", "- it's", "a: '- it''s'\n"],
    ["a text with a colon and a blank", "str", "x: y", "a: 'x: y'\n"],
    ["a text with blanks around it", "str", " x ", "a: ' x '\n"],
    ["a text with a tab, which PyYAML cannot read plain", "str", "x\ty", 'a: "x\\ty"\n'],
    ["the word that YAML 1.1 takes for a default value", "str", "=", 'a: "="\n'],
    ["the word that YAML 1.1 takes for a merge", "str", "<<", 'a: "<<"\n'],
    ["a text with a tab in front", "str", "\tx", 'a: "\\tx"\n'],
    ["a text with control characters", "str", "x\u0007\u0085\u2028\r", 'a: "x\\a\\N\\L\\r"\n'],
    ["a text beyond the Basic Multilingual Plane", "str", "😀 é", "a: 😀 é\n"],
    ["a text of several lines", "str", "x\ny\n", "a: |\n    x\n    y\n"],
    ["a text of several lines without a final one", "str", "x\n\n  y", "a: |-\n    x\n\n      y\n"],
    ["a text of several lines with blanks in front", "str", " x\ny\n", "a: |4\n     x\n    y\n"],
    ["a text of line breaks only", "str", "\n\n", 'a: "\\n\\n"\n'],
    ["a text of several lines with a control character", "str", "x\ny\u0007", 'a: "x\\ny\\a"\n'],
    ["an empty text", "str", "", 'a: ""\n'],
  ])("%s", (...[, type, text, expected]) => {
    expect(openedAs(plain, scalarOf(type, text))).toBe(expected);
    const [leaf] = yaml.parse(expected, "open").leaves;
    expect([leaf?.scalar.type, textOfScalar(leaf?.scalar ?? str("?"))]).toEqual([type, text]);
  });

  test.each(["5432", "0", "-3", "999999"])("a whole float is written as sops writes it: %s", (text) => {
    expect(openedAs(plain, scalarOf("float", text))).toBe(`a: ${text}\n`);
  });

  test("bytes that are no text become !!binary", () => {
    const bytes = Uint8Array.of(0xff, 0xfe);
    const text = openedAs(plain, { type: "str", bytes });
    expect(text).toBe("a: !!binary //4=\n");
    expect(yaml.parse(text, "open").leaves[0]?.scalar.bytes).toEqual(Buffer.from(bytes));
  });

  test("a text of several lines stays on one where a block would swallow a comment", () => {
    expect(openedAs(`a: ${ENC} # c\n`, str("x\ny"))).toBe('a: "x\\ny" # c\n');
    expect(openedAs(`a: ${ENC}\n      # c\n`, str("x\ny"))).toBe('a: "x\\ny"\n      # c\n');
    expect(openedAs(`a: ['${ENC}']\n`, str("x\ny"))).toBe('a: ["x\\ny"]\n');
    expect(openedAs(`a: ${ENC} \n`, str("x\ny"))).toBe('a: "x\\ny" \n');
  });

  test("a text of several lines is indented as the metadata is", () => {
    const text = `a:\n  b: ${ENC}\nsops:\n  mac: x\n`;
    expect(openedAs(text, str("x\ny\n"))).toBe("a:\n  b: |\n    x\n    y\n");
  });

  test("in quotes stays in quotes where these can hold it", () => {
    expect(openedAs(`a: '${ENC}'\n`, str("it's"))).toBe("a: 'it''s'\n");
    expect(openedAs(`a: '${ENC}'\n`, str("x\ny"))).toBe('a: "x\\ny"\n');
    expect(openedAs(`a: "${ENC}"\n`, str('"\\\t'))).toBe('a: "\\"\\\\\\t"\n');
  });

  test("in quotes loses them where it is not a text", () => {
    expect(openedAs(`{"a": "${ENC}"}\n`, scalarOf("int", "7"))).toBe('{"a": 7}\n');
    expect(openedAs(`a: "${ENC}"#c\n`, scalarOf("int", "7"))).toBe("a: 7 #c\n");
  });

  test("in flow is plain only if it reads back so", () => {
    expect(openedAs(`a: ['${ENC}']\n`, str("x y"))).toBe("a: [x y]\n");
    expect(openedAs(`a: ['${ENC}']\n`, str("x, y"))).toBe("a: ['x, y']\n");
    expect(openedAs(`a: ['${ENC}']\n`, str("true"))).toBe("a: ['true']\n");
    expect(openedAs(`a: ['${ENC}'#c\n ]\n`, str("x"))).toBe("a: ['x'#c\n ]\n");
  });

  test("in a block fits the header to the line breaks at the end", () => {
    const block = `a: |\n  ${ENC}\nb:\n`;
    expect(openedAs(block, str("x\n"))).toBe("a: |\n  x\nb:\n");
    expect(openedAs(block, str("x"))).toBe("a: |-\n  x\nb:\n");
    expect(openedAs(block, str("x\n\n"))).toBe("a: |+\n  x\n\nb:\n");
    expect(openedAs(block, str("x\u0007"))).toBe('a: "x\\a"\nb:\n');
    expect(openedAs(block, scalarOf("int", "5"))).toBe("a: 5\nb:\n");
  });

  test("in a folded block writes what folds to it", () => {
    const block = `a: >\n  ${ENC}\nb:\n`;
    const text = openedAs(block, str("x y\n\n  deep\nz\n"));
    expect(leaves(text)[0]).toBe("a str x y\n\n  deep\nz\n");
  });

  test("an element of type comment is a comment again", () => {
    const comment = ENC.replace("type:str", "type:comment");
    const text = `a:\n  - ${comment}\n  - x\n`;
    expect(yaml.parse(text, "sealed").leaves[0]?.kind).toBe("comment");
    expect(openedAs(text, scalarOf("comment", " c"))).toBe("a:\n  # c\n  - x\n");
    expect(openedAs(`a:\n  - ${comment}\n`, scalarOf("comment", " c"))).toBe("a:\n  # c\n  []\n");
  });

  test("a comment of several lines is refused", () => {
    expect(failure(() => openedAs(`#${ENC}\na: 1\n`, scalarOf("comment", "x\ny"))).code).toBe("malformed");
  });
});

describe("a merge of a list of texts, in a document behind the first", () => {
  test("is a key like others, as sops takes it", () => {
    const text = "a: 1\n---\nb:\n  <<: [x]\n";
    expect(yaml.parse(text, "open").leaves.map(({ path }) => path.join(":"))).toEqual(["a", "b:<<"]);
  });
});

describe("aliases", () => {
  const all = () => true;
  test("that reach a sealed value are written out", () => {
    expect(yaml.expandAliases?.("a: &x {k: [v, 1.0]}\nb: *x\n", all)).toEqual({
      text: "a: &x {k: [v, 1.0]}\nb: {k: [v, 1.0]}\n",
      at: [{ line: 2, column: 4 }],
    });
  });

  test("stay where nothing on either side is sealed", () => {
    const text = "a: &x {k: v}\nb: *x\nc: secret\n";
    expect(yaml.expandAliases?.(text, ({ path }) => path[0] === "c").text).toBe(text);
  });

  test("go where only the copy would be sealed, or only what it copies", () => {
    const text = "a: &x v\nb: *x\n";
    const out = "a: &x v\nb: v\n";
    expect(yaml.expandAliases?.(text, ({ path }) => path[0] === "b").text).toBe(out);
    expect(yaml.expandAliases?.(text, ({ path }) => path[0] === "a").text).toBe(out);
  });

  test("go where a comment in what they copy is sealed", () => {
    const text = "a: &x\n  # c\n  k: v\nb: *x\n";
    expect(yaml.expandAliases?.(text, ({ kind }) => kind === "comment").text).toBe("a: &x\n  # c\n  k: v\nb: {k: v}\n");
  });

  test("under << become a mapping in place", () => {
    expect(yaml.expandAliases?.("a: &x {k: v}\nb:\n  <<: *x\n  l: w\n", all).text).toBe(
      "a: &x {k: v}\nb:\n  <<: {k: v}\n  l: w\n",
    );
  });
});

describe("the metadata", () => {
  const put = (text: string) => yaml.print(yaml.parse(text, "open"), [], new Map([["version", "1.2.3"]]));
  test.each([
    ["goes to the end", "a: 1\n", "a: 1\nsops:\n    version: 1.2.3\n"],
    ["brings no final line break", "a: 1", "a: 1\nsops:\n    version: 1.2.3"],
    ["takes the line ends of the file", "a: 1\r\n", "a: 1\r\nsops:\r\n    version: 1.2.3\r\n"],
    ["stands before the end marker", "a: 1\n...\n", "a: 1\nsops:\n    version: 1.2.3\n...\n"],
    [
      "stands in every document",
      "a: 1\n---\nb: 2\n",
      "a: 1\nsops:\n    version: 1.2.3\n---\nb: 2\nsops:\n    version: 1.2.3\n",
    ],
    ["stands at the column of the root", "  a: 1\n", "  a: 1\n  sops:\n    version: 1.2.3\n"],
    ["goes into braces", "{a: 1}\n", '{a: 1, "sops": {version: 1.2.3}}\n'],
    ["leaves a comma in braces", "{a: 1,}\n", '{a: 1,"sops": {version: 1.2.3}, }\n'],
    ["stands in the place of empty braces", "{}\n", "sops:\n    version: 1.2.3\n"],
    ["goes into empty braces behind a marker", "---\n{}\n", '---\n{"sops": {version: 1.2.3}}\n'],
    [
      "is the content of an empty first document",
      "{}\n---\na: 1\n",
      "sops:\n    version: 1.2.3\n---\na: 1\nsops:\n    version: 1.2.3\n",
    ],
    [
      "is the content of empty documents with markers",
      "---\n---\na: 1\n---\n",
      "---\nsops:\n    version: 1.2.3\n---\na: 1\nsops:\n    version: 1.2.3\n---\nsops:\n    version: 1.2.3\n",
    ],
    ["is the content of an empty document", "---\n", "---\nsops:\n    version: 1.2.3\n"],
    ["stands below comments alone", "# c\n", "# c\nsops:\n    version: 1.2.3\n"],
    ["stands below trailing comments", "a: 1\n\n# c\n", "a: 1\n\n# c\nsops:\n    version: 1.2.3\n"],
  ])("%s", (_, text, expected) => {
    expect(put(text)).toBe(expected);
    expect(yaml.print(yaml.parse(expected, "sealed"), [], undefined)).toBe(text);
  });

  test("leaves empty braces where nothing else would show the document, as sops does", () => {
    expect(put("")).toBe("sops:\n    version: 1.2.3\n");
    expect(yaml.print(yaml.parse(put(""), "sealed"), [], undefined)).toBe("{}\n");
    expect(yaml.print(yaml.parse(put("null\n"), "sealed"), [], undefined).trim()).toBe("{}");
  });

  test("is printed as sops 3.13 prints it", () => {
    expect(yaml.print(yaml.parse("a: 1\n", "open"), [], METADATA)).toBe(`a: 1
sops:
    age:
        - enc: |
            -----BEGIN X-----
            abc
            -----END X-----
          recipient: age1xyz
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ENC[AES256_GCM,data:aa==,iv:aa==,tag:aa==,type:str]
    version: 3.13.2
`);
  });

  test("reads back as it was written", () => {
    const text = yaml.print(yaml.parse("a: 1\n", "open"), [], METADATA);
    expect(yaml.parse(text, "sealed").metadata).toEqual(METADATA);
    expect(yaml.parse("a: 1\n", "open").metadata).toBeUndefined();
  });

  const STANDING = `a: x
sops:
  kms: []
  # by hand
  lastmodified: '2020-01-01T00:00:00Z'
  mac: ENC[old]
  age:
  -   recipient: age1a
      enc: |
          A
  -   recipient: age1b # b
      enc: |
          B
  version: 3.7.3
`;
  const changed = (change: (tree: Map<string, unknown>) => void): string => {
    const parsed = yaml.parse(STANDING, "sealed");
    if (!(parsed.metadata instanceof Map)) throw new TypeError("no mapping");
    const tree = new Map(parsed.metadata);
    change(tree);
    return yaml.print(parsed, [], tree);
  };

  test("that does not change is left alone", () => {
    expect(changed(() => undefined)).toBe(STANDING);
  });

  test("changes by the field, in its old order, quotes and indentation", () => {
    const text = changed((tree) => tree.set("mac", "ENC[new]").set("lastmodified", "2026-01-01T00:00:00Z"));
    expect(text).toBe(STANDING.replace("old", "new").replace("2020-01-01", "2026-01-01"));
  });

  test("keeps the entries of a list that stay, and their comments", () => {
    const entry = new Map([
      ["enc", "C\n"],
      ["recipient", "age1c"],
    ]);
    const text = changed((tree) => tree.set("age", [...[tree.get("age")].flat(), entry]));
    expect(text).toBe(STANDING.replace("  version", "  - enc: |\n      C\n    recipient: age1c\n  version"));
    const less = changed((tree) => tree.set("age", [tree.get("age")].flat().slice(1)));
    expect(less).toBe(STANDING.replace("  -   recipient: age1a\n      enc: |\n          A\n", ""));
  });

  test("is carried over to an edited text as it stands, in every document", () => {
    const one = STANDING.replace("a: x\n", "");
    const previous = yaml.parse(`a: x\n${one}---\nb: x\n${one}`, "sealed");
    if (!(previous.metadata instanceof Map)) throw new TypeError("no mapping");
    const metadata = new Map(previous.metadata).set("mac", "ENC[new]");
    const edited = yaml.parse("a: z\nc: w\n---\nb: z", "open");
    const expected = one.replace("old", "new");
    expect(yaml.printLike?.(edited, [], { metadata, previous })).toBe(
      `a: z\nc: w\n${expected}---\nb: z\n${expected}`.trimEnd(),
    );
  });

  test("in a later document of an open text is seen", () => {
    expect(yaml.parse("a: 1\n---\nsops: {x: 1}\n", "open").metadata).toEqual(new Map([["x", 1]]));
    expect(yaml.parse("a: 1\n---\nsops: {x: 1}\n", "sealed").metadata).toBeUndefined();
  });

  test("takes new fields where their names sort, and loses old ones", () => {
    const text = changed((tree) => {
      tree.delete("kms");
      tree.set("mac_only_encrypted", true).set("unencrypted_suffix", "_x");
    });
    expect(text).toContain("  mac: ENC[old]\n  mac_only_encrypted: true\n");
    expect(text).toContain("\n  mac_only_encrypted: true\n  unencrypted_suffix: _x\n");
    expect(text).not.toContain("kms");
  });
});

describe("spellings that do not survive on their own", () => {
  // The documents layer keeps these in a metadata field of ours; the values are the same in any case.
  test.each([
    ["numbers that are not canonical", "a: [0x1F, 0777, 1_000, 1.10, 1e3, +5]\n", "a: [31, 511, 1000, 1.1, 1000, 5]\n"],
    ["booleans in capitals", "a: True\n", "a: true\n"],
    ["midnight in UTC", "a: 2024-01-01T00:00:00Z\n", "a: 2024-01-01\n"],
    ["timestamps that are not canonical", "a: 2024-01-01 10:00:00\n", "a: 2024-01-01T10:00:00Z\n"],
    ["plain words that YAML 1.1 takes for booleans", "a: yes\n", 'a: "yes"\n'],
    ["plain scalars over lines", "a: x\n  y\n", "a: x y\n"],
    ["quoted scalars over lines", 'a: "x\n  y"\n', 'a: "x y"\n'],
    ["folded blocks over lines", "a: >\n  x\n  y\n", "a: >\n  x y\n"],
    ["needless escapes", 'a: "\\u00e9\\x41"\n', 'a: "éA"\n'],
    ["raw tabs in double quotes", 'a: "x\ty"\n', 'a: "x\\ty"\n'],
    ["needless single quotes in flow", "a: ['x']\n", "a: [x]\n"],
    ["type tags", "a: !!int 5\n", "a: 5\n"],
    ["lines of blanks in blocks", "a: |\n  x\n \n  y\n", "a: |\n  x\n\n  y\n"],
    ["a null at the top that is spelled out", "--- null\n", "---\n"],
  ])("%s", (_, text, expected) => {
    expect(opened(sealed(text).text).trimEnd()).toBe(expected.trimEnd());
  });

  test("aliases to sealed values", () => {
    expect(opened(sealed("a: &x v\nb: *x\n").text)).toBe("a: &x v\nb: v\n");
  });
});
