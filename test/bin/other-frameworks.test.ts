/** Do the lines that docs/check.md gives for GitLab and for hooks do what it says of them? */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { blockNamed, root } from "./blocks.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "frameworks-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const POLICY = `creation_rules:
  - path_regex: ^secrets/
    age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg
`;
const bin = path.join(scratch, "bin");
mkdirSync(bin);
writeFileSync(path.join(bin, "secrets"), `#!/bin/sh\nexec ${process.execPath} ${root}/bin/secrets.js "$@"\n`);
chmodSync(path.join(bin, "secrets"), 0o755);
const environment = {
  PATH: `${bin}:${process.env["PATH"]}`,
  HOME: scratch,
  NODE_DISABLE_COMPILE_CACHE: "1",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@b",
};
let repository: string;

beforeEach(() => {
  repository = mkdtempSync(path.join(scratch, "repository-"));
  git("init", "--quiet", "--initial-branch=main");
  write(".sops.yaml", POLICY);
  write(".gitignore", ".env.keys\nkeys.txt\n*.dec\n*.decrypted.*\n");
  commit();
});

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(program, args, { cwd: repository, env: { ...environment, ...env }, encoding: "utf8" });
}

function git(...args: string[]): string {
  const { status, stdout, stderr } = run("git", args);
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
  writeFileSync(path.join(repository, file), text);
}

function commit(): string {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "a change");
  return git("rev-parse", "HEAD");
}

describe("the job in GitLab", () => {
  const { secrets } = parse(blockNamed("GitLab job")) as {
    secrets: { script: string[]; artifacts: { reports: object } };
  };
  const lines = secrets.script.filter((line) => !line.startsWith("npm install"));

  /** As GitLab's runner does: all lines in one shell that ends at the first that fails. */
  function job(variables: Readonly<Record<string, string>>) {
    const { status, stdout } = run("sh", ["-ec", lines.join("\n")], { CI_DEFAULT_BRANCH: "main", ...variables });
    const read = (file: string) =>
      existsSync(path.join(repository, file)) ? readFileSync(path.join(repository, file), "utf8") : "";
    const [commits, junit, quality] = ["commits.xml", "tree.xml", "tree.json"].map(read);
    return { status, stdout, commits, junit, quality };
  }

  test("has five lines of its own, and hands over what they write", () => {
    expect(lines).toHaveLength(5);
    expect(secrets.artifacts.reports).toEqual({ junit: ["commits.xml", "tree.xml"], codequality: "tree.json" });
  });

  test("passes what is clean", () => {
    const base = git("rev-parse", "HEAD");
    const head = commit();
    const { status, junit, quality } = job({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_COMMIT_SHA: head });
    expect([status, quality]).toEqual([0, "[]\n"]);
    expect(junit).toContain('failures="0"');
  });

  test("finds what a later commit took back, and writes the reports of the tree all the same", () => {
    const base = git("rev-parse", "HEAD");
    write("secrets/a.yaml", "password: x\n");
    commit();
    rmSync(path.join(repository, "secrets"), { recursive: true });
    const head = commit();
    const { status, stdout, commits, quality } = job({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_COMMIT_SHA: head });
    expect([status, quality]).toEqual([1, "[]\n"]);
    expect(stdout).toContain("SEC011");
    expect(commits).toContain("SEC011");
  });

  test.each(["what was there before", "nothing"])(
    "on the default branch looks at what was pushed after %s",
    (before) => {
      const base = before === "nothing" ? "0".repeat(40) : git("rev-parse", "HEAD");
      write("secrets/a.yaml", "password: x\n");
      commit();
      rmSync(path.join(repository, "secrets"), { recursive: true });
      const head = commit();
      git("update-ref", "refs/remotes/origin/main", "HEAD");
      const pushed = { CI_COMMIT_BRANCH: "main", CI_COMMIT_BEFORE_SHA: base, CI_COMMIT_SHA: head };
      const { status, commits } = job(pushed);
      expect(status).toBe(1);
      expect(commits).toContain("SEC011");
    },
  );

  test("looks at what the default branch lacks, where there is no merge request", () => {
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    git("checkout", "--quiet", "-b", "topic");
    write("secrets/a.yaml", "password: x\n");
    const { status, stdout, quality } = job({ CI_COMMIT_BRANCH: "topic", CI_COMMIT_SHA: commit() });
    expect(status).toBe(1);
    expect(stdout.match(/^secrets\/a\.yaml:1:1: error/gm)).toHaveLength(2);
    expect(quality).toContain('"check_name": "SEC001"');
  });

  test("names commits by their first letters", () => {
    const base = git("rev-parse", "HEAD");
    write(".sops.yaml", "creation_rules: []\n");
    write("secrets/a.yaml", "password: x\n");
    const { stdout } = job({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_COMMIT_SHA: commit() });
    const short = base.slice(0, 10);
    expect(stdout).toContain(`the policy of ${short} wants encrypted (${short}:.sops.yaml:2)`);
  });

  test("fails where it lacks commits", () => {
    expect(job({ CI_MERGE_REQUEST_DIFF_BASE_SHA: "1".repeat(40), CI_COMMIT_SHA: "HEAD" }).status).toBe(2);
  });
});

describe.each([".git/hooks", ".husky"])("the hook in %s", (directory) => {
  beforeEach(() => {
    write(`${directory}/pre-commit`, blockNamed("commit hook"));
    chmodSync(path.join(repository, directory, "pre-commit"), 0o755);
    git("config", "core.hooksPath", directory);
    git("add", "--all");
  });

  test("refuses a commit with plaintext in it, however it is made, and lets a clean one pass", () => {
    const clean = run("git", ["commit", "--quiet", "--allow-empty", "--message", "clean"]);
    expect([clean.status, clean.stderr]).toEqual([0, expect.stringContaining("secrets: no findings")]);
    const before = git("rev-parse", "HEAD");

    write("secrets/a.yaml", "password: x\n");
    git("add", "secrets");
    for (const more of [[], ["--all"], ["secrets/a.yaml"]]) {
      const { status, stderr } = run("git", ["commit", "--quiet", "--message", "leak", ...more]);
      expect(status).toBe(1);
      expect(stderr).toContain("SEC001");
    }
    expect(git("rev-parse", "HEAD")).toBe(before);
  });
});

test("the other snippets are YAML, and name what this repository has", () => {
  const [hook] = (parse(blockNamed("pre-commit")) as { repos: { hooks: { id: string }[] }[] }).repos;
  const ids = (parse(readFileSync(path.join(root, ".pre-commit-hooks.yaml"), "utf8")) as { id: string }[]).map(
    ({ id }) => id,
  );
  expect(ids).toContain(hook?.hooks[0]?.id);
  const { jobs } = parse(blockNamed("GitHub workflow")) as {
    jobs: { secrets: { steps: { uses: string }[] } };
  };
  const [, folder = ""] = /^OWNER\/secrets-cli\/(.*)@COMMIT$/.exec(jobs.secrets.steps[1]?.uses ?? "") ?? [];
  expect(existsSync(path.join(root, folder, "action.yml"))).toBe(true);
});
