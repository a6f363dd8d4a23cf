/** Does the command of SEC015 make the changes of encrypted files readable, and leave the diff of others alone? */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const folder = mkdtempSync(path.join(tmpdir(), "diff-driver-"));
const environment = {
  HOME: folder,
  PATH: `${path.join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "x",
  GIT_AUTHOR_EMAIL: "x@example.org",
  GIT_COMMITTER_NAME: "x",
  GIT_COMMITTER_EMAIL: "x@example.org",
};

function shell(script: string, env: Record<string, string> = {}): string {
  const { stdout } = spawnSync("bash", ["-c", script], { cwd: folder, env: { ...environment, ...env } });
  return stdout.toString();
}

beforeAll(async () => {
  const identity = await generateX25519Identity();
  mkdirSync(path.join(folder, "bin"));
  writeFileSync(path.join(folder, "bin", "secrets"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(path.join(folder, "key"), identity, { mode: 0o600 });
  const rule = `creation_rules: [{ path_regex: '^my secrets/', age: ${await identityToRecipient(identity)} }]\n`;
  writeFileSync(path.join(folder, ".sops.yaml"), rule);
  writeFileSync(path.join(folder, ".gitignore"), "/bin/\n/key\n");
  shell(`git init -q && mkdir 'my secrets' && cd 'my secrets' && echo notes > README.md
    for file in app.yaml token.age; do echo 'password: old' > $file && secrets encrypt -i $file; done
    git add -A .. && git commit -qm one`);
  const report = JSON.parse(shell("secrets check --json"));
  const { fix } = report.findings.find(({ rule }: { rule: string }) => rule === "SEC015");
  shell(fix);
  shell(`cd 'my secrets' && echo more >> README.md
    for file in app.yaml token.age; do echo 'password: new' > $file && secrets encrypt -i $file; done`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("who has a key sees what changed", () => {
  const diff = shell("git diff", { SOPS_AGE_KEY_FILE: path.join(folder, "key") });
  expect(diff.match(/^[-+]password: .*$/gm)).toEqual([
    "-password: old",
    "+password: new",
    "-password: old",
    "+password: new",
  ]);
  expect(diff).toContain("+more");
});

test("who has none sees a diff all the same", () => {
  const diff = shell("git diff");
  expect(diff.match(/^diff --git/gm)).toHaveLength(3);
  expect(diff).toContain("+more");
  expect(diff).not.toContain("password: new");
});

test("who has a key sees that a file is not encrypted any more", () => {
  const env = { SOPS_AGE_KEY_FILE: path.join(folder, "key") };
  const diff = shell(
    `cd 'my secrets' && cp app.yaml ../bin/kept && git checkout -q app.yaml && secrets decrypt -i app.yaml
    git diff app.yaml; mv ../bin/kept app.yaml`,
    env,
  );
  expect(diff.match(/^[-+][^-+].*$/gm)).toEqual(["+# not encrypted, or no key here opens it"]);
});

test("check finds nothing more to say of it", () => {
  const { findings } = JSON.parse(shell("git add .gitattributes; secrets check --json"));
  expect(findings.map(({ rule }: { rule: string }) => rule)).not.toContain("SEC015");
});
