import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { yaml } from "../../src/formats/yaml.ts";

/** Line and column of the refusal, which never quotes the text. */
function refusal(text: string): readonly [line: number | undefined, column: number | undefined, message: string] {
  try {
    yaml.parse(text, "open");
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    expect(error.code).toBe("malformed");
    expect(error.message).not.toContain("SECRET");
    return [error.at?.line, error.at?.column, error.message];
  }
  throw new Error("was not refused");
}

describe("a YAML text is refused", () => {
  test.each([
    ["with a control character", "a: SECRET\nb: \u0007SECRET\n", 2, 4],
    ["with NEL, at which go-yaml breaks lines", "a: x #c\u0085b: 1\n", 1, 8],
    ["with a line separator in a comment", "a: x #c\u2028b: SECRET\n", 1, 8],
    ["with a line separator in a plain value", "a: x\u2028  SECRET\nb: 1\n", 1, 5],
    ["with a paragraph separator between entries", "a: 'x'\u2029b: SECRET\n", 1, 7],
    ["with a paragraph separator behind which a block ends", "a: |\n  x\u2029SECRET\n", 3, 1],
    ["with a lone carriage return", "a: 1\rb: 2\n", 1, 5],
    ["with a byte order mark inside", "a: 1\n\ufeffb: 2\n", 2, 1],
    ["with a lone surrogate", "a: \ud800\n", 1, 4],
    ["with a key twice", "a: SECRET\nb: 1\na: SECRET\n", 3, 1],
    ["with a key twice in another spelling", "a: 1\n'a': 2\n", 2, 1],
    ["with a key twice in flow", "x: {a: 1, a: 2}\n", 1, 11],
    ["with a number as key", "x:\n  1: SECRET\n", 2, 3],
    ["with a boolean as key", "true: SECRET\n", 1, 1],
    ["with null as key", "~: SECRET\n", 1, 1],
    ["with a list as key", "? [SECRET]\n: x\n", 1, 3],
    ["with an alias as key", "a: &x b\n*x : 1\n", 2, 1],
    ["with a list at the top", "- SECRET\n", 1, 1],
    ["with a scalar at the top", "SECRET\n", 1, 1],
    ["with an alias to nothing", "a: *SECRET\n", 1, 4],
    ["with an anchor in itself", "a: &x {b: *x}\n", 1, 11],
    ["with a merge of a scalar", "a:\n  <<: SECRET\n", 2, 7],
    ["with an integer beyond int64", "a: 9223372036854775808\n", 1, 4],
    ["with an integer up to uint64", "a: [18446744073709551615]\n", 1, 5],
    ["with a tag that does not fit", "a: !!int SECRET\n", 1, 4],
    ["with a type tag on a line of its own", "a: !!int\n  5\n", 1, 4],
    ["with base64 that is none", "a: !!binary SECRET!\n", 1, 4],
    ["with an unknown tag handle", "a: !x!y SECRET\n", 1, 4],
    ["of version 1.2, as sops does", "%YAML 1.2\n---\na: 1\n", 1, 1],
    ["with a tab for indentation", "a:\n\tb: SECRET\n", 2, 1],
    ["with a tab for indentation behind a value", "a: x\n\tb: SECRET\n", 2, 1],
    ["with a tab for indentation in a block", "a: 1\nb: |\n  x\n\tSECRET\n", 4, 1],
    ["with a tab at the beginning of a block", "a: |\n\tSECRET\n", 2, 1],
    ["with an open quote", "a: 'SECRET\n", 1, 4],
    ["with an open bracket", "a: [SECRET\n", 2, 1],
    ["with a missing colon", "a: 1\nSECRET\nb: 2\n", 2, 1],
    ["with two values on a line", "a: b: SECRET\n", 1, 5],
    ["with an unknown escape", 'a: "\\qSECRET"\n', 1, 4],
    ["with an entry left of its list", "a:\n    - x\n  - SECRET\n", 3, 3],
    ["with half a merge", "a: 1\n<<<<<<< ours\nb: SECRET\n=======\nb: SECRET\n>>>>>>> theirs\n", 2, 1],
  ])("%s", (...[, text, line, column]) => {
    expect(refusal(text).slice(0, 2)).toEqual([line, column]);
  });

  test("with more than 1,000 levels, however they are written", () => {
    const depth = 10_000;
    const block = Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:\n`).join("");
    for (const text of [block, `a: ${"[".repeat(depth)}`, "{a: ".repeat(depth), `a:\n${"- ".repeat(depth)}x`]) {
      expect(refusal(text)[2]).toContain("more than 1,000 levels of nesting");
    }
  });

  test("with aliases that multiply", () => {
    const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]\n`);
    expect(refusal(`l0: &l0 [x, x]\n${levels.join("")}`)[2]).toBe("more than 100,000 values that aliases stand for");
  });

  test("with an implicit key of more than 1,024 characters", () => {
    expect(yaml.parse(`${"k".repeat(1000)}: 1\n`, "open").leaves).toHaveLength(1);
    expect(yaml.parse(`${"😀".repeat(1000)}: 1\n`, "open").leaves).toHaveLength(1);
    expect(refusal(`${"k".repeat(1100)}: 1\n`)[0]).toBe(1);
  });
});

describe("a YAML text is accepted", () => {
  test.each([
    ["with a byte order mark in front", "\ufeffa: 1\n"],
    ["without a final line break", "a: 1"],
    ["with CRLF", "a: |\r\n  x\r\n"],
    ["that is empty", ""],
    ["that has only comments", "# c\n"],
    ["with 900 levels", `${"a: [".slice(0, 3)}${"[".repeat(900)}${"]".repeat(900)}\n`],
    ["with `<<` in quotes as a key", '"<<": x\n'],
    ["with lines that only look like a merge", "a: |\n  <<<<<<< ours\n  =======\n  >>>>>>> theirs\n"],
  ])("%s", (_, text) => {
    expect(() => yaml.parse(text, "open")).not.toThrow();
  });

  test("with 100,000 keys in one mapping", () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `key_${at}: value ${at} # c\n`);
    const parsed = yaml.parse(lines.join(""), "open");
    expect(parsed.leaves).toHaveLength(200_000);
  });
});
