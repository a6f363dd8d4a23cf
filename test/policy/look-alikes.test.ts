import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { lookAlike, whyUnclear } from "../../src/policy/look-alikes.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A, B } from "./keys.ts";

const named = (...names: readonly string[]) => names.map((name) => ({ name }));

async function problem(text: string): Promise<string> {
  const error: unknown = await parsePolicy(text, ".sops.yaml").then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SecretsError)) return "no problem";
  return `${error.code} ${error.at?.line}:${error.at?.column} ${error.message}`;
}

describe("a name by itself", () => {
  test.each([
    "alice",
    "b0b",
    "Юля",
    "田中",
    "たなか太郎",
    "José",
    "Ümit",
    "юля-laptop",
    "web1.北京",
    "Αλέξης",
    "סמנתה",
    "김철수",
  ])("%s is clear", (name) => {
    expect(whyUnclear(name)).toBeUndefined();
  });

  test.each([
    ["\u0430lice", 'mixes alphabets: "а" (U+0430) is Cyrillic, and "l" (U+006C) is Latin'],
    ["web-\u03bfps", 'mixes alphabets: "ο" (U+03BF) is Greek, and "p" (U+0070) is Latin'],
    ["al\u200bice", "has a character that cannot be seen (U+200B)"],
    ["al\u00adice", "has a character that cannot be seen (U+00AD)"],
    ["alice\ufe0f", "has a character that cannot be seen (U+FE0F)"],
    ["\u202eecila", "has a character that cannot be seen (U+202E)"],
    ["bob\u3164", "has a character that cannot be seen (U+3164)"],
    ["Jose\u0301", "has letters in a compatibility form"],
    ["\uff41lice", "has letters in a compatibility form"],
    ["\u{1d41a}lice", "has letters in a compatibility form"],
    ["li\u10d3a", 'mixes alphabets: "l" (U+006C) is Latin, and "დ" (U+10D3) is Georgian'],
    ["li\u1c4da", 'mixes alphabets: "l" (U+006C) is Latin, and "ᱍ" (U+1C4D) is of another alphabet'],
  ])("%j %s", (name, why) => {
    expect(whyUnclear(name)).toBe(why);
  });
});

describe("two names", () => {
  test.each([
    ["bob", "b0b"],
    ["alice", "a1ice"],
    ["alice", "al1ce"],
    ["alice", "aIice"],
    ["arnold", "amold"],
    ["carol", "caro1"],
    ["coco", "сосо"],
    ["O2", "02"],
    ["alice", "Alice"],
    ["ian", "Ian"],
    ["OPS", "ops"],
    ["юля", "Юля"],
  ])("%s and %s look alike", (a, b) => {
    expect(lookAlike(named("zoe", a, "web1", b))).toEqual({ earlier: { name: a }, later: { name: b } });
    expect(lookAlike(named(b, a))).toEqual({ earlier: { name: b }, later: { name: a } });
  });

  test.each([
    ["ali", "all"],
    ["web1", "web2"],
    ["web1", "web11"],
    ["bob", "rob"],
    ["Jose", "José"],
    ["ana", "anna"],
    ["will", "wili"],
  ])("%s and %s do not", (a, b) => {
    expect(lookAlike(named(a, b))).toBeUndefined();
    expect(lookAlike(named(b, a))).toBeUndefined();
  });

  test("any name looks like itself with one letter exchanged for its twin", () => {
    const twins = { o: "0", l: "1", i: "1", a: "\u0430", e: "\u0435", c: "\u0441", p: "\u0440", x: "\u0445" };
    const letters = fc.constantFrom(...Object.keys(twins), "b", "d", "w", "7");
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 9 }), fc.nat(), (word, at) => {
        const index = at % word.length;
        const exchanged = word.map((letter, place) =>
          place === index ? (new Map(Object.entries(twins)).get(letter) ?? letter) : letter,
        );
        const names = named(word.join(""), exchanged.join(""));
        fc.pre(names[0]?.name !== names[1]?.name);
        expect(lookAlike(names)).toBeDefined();
      }),
    );
  });

  test("twenty thousand are compared at once", () => {
    expect(
      lookAlike(Array.from({ length: 20_000 }, (_, index) => ({ name: `host${index + 20_000}` }))),
    ).toBeUndefined();
  });
});

test.each([
  [`users: { alice: ${A}, "\u0430lice": ${B} }\n`, /^policy 1:\d+ the name "\u0430lice" mixes alphabets/],
  [`users: { bob: ${A}, b0b: ${B} }\n`, /^policy 1:\d+ the name "b0b" looks like "bob" on line 1$/],
  [`users:\n  bob: ${A}\nhosts:\n  b0b: ${B}\n`, /^policy 4:3 the name "b0b" looks like "bob" on line 2$/],
  [`users:\n  bob: ${A}\nteams:\n  b0b: [bob]\n`, /^policy 4:3 the name "b0b" looks like "bob" on line 2$/],
  [`users:\n  bob: ${A}\nteams:\n  "\u043eps": [bob]\n`, /^policy 4:3 the name "\u043eps" mixes alphabets/],
  [
    `users:\n  bob: ${A}\nsecrets:\n  "a/t\u043eken.age": [bob]\n`,
    /^policy 4:3 the path "a\/t\u043eken.age" mixes alphabets/,
  ],
  [
    `users:\n  bob: ${A}\nsecrets:\n  "a\u200b.age": [bob]\n`,
    /^policy 4:3 the path .* has a character that cannot be seen/,
  ],
  [
    `users:\n  bob: ${A}\nsecrets:\n  "e\u0301.age": [bob]\n`,
    /^policy 4:3 the path .* has accents apart from their letters/,
  ],
  [
    `creation_rules:\n  - path_regex: "^a\u200b"\n    age: ${A}\n`,
    /^policy 2:17 path_regex has a character that cannot be seen/,
  ],
  [`users:\n  bob: ${A} # \u202e eciла\n`, /^policy 2:\d+ a character here changes the order .* \(U\+202E\)$/],
])("%j is an error at its place", async (text, wanted) => {
  expect(await problem(text)).toMatch(wanted);
});

test("names and paths in one alphabet are as good as any", async () => {
  const text = `users:\n  Юля: ${A}\nteams:\n  équipe: [Юля]\nsecrets:\n  ключи/токен-api.age: [équipe]\n`;
  expect((await parsePolicy(text, ".sops.yaml")).rule("ключи/токен-api.age")?.readers[0]?.name).toBe("Юля");
});
