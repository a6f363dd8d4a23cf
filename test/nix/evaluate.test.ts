import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { NixError } from "../../src/nix/source.ts";
import { EXPECTED, EXPRESSIONS, FAILED, jsonOf, outcome } from "./world.ts";

describe("an expression says what nix-instantiate says", () => {
  test.each(EXPRESSIONS)("%s", async (expression) => {
    expect(await outcome(`(${expression}\n)`)).toEqual(EXPECTED[expression]);
  });

  test("each expression is known, and both kinds of outcome are there", () => {
    expect(Object.keys(EXPECTED)).toEqual([...new Set(EXPRESSIONS)]);
    expect(Object.values(EXPECTED).filter((value) => value === FAILED).length).toBeGreaterThan(60);
  });
});

test("the largest integer keeps its digits", async () => {
  expect(await jsonOf("9223372036854775807")).toBe("9223372036854775807");
});

test("pipes apply functions from either side", async () => {
  expect(await jsonOf("[ (1 |> (x: x + 1) |> (x: x * 2)) ((x: x + 1) <| 1) ]")).toBe("[4,2]");
});

test("text in several lines loses the blanks that all of them begin with", async () => {
  expect(JSON.parse(await jsonOf("''\n    a\n      b ${\"c\\n  d\"}\n\n    e\n  ''"))).toBe("a\n  b c\n  d\n\ne\n");
});

async function failure(text: string): Promise<SecretsError> {
  try {
    await jsonOf(text);
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

describe("an error has a place", () => {
  const cases: Readonly<Record<string, [string, string, number, number]>> = {
    "a name that is not known": ["let\n  a = 1;\nin\n  [ b ]", "undefined variable 'b'", 4, 5],
    "a missing attribute": ["let s = { };\nin s.x", "attribute 'x' missing", 2, 6],
    "an attribute that is there twice": ["{\n  a = 1;\n  a = 2;\n}", "attribute 'a' already defined", 3, 3],
    "a missing semicolon": ["{\n  a = 1\n}", 'syntax error: unexpected "}", expected ";"', 3, 1],
    "a string that does not end": ['{ a = "x;\n}', "string without an end", 2, 2],
    "a wrong argument": ["\n builtins.length 1", "expected a list, found an integer", 2, 2],
    "an assertion": ["assert 1 == 2; 1", "assertion '1 == 2' failed", 1, 1],
  };

  test.each(Object.entries(cases))("%s", async (_, [text, message, line, column]) => {
    const error = await failure(text);

    expect(error.code).toBe("policy");
    expect(error.message).toBe(message);
    expect(error.at).toEqual({ file: "test.nix", line, column });
  });

  test("and says what it came through", async () => {
    const { notes } = await failure("let f = x: x + missing;\nin { a = f 1; }.a");

    expect(notes).toEqual(["in this call at test.nix:2:10", "in the attribute 'a' at test.nix:2:6"]);
  });
});

test("an item that listToAttrs cannot take is shown with what it should be", async () => {
  const { message, hint } = await failure("builtins.listToAttrs (builtins.attrValues { a = { publicKeys = [ ]; }; })");

  expect(message).toBe("attribute 'name' missing for call to 'listToAttrs'");
  expect(hint).toContain("each item of its list is { name = …; value = …; }, and item 1 is { publicKeys = …; }");
  expect(hint).toContain("map over attrNames");
  expect((await failure("builtins.listToAttrs [ { name = ''a''; } ]")).hint).not.toContain("attrNames");
});

test.each(["derivation { }", 'builtins.fetchurl "http://x"', "builtins.currentSystem", "<nixpkgs>", '"${./files}"'])(
  "%s is left to Nix",
  async (text) => {
    const { cause } = await failure(text);

    expect(cause).toBeInstanceOf(NixError);
    expect(cause).toHaveProperty("fault", "unsupported");
  },
);

describe("what costs too much is refused", () => {
  const hostile: Readonly<Record<string, string>> = {
    "a function that calls itself": "let f = x: f (x + 1); in f 0",
    "a sum without an end": "let f = x: x + f x; in f 0",
    "a text that doubles": 'let f = n: s: if n == 0 then s else f (n - 1) (s + s); in f 60 "aaaaaaaaaaaaaaaa"',
    "a long list": "builtins.length (builtins.genList (x: x) 1000000000)",
    "a closure without an end":
      "builtins.genericClosure { startSet = [{key = 0;}]; operator = x: [{key = x.key + 1;}]; }",
    "sets in sets without an end": "let f = n: { a = f (n + 1); }; in f 0",
    "two endless lists compared": "let f = n: [ (f (n + 1)) ]; in f 0 == f 0",
    "many replacements":
      'builtins.replaceStrings (builtins.genList (x: "z${toString x}") 10000) (builtins.genList (x: "") 10000) (let f = n: s: if n == 0 then s else f (n - 1) (s + s); in f 16 "a")',
    "lists within lists": "[".repeat(100_000),
    "parentheses within parentheses": "(".repeat(100_000),
    "negations of negations": `${"-".repeat(100_000)}1`,
    "expressions in strings": '"${'.repeat(10_000),
    "a file of 10 MB": " ".repeat(10 * 1024 * 1024),
  };

  test.each(Object.entries(hostile))("%s", async (_, text) => {
    expect((await failure(text)).code).toBe("policy");
  });

  test("but not what takes exponential time elsewhere", async () => {
    expect(await jsonOf(`builtins.match "(a+)+$" "${"a".repeat(50_000)}b"`)).toBe("null");
    expect(await jsonOf(`{${Array.from({ length: 5000 }, (_, index) => `a.b${index} = 1;`).join("")}}.a.b7`)).toBe("1");
  });
});
