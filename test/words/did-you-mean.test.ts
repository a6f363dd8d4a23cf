import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { editDistance, nearest } from "../../src/words/did-you-mean.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A } from "../policy/keys.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const word = fc.string({ unit: fc.constantFrom(...Array.from(LETTERS)), minLength: 3, maxLength: 12 });

/** One slip of the fingers: a letter too many, missing, wrong, or swapped with the next. */
const slip = fc.record({ kind: fc.constantFrom("insert", "remove", "replace", "swap"), at: fc.nat(), by: fc.nat(25) });

function slipped(text: string, { kind, at, by }: { kind: string; at: number; by: number }): string {
  const index = at % text.length;
  const letter = LETTERS[by] ?? "a";
  const [head, tail] = [text.slice(0, index), text.slice(index)];
  if (kind === "insert") return head + letter + tail;
  if (kind === "remove") return head + tail.slice(1);
  if (kind === "replace") return head + letter + tail.slice(1);
  return head + tail.slice(1, 2) + tail.slice(0, 1) + tail.slice(2);
}

describe("the edit distance", () => {
  test.each([
    ["", "", 0],
    ["alice", "alice", 0],
    ["", "abc", 3],
    ["alice", "alcie", 1],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
    ["žofie", "zofie", 1],
  ])("of %j and %j is %i", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });

  test("of one slip is at most one", () => {
    fc.assert(
      fc.property(word, slip, (text, one) => {
        expect(editDistance(text, slipped(text, one))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("the nearest name", () => {
  test("is the first of the nearest, whatever the case", () => {
    expect(nearest("ALICE", ["bob", "alicia", "alice"])).toBe("alice");
    expect(nearest("usrs", ["hosts", "users", "teams"])).toBe("users");
  });

  test("is none where nothing is near, nor a single other letter", () => {
    expect(nearest("margarethe", ["alice", "bob"])).toBeUndefined();
    expect(nearest("b", ["a"])).toBeUndefined();
    expect(nearest("keys", ["kms"])).toBeUndefined();
  });
});

describe("a slip in a name", () => {
  test("is answered with a name of the policy that is one slip away", async () => {
    await fc.assert(
      fc.asyncProperty(word, slip, async (name, one) => {
        const typo = slipped(name, one);
        fc.pre(typo !== name && /^[a-z]+$/.test(typo));
        const text = `users: { '${name}': ${A} }\nsecrets:\n  a.age: ['${typo}']\n`;
        const error: unknown = await parsePolicy(text, "p").catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(SecretsError);
        expect(error).toMatchObject({ hint: `did you mean ${name}?`, at: { file: "p", line: 3, column: 11 } });
      }),
    );
  });
});
