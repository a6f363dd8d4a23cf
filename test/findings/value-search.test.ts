import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formsOf, isWorthSeeking, valueSearch } from "../../src/findings/reading/value-search.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each(["hunter2!x", "sk_live_51H8xQ2e", "correct horse Battery", "8f14e45fceea167a", "pässwörter"])(
  "%s is looked for",
  (text) => {
    expect(isWorthSeeking(bytes(text))).toBe(true);
  },
);

test.each([
  "short",
  "12345678901",
  "2026-01-01T00:00:00Z",
  "true",
  "production",
  "PRODUCTION",
  "db.example.org",
  "https://example.org",
  "value of nothing",
])("%s stands everywhere and is not looked for", (text) => {
  expect(isWorthSeeking(bytes(text))).toBe(false);
});

describe("searching", () => {
  const search = valueSearch([
    { bytes: bytes("hunter2-one\n"), owner: "one" },
    { bytes: bytes("hunter2-two"), owner: "two" },
  ]);

  test("each value is answered once, with its first place", () => {
    expect(search(bytes("x hunter2-two hunter2-one hunter2-two"))).toEqual([
      { owner: "two", offset: 2 },
      { owner: "one", offset: 14 },
    ]);
  });

  test("at the very end and the very beginning", () => {
    expect(search(bytes("hunter2-one"))).toEqual([{ owner: "one", offset: 0 }]);
  });

  test("a part of a value is none", () => {
    expect(search(bytes("hunter2-on hunter2-tw"))).toEqual([]);
    expect(search(bytes(""))).toEqual([]);
  });
});

test("values in one another are all found, whatever they begin with", () => {
  const letter = fc.constantFrom("a", "b");
  const value = fc.array(letter, { minLength: 8, maxLength: 12 }).map((letters) => letters.join(""));
  const text = fc.array(letter, { maxLength: 60 }).map((letters) => letters.join(""));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), text, (values, where) => {
      const search = valueSearch(values.map((each, index) => ({ bytes: bytes(each), owner: index })));
      const expected = values.flatMap((each, owner) =>
        where.includes(each) ? [{ owner, offset: where.indexOf(each) }] : [],
      );

      expect([...search(bytes(where))].sort((a, b) => a.owner - b.owner)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test("values that begin alike are no more work", () => {
  const values = Array.from({ length: 50_000 }, (_, index) => `postgres://user:${index.toString().padStart(8, "0")}`);
  const search = valueSearch(values.map((each, index) => ({ bytes: bytes(each), owner: index })));

  expect(search(bytes("postgres://user:none ".repeat(50_000)))).toEqual([]);
  expect(search(bytes(values.join("\n")))).toHaveLength(values.length);
  expect(search(bytes(`${values[7]} `.repeat(50_000)))).toEqual([{ owner: 7, offset: 0 }]);
});

describe("the forms of a value", () => {
  const forms = (text: string) => formsOf(bytes(text)).map((each) => [each.form, new TextDecoder().decode(each.bytes)]);

  test("are its bytes, its base64 with and without a line end, and its hexadecimal", () => {
    expect(forms("hunter2-three\n")).toEqual([
      ["unencrypted", "hunter2-three"],
      ["in base64", "aHVudGVyMi10aHJlZQ"],
      ["in base64", "aHVudGVyMi10aHJlZQo"],
      ["in hexadecimal", "68756e746572322d7468726565"],
    ]);
  });

  test("are those of JSON and of addresses where these differ", () => {
    expect(forms('say "hi" & go')).toContainEqual(["unencrypted", String.raw`say \"hi\" & go`]);
    expect(forms('say "hi" & go')).toContainEqual(["URL-encoded", "say%20%22hi%22%20%26%20go"]);
  });

  test("of many lines are the last of the longest words too, and no line of settings", () => {
    const [one, two] = ["A".repeat(40), "B".repeat(40)];
    expect(forms(`begin\n${one}\n${two}\nend\n`)).toContainEqual(["unencrypted", two]);
    expect(forms("listen = 127.0.0.1 and more\nx = y\n").map(([, text]) => text)).not.toContain(
      "listen = 127.0.0.1 and more",
    );
  });
});
