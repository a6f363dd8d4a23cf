/** What a hook of a server sees before it takes a push: real pushes into bare repositories, with the built program. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const RECIPIENT = "age1yy4zlll5283a393gxw2s04l7nerlhzkz5ddc8z800a6lhpl2lfnq0kfcl4";
const POLICY = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${RECIPIENT}\n`;
const HOOK = `#!/bin/sh
while read -r old new ref; do
  '${process.execPath}' '${program}' check --range "$old..$new" || exit 1
done
`;

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);

function git(directory: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync("git", args, {
    cwd: at(directory),
    env: environment(),
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

function environment() {
  const who = { NAME: "Somebody", EMAIL: "somebody@example.org" };
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
}

function commit(file: string, content: string) {
  mkdirSync(path.dirname(at("work", file)), { recursive: true });
  writeFileSync(at("work", file), content);
  git("work", "add", "--all");
  git("work", "commit", "--quiet", "--message", file);
}

function secrets(directory: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: at(directory),
    env: environment(),
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "receive-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(at("server.git"));
  mkdirSync(at("work"));
  git("server.git", "-c", "init.defaultBranch=main", "init", "--quiet", "--bare");
  git("work", "-c", "init.defaultBranch=main", "init", "--quiet");
  git("work", "remote", "add", "origin", at("server.git"));
  commit(".sops.yaml", POLICY);
  git("work", "push", "--quiet", "origin", "main");
  mkdirSync(at("server.git", "hooks"), { recursive: true });
  writeFileSync(at("server.git", "hooks", "pre-receive"), HOOK);
  chmodSync(at("server.git", "hooks", "pre-receive"), 0o755);
});

test("a push with plaintext is refused, also on a branch that is new, and a clean one is taken", () => {
  commit("README", "hello\n");
  expect(git("work", "push", "origin", "main")).toMatchObject({ status: 0 });

  commit("secrets/a.yaml", "password: hunter2\n");
  git("work", "rm", "--quiet", "secrets/a.yaml");
  git("work", "commit", "--quiet", "--message", "taken back");
  const refused = git("work", "push", "origin", "main");
  expect(refused.status).not.toBe(0);
  expect(refused.said).toMatch(/secrets\/a\.yaml:1:1: error\[SEC011\]/);

  const again = git("work", "push", "origin", "main:topic");
  expect(again.status).not.toBe(0);
  expect(again.said).toMatch(/SEC011. in commit [0-9a-f]{10}: /);
  expect(again.said).toMatch(/of 2 commits/);
});

test("a new branch cannot drop the policy together with a secret", () => {
  git("work", "rm", "--quiet", ".sops.yaml");
  commit("secrets/a.yaml", "password: hunter2\n");
  const refused = git("work", "push", "origin", "HEAD:topic");

  expect(refused.status).not.toBe(0);
  expect(refused.said).toMatch(/SEC001\].*the policy of [0-9a-f]{10} wants encrypted/);
});

test("a new branch that start again cannot either", () => {
  git("work", "push", "origin", "main");
  git("work", "checkout", "--quiet", "--orphan", "leak");
  commit(".sops.yaml", POLICY.replace("^secrets/", "^nothing/"));
  commit("secrets/a.yaml", "password: hunter2\n");
  const refused = git("work", "push", "origin", "leak");

  expect(refused.status).not.toBe(0);
  expect(refused.said).toMatch(/SEC001\].*the policy of HEAD wants encrypted/);
});

test("a branch at a commit that is there already is taken, and one can be removed", () => {
  expect(git("work", "push", "origin", "main:topic")).toMatchObject({ status: 0 });

  const removed = git("work", "push", "origin", ":topic");
  expect(removed).toMatchObject({ status: 0 });
  expect(removed.said).toMatch(/the branch is deleted/);
});

test("a bare repository has commits and no working tree", () => {
  commit("secrets/a.yaml", "password: hunter2\n");
  rmSync(at("server.git", "hooks", "pre-receive"));
  git("work", "push", "origin", "main");

  expect(secrets("server.git", "check", "--range", "main~1..main").said).toMatch(
    /secrets\/a\.yaml:1:1: error\[SEC001\]/,
  );
  expect(secrets("server.git", "check", "--history").said).toMatch(/secrets\/a\.yaml:1:1: error\[SEC001\]/);
  expect(secrets("server.git", "check")).toMatchObject({ status: 2, said: expect.stringContaining("bare repository") });
});

test("a branch that a clone has only just got is looked at from where the other branches of its remote end", () => {
  commit("secrets/a.yaml", "password: hunter2\n");
  rmSync(at("server.git", "hooks", "pre-receive"));
  git("work", "push", "origin", "HEAD:topic");
  git("work", "fetch", "--quiet", "origin");

  const looked = secrets("work", "check", "--range", `${"0".repeat(40)}..HEAD`);
  expect(looked.status).toBe(1);
  expect(looked.said).toMatch(/of 1 commit\b/);
});

test("the objects of another repository are not looked at, whatever the environment says", () => {
  git("work", "clone", "--quiet", "--bare", at("work"), at("other.git"));
  const { status, stdout } = spawnSync(process.execPath, [program, "check", "--range", "HEAD~0..HEAD"], {
    cwd: at("work"),
    env: {
      ...environment(),
      GIT_DIR: at("other.git"),
      GIT_QUARANTINE_PATH: at("other.git", "objects"),
      GIT_OBJECT_DIRECTORY: at("other.git", "objects"),
    },
    encoding: "utf8",
  });

  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});
