/** Are places those that an editor shows, and does a shell read back what a command names? */
import { keyWord, shellWord } from "../../src/words/shell.ts";
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { visible } from "../../src/words/visible.ts";
import { placeOf, placesInBytes, placesOf, placesOfWords } from "../../src/findings/reading/place.ts";
import { stepsOf } from "../../src/operations/secrets/key-path.ts";

const names = [
  "plain.yaml",
  "with blank",
  "quote's",
  `both ' and "`,
  "$HOME `id` $(id) ; & | * ? [a] {b,c} ~ # !!",
  String.raw`back\slash \n \' $'`,
  "=ls",
  "a=b",
  "line\nfeed",
  "tab\tand\rreturn",
  "\u001b[31mred\u0007",
  "\u0085\u009b",
  "turned \u202e around",
  "soft\u00adhyphen\u200b\u2028\u2029\ufeff",
  "no\u00a0break",
  "\u{1f511} key 👩\u200d💻",
  "ünï",
  "\u00010 then a digit",
  "",
];

const shells = ["bash", "zsh", "ksh"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);

describe.each(shells)("%s", (shell) => {
  test.each(["C", "C.UTF-8"])("reads every name back byte for byte in the locale %s", (locale) => {
    const words = names.map(shellWord).join(" ");
    const { stdout } = spawnSync(shell, ["-c", `printf '%s\\0' ${words}`], { env: { ...process.env, LC_ALL: locale } });
    expect(stdout.toString("utf8").split("\0").slice(0, -1)).toEqual(names);
  });
});

test.each(names)("nothing in the command for %j is hidden or acts on a terminal", (name) => {
  const word = shellWord(name);
  expect(visible(word)).toBe(word);
});

test("a name is never taken for an option", () => {
  expect(["-rf", "-", "--force x"].map(shellWord)).toEqual(["./-rf", "./-", "'./--force x'"]);
});

test.each(["-x/y", "[a/0", "plain/key", "with blank/it's"])("KEY %j is the same key as a word", (key) => {
  const { stdout } = spawnSync("sh", ["-c", `printf %s ${keyWord(key)}`]);
  expect(stdout.toString()).not.toMatch(/^[-[]/);
  expect(stepsOf(stdout.toString())).toEqual(key.split("/").map((step) => (step === "0" ? 0 : step)));
});

describe("places", () => {
  const text = "a\r\nключ: 🔑 x\n\nend";
  const offsets = Array.from(text, (character) => character).reduce<number[]>(
    (found, character) => [...found, (found.at(-1) ?? 0) + character.length],
    [0],
  );

  test("are counted from 1, in UTF-16 units", () => {
    expect(placeOf(text, text.indexOf("x"))).toEqual({ line: 2, column: 10 });
    expect(placeOf(text, text.indexOf("end"))).toEqual({ line: 4, column: 1 });
    expect(placeOf(text, 0)).toEqual({ line: 1, column: 1 });
    expect(placeOf(text, -1)).toEqual({});
  });

  test("in bytes are the same", () => {
    const [places, inBytes] = [placesOf(text), placesInBytes(Buffer.from(text))];

    for (const offset of [...offsets, 0]) {
      expect(inBytes(Buffer.byteLength(text.slice(0, offset)))).toEqual(places(offset));
    }
  });

  test("of many offsets cost one look at the text", () => {
    const long = "x\n".repeat(300_000);
    const [places, inBytes] = [placesOf(long), placesInBytes(Buffer.from(long))];

    const lines = Array.from({ length: 300_000 }, (_, index) => index + 1);
    for (const lineOf of [places, inBytes]) expect(lines.map((line) => lineOf(2 * line - 1).line)).toEqual(lines);
  });

  test("of words are their first or their last, whole ones only", () => {
    const yaml = "f1: 1\nf10: age1xy\n  - ssh-ed25519 AAAAB3xyz\nf1: 2\n";
    const words = ["f1", "ssh-ed25519 AAAAB3xyz", "age1x", ""];
    const [first, last] = [placesOfWords(yaml, words, "first"), placesOfWords(yaml, words, "last")];

    expect(words.map(first)).toEqual([{ line: 1, column: 1 }, { line: 3, column: 5 }, {}, {}]);
    expect(words.map(last)).toEqual([{ line: 4, column: 1 }, { line: 3, column: 5 }, {}, {}]);
  });

  test("of many words cost one look at the text", () => {
    const words = Array.from({ length: 100_000 }, (_, index) => `recipient${index}`);
    const place = placesOfWords(`${words.join("\n")}\n`, words, "last");

    expect(words.map((word) => place(word).line)).toEqual(words.map((_, index) => index + 1));
  });
});
