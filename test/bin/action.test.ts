/** Does the GitHub Action look at what each event brought? Its own shell, run as GitHub runs it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

const folder = path.join(import.meta.dirname, "..", "..", ".github", "actions", "check");
interface Action {
  readonly inputs: Record<string, { readonly default: string }>;
  readonly runs: { readonly steps: { readonly env?: Record<string, string>; readonly run: string }[] };
}
const action = parse(readFileSync(path.join(folder, "action.yml"), "utf8")) as Action;
const scratch = mkdtempSync(path.join(tmpdir(), "action-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const origin = path.join(scratch, "origin");
const ZEROS = "0".repeat(40);
const POLICY = `creation_rules:
  - path_regex: ^secrets/
    age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg
`;
const quiet = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
const author = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@b" };

function git(directory: string, ...args: string[]): string {
  const env = { ...process.env, ...quiet, ...author };
  const { status, stdout, stderr } = spawnSync("git", ["-C", directory, ...args], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Commits these files (undefined: removed) and answers the commit. */
function commit(directory: string, files: Readonly<Record<string, string | undefined>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    if (text === undefined) rmSync(path.join(directory, name));
    else writeFileSync(path.join(directory, name), text);
  }
  git(directory, "add", "--all");
  git(directory, "commit", "--quiet", "--allow-empty", "--message", "a change");
  return git(directory, "rev-parse", "HEAD");
}

interface Event {
  readonly event_name: string;
  readonly sha: string;
  readonly ref: string;
  readonly event: object;
}

/** `${{ a.b || c }}` as GitHub reads it: what is not there is empty. */
function evaluated(text: string, contexts: object): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const values = expression.split("||").map((name) => {
      const steps = name.trim().split(".");
      return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], contexts);
    });
    const found = values.find((value) => value !== undefined && value !== "");
    return typeof found === "string" ? found : "";
  });
}

function run(directory: string, github: Event, inputs: Readonly<Record<string, string>> = {}) {
  const step = action.runs.steps.at(-1);
  const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
  const contexts = { inputs: { ...defaults, ...inputs }, github };
  const env = Object.entries(step?.env ?? {}).map(([name, text]) => [name, evaluated(text, contexts)]);
  const script = path.join(scratch, "step.sh");
  writeFileSync(script, step?.run ?? "");
  const summary = path.join(scratch, "summary.md");
  rmSync(summary, { force: true });
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], {
    cwd: directory,
    env: {
      ...quiet,
      PATH: process.env["PATH"],
      HOME: scratch,
      CI: "true",
      NODE_DISABLE_COMPILE_CACHE: "1",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: folder,
      GITHUB_STEP_SUMMARY: summary,
      ...Object.fromEntries(env),
    },
    encoding: "utf8",
  });
  return { status, stdout, stderr, summary: existsSync(summary) ? readFileSync(summary, "utf8") : "" };
}

/** A clone as actions/checkout makes it with `fetch-depth: 0`, or with its default. */
function cloned(name: string, ref: string, ...options: string[]): string {
  const directory = path.join(scratch, name);
  git(scratch, "clone", "--quiet", "--no-local", ...options, `file://${origin}`, directory);
  git(directory, "checkout", "--quiet", "--detach", ref);
  return directory;
}

let first: string;
let sealedOnly: string;
let leaked: string;
let fixed: string;

beforeAll(() => {
  git(scratch, "init", "--quiet", "--initial-branch=main", origin);
  git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
  first = commit(origin, { ".sops.yaml": POLICY });
  sealedOnly = commit(origin, { "README.md": "nothing\n" });
  git(origin, "checkout", "--quiet", "-b", "topic");
  leaked = commit(origin, { "secrets/a.yaml": "password: x\n" });
  fixed = commit(origin, { "secrets/a.yaml": undefined });
});

const repository = { default_branch: "main" };
const push = (before: string, sha: string, ref = "refs/heads/topic"): Event => ({
  event_name: "push",
  sha,
  ref,
  event: { before, repository },
});

