import { describe, expect, test } from "vitest";
import { formsOf, isWorthSeeking, valueSearch } from "../../src/findings/value-search.ts";

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

describe("the forms of a value", () => {
  const forms = (text: string) => formsOf(bytes(text)).map((each) => [each.form, new TextDecoder().decode(each.bytes)]);

  test("are its bytes, its base64 with and without a line end, and its hexadecimal", () => {
    expect(forms("hunter2-three\n")).toEqual([
      ["in clear", "hunter2-three"],
      ["in base64", "aHVudGVyMi10aHJlZQ"],
      ["in base64", "aHVudGVyMi10aHJlZQo"],
      ["in hexadecimal", "68756e746572322d7468726565"],
    ]);
  });

  test("are those of JSON and of addresses where these differ", () => {
    expect(forms('say "hi" & go')).toContainEqual(["in clear", String.raw`say \"hi\" & go`]);
    expect(forms('say "hi" & go')).toContainEqual(["encoded for an address", "say%20%22hi%22%20%26%20go"]);
  });

  test("of many lines are the last of the longest words too, and no line of settings", () => {
    const [one, two] = ["A".repeat(40), "B".repeat(40)];
    expect(forms(`begin\n${one}\n${two}\nend\n`)).toContainEqual(["in clear", two]);
    expect(forms("listen = 127.0.0.1 and more\nx = y\n").map(([, text]) => text)).not.toContain(
      "listen = 127.0.0.1 and more",
    );
  });
});
