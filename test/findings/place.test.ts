/** Does a shell read back what a command names? */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { visible } from "../../src/commands/visible.ts";
import { keyWord, shellWord } from "../../src/findings/place.ts";
import { stepsOf } from "../../src/operations/key-path.ts";

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
