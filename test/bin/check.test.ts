/** Does `secrets check` end well where its surroundings do not? */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const folder = mkdtempSync(path.join(tmpdir(), "check-bin-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POLICY = `creation_rules:
  - path_regex: ^secrets/
    age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg
`;

beforeAll(() => {
  mkdirSync(path.join(folder, "secrets"));
  writeFileSync(path.join(folder, ".sops.yaml"), POLICY);
  // More than a pipe holds.
  for (let index = 0; index < 1500; index += 1) writeFileSync(path.join(folder, "secrets", `${index}.yaml`), "a: x\n");
  spawnSync("git", ["init", "--quiet"], { cwd: folder });
});

/** A line of bash in which `$check` is the program, with nothing of this environment but PATH. */
function bash(line: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--norc", "-c", `check="${process.execPath} ${bin} check"; ${line}`],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], NODE_DISABLE_COMPILE_CACHE: "1", ...env },
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

test("a reader that has seen enough ends it without a word, and the reports are written all the same", () => {
  const { stdout, stderr } = bash("$check --output json:all.json | head -n 1; echo ${PIPESTATUS[0]}");
  expect(stdout).toMatch(/^[^\n]*\n141\n$/);
  expect(stderr).toBe("");
  expect(statSync(path.join(folder, "all.json")).size).toBeGreaterThan(100_000);
});

test.each([
  ["no standard output", "$check >&-", 1],
  ["no standard error", "$check 2>&-", 1],
  ["no standard input", "$check <&-", 1],
  ["a full disk", "$check > /dev/full", 5],
  ["a directory that is gone", "mkdir gone && cd gone && rmdir ../gone && $check", 5],
])("with %s its exit code says what it found", (_, line, code) => {
  if (line.includes("/dev/full") && !existsSync("/dev/full")) return;
  const { status, stderr } = bash(line);
  expect(status).toBe(code);
  expect(stderr).not.toMatch(/bug|^\s+at /m);
});

test("whatever the language and the terminal are, it answers the same", () => {
  const answers = [{ LANG: "C", LC_ALL: "C" }, { LANG: "C.UTF-8" }, { TERM: "dumb" }, { HOME: "/nowhere" }].map((env) =>
    bash("$check", env),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});