describe("the Action", () => {
  test("names its inputs in the environment only, where they cannot become commands", () => {
    for (const { run: script } of action.runs.steps) expect(script).not.toContain("${{");
  });

  test("finds in a pull request what a later commit took back", () => {
    const event = { pull_request: { base: { sha: sealedOnly }, head: { sha: fixed } }, repository };
    const github = { event_name: "pull_request", sha: "1".repeat(40), ref: "refs/pull/1/merge", event };
    const { status, stdout, summary } = run(cloned("pull", fixed), github);

    expect(stdout).toMatch(/^::error file=secrets\/a\.yaml.*title=SEC011::/m);
    expect(status).toBe(1);
    expect(summary.match(/^### secrets check: /gm)).toHaveLength(2);
  });

  test("finds it in a merge queue", () => {
    const event = { merge_group: { base_sha: sealedOnly, head_sha: fixed }, repository };
    const ref = "refs/heads/gh-readonly-queue/main/pr-1";
    expect(run(cloned("queue", fixed), { event_name: "merge_group", sha: fixed, ref, event }).status).toBe(1);
  });

  test("passes a push that brought nothing bad, and finds what one brought", () => {
    const directory = cloned("push", fixed);
    expect(run(directory, push(first, sealedOnly)).status).toBe(0);
    expect(run(directory, push(sealedOnly, fixed)).status).toBe(1);
    expect(run(directory, push(leaked, fixed)).status).toBe(0);
  });

  test("looks in a new branch, and in a tag, at what the default branch lacks", () => {
    const directory = cloned("new", fixed);
    const branch = run(directory, push(ZEROS, fixed));
    expect([branch.status, branch.stdout.includes("::notice::")]).toEqual([1, false]);
    expect(run(directory, push(ZEROS, fixed, "refs/tags/v1")).status).toBe(1);
    expect(run(directory, push(ZEROS, sealedOnly, "refs/tags/v0")).status).toBe(0);
  });

  test("says of a push with force that the commit before is gone, and looks at what the default branch lacks", () => {
    const { status, stdout } = run(cloned("force", fixed), push("1".repeat(40), fixed));
    expect(stdout).toContain("::notice::the commit before this push is not here");
    expect(status).toBe(1);
  });

  test("looks in a new default branch, on a schedule and by hand at the whole history", () => {
    const directory = cloned("history", fixed);
    const warned = /title=SEC012::/;
    expect(run(directory, push(ZEROS, fixed, "refs/heads/main")).stdout).toMatch(warned);
    for (const event_name of ["schedule", "workflow_dispatch"]) {
      const github = { event_name, sha: fixed, ref: "refs/heads/main", event: {} };
      expect(run(directory, github, { args: "--fail-on warning" })).toMatchObject({
        status: 1,
        stdout: expect.stringMatching(warned),
      });
    }
  });

  test("never passes a clone that lacks commits", () => {
    const directory = cloned("shallow", "HEAD", "--depth=1", "--branch=topic");
    expect(run(directory, push(sealedOnly, fixed)).status).toBe(2);
    const event = { pull_request: { base: { sha: sealedOnly }, head: { sha: fixed } }, repository };
    const pull = run(directory, { event_name: "pull_request", sha: fixed, ref: "refs/pull/1/merge", event });
    expect(pull.stderr).toContain("fetch-depth: 0");
    expect(pull.status).toBe(2);
  });

  test("takes its range and its words as they are given, quotes and all, and runs none of them", () => {
    const directory = cloned("words", leaked);
    const event = { ...push(first, sealedOnly), event_name: "release" };
    expect(run(directory, event).status).toBe(1);
    const args = `--output 'json:a $(touch made) b.json' "--fail-on" critical`;
    expect(run(directory, event, { args }).status).toBe(0);
    expect(existsSync(path.join(directory, "a $(touch made) b.json"))).toBe(true);
    expect(existsSync(path.join(directory, "made"))).toBe(false);
    expect(run(directory, event, { args: "--output 'json:a" })).toMatchObject({ status: 2 });
    expect(
      run(directory, event, { args: "--fail-on critical", mode: "range", range: "$(touch made)..HEAD" }),
    ).toMatchObject({
      status: 2,
    });
    expect(existsSync(path.join(directory, "made"))).toBe(false);
  });

  test("writes the SARIF report of the working tree", () => {
    const directory = cloned("sarif", leaked);
    expect(run(directory, push(first, leaked), { sarif: "out/a b.sarif" }).status).toBe(1);
    expect(readFileSync(path.join(directory, "out", "a b.sarif"), "utf8")).toContain('"ruleId": "SEC001"');
  });
});
