/** Is a command split as a POSIX shell splits it? */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";

import { splitWords } from "../../src/io/words.ts";

const cases: readonly (readonly [string, readonly string[]])[] = [
  ["vim", ["vim"]],
  ["  code   --wait\t-n ", ["code", "--wait", "-n"]],
  ["'/opt/my editor/ed' -x", ["/opt/my editor/ed", "-x"]],
  [String.raw`/opt/my\ editor`, ["/opt/my editor"]],
  [String.raw`emacs --eval "(setq a \"b\" c '\\n')"`, ["emacs", "--eval", String.raw`(setq a "b" c '\n')`]],
  ["a'b'\"c\"d", ["abcd"]],
  ["x '' \"\"", ["x", "", ""]],
  [String.raw`"keep \x this"`, [String.raw`keep \x this`]],
  ["'no \\ escape'", ["no \\ escape"]],
  ["two\nlines", ["two", "lines"]],
  ["joined\\\nup", ["joinedup"]],
  ['"also\\\njoined"', ["alsojoined"]],
  ["ä 'ü ö'", ["ä", "ü ö"]],
  ["", []],
  ["   ", []],
];

test.each(cases)("%j", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test("nothing is expanded", () => {
  expect(splitWords("$HOME ~ *.txt $(id) `id` a;b >c")).toEqual(["$HOME", "~", "*.txt", "$(id)", "`id`", "a;b", ">c"]);
});

test.each(["'open", '"open', 'a"b\\"', "end\\"])("%j is a usage error that does not repeat the text", (text) => {
  expect(() => splitWords(text)).toThrow(expect.objectContaining({ code: "usage" }));
  expect(() => splitWords(text)).not.toThrow(text);
});

describe.skipIf(process.platform === "win32")("sh", () => {
  test("splits all of these the same", () => {
    for (const [text, words] of cases.filter(([line]) => !line.includes("two\nlines"))) {
      const script = `for word in ${text}\ndo printf '%s\\0' "$word"\ndone`;
      const output = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
      expect(output.split("\0").slice(0, -1)).toEqual(words);
    }
  });
});
