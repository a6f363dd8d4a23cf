import { describe, expect, test } from "vitest";
import { isWorthSeeking, valueSearch } from "../../src/findings/value-search.ts";

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
