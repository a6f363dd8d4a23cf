/** Do the README and docs/check.md say what the program does? */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { verbs } from "../verbs.ts";
import { rules } from "../../src/findings/index.ts";

const root = path.join(import.meta.dirname, "..", "..");
const [readme, guide] = ["README.md", "docs/check.md"].map((file) => readFileSync(path.join(root, file), "utf8"));
const scratch = mkdtempSync(path.join(tmpdir(), "readme-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("the first secret is made by pasting what stands there", () => {
  const [, block = ""] = /## Your first secret[^]*?```sh\n([^]*?)```/.exec(readme ?? "") ?? [];
  const [bin, repository] = [path.join(scratch, "bin"), path.join(scratch, "repository")];
  mkdirSync(bin);
  mkdirSync(repository);
  mkdirSync(path.join(scratch, ".ssh"), { mode: 0o700 });
  writeFileSync(path.join(bin, "secrets"), `#!/bin/sh\nexec ${process.execPath} ${root}/bin/secrets.js "$@"\n`);
  chmodSync(path.join(bin, "secrets"), 0o755);
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: scratch,
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "A"],
        [`GIT_${who}_EMAIL`, "a@b"],
      ]),
    ),
  };
  const run = (script: string) => spawnSync("sh", ["-ec", script], { cwd: repository, env, encoding: "utf8" });

  const { status, stderr } = run(`git init -q\n${block}`);

  expect(stderr).toContain("created secrets/api.age");
  expect(status).toBe(0);
  expect(run("git ls-files").stdout).toBe(".sops.yaml\nsecrets/api.age\n");
  expect(run("secrets get secrets/api.age").stdout).toMatch(/^[\w+/]{32}\n$/);
});

test("the guide lists every rule with its severity", () => {
  const listed = [...(guide ?? "").matchAll(/^\| (SEC\d{3}) \| (\w+) \|/gm)].map(([, id, severity]) => ({
    id,
    severity,
  }));

  expect(listed).toEqual(rules.map(({ id, severity }) => ({ id, severity })));
});

test("the README names every verb", () => {
  expect(verbs.map(([line]) => line).filter((line) => !(readme ?? "").includes(`\`${line}`))).toEqual([]);
});
