/** Do the commands that end a merge, pasted into a shell, keep what both sides changed? */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { CheckRequest } from "../../src/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { scriptKey } from "./bases.ts";
import { repositoryAt, scratch, type Repository } from "./repository.ts";

const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const POLICY = `creation_rules:\n  - path_regex: ^s/\n    age: ${scriptKey("age-1.pub")}\n`;
const BASE = "first: one\nm1: x\nm2: x\nm3: x\nlast: one\n";

let folder: ReturnType<typeof scratch>;
let repository: Repository;

/** What a shell has: the built program, with an editor at which somebody changes what THEIRS says. */
function shell(command: string, change: string | undefined): void {
  const program = `"${process.execPath}" "${bin}" --identity key`;
  const script = `secrets() {
    if [ "$1" = edit ]; then shift; ignore=; if [ "$1" = --ignore-mac ]; then ignore=--ignore-mac; shift; fi
      ${program} decrypt $ignore "$1" | sed "$CHANGE" | ${program} edit $ignore "$1"
    else ${program} "$@"; fi
  }
  set -e -o pipefail
  ${command}`;
  const env = { ...process.env, CHANGE: change ?? "", HOME: folder.folder, CI: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const { status, stderr } = spawnSync("bash", ["-c", script], { cwd: folder.folder, env });
  if (status !== 0) throw new Error(`${command}: ${stderr.toString()}`);
}

function write(file: string, text: string): void {
  writeFileSync(path.join(folder.folder, "plain"), text);
  const to = file.endsWith(".age") ? "--armor " : "";
  shell(`secrets encrypt plain --filename-override ${file} ${to}-o ${file}.new && mv ${file}.new ${file}`, undefined);
}

/** As somebody with the key does it: of a sops file only this value is encrypted again. */
function change(file: string, key: "first" | "last", value: string): void {
  if (file.endsWith(".age")) return write(file, BASE.replace(`${key}: one`, `${key}: ${value}`));
  shell(`printf ${value} | secrets set ${file} ${key} --value-stdin`, undefined);
}

const tryMerge = () => {
  try {
    repository.git("merge", "--quiet", "theirs");
  } catch {
    // A conflict is what was asked for.
  }
};

/** Two branches that each changed another value of one file, and are being merged. Made once, and copied. */
async function conflicting(file: string): Promise<void> {
  repository = repositoryAt(folder.folder, await parsePolicy(POLICY, ".sops.yaml"));
  const made = path.join(kept.folder, path.basename(file));
  if (!existsSync(made)) {
    diverge(file);
    cpSync(folder.folder, made, { recursive: true });
  } else cpSync(made, folder.folder, { recursive: true });
}

function diverge(file: string): void {
  repository.git("init", "--quiet");
  repository.write(".sops.yaml", POLICY);
  repository.write("key", scriptKey("age-1"));
  repository.write(".gitignore", "/key\n/plain\n/.cache\n/.local\n");
  repository.write("s/.keep", "");
  repository.write(file, "");
  rmSync(path.join(folder.folder, file));
  write(file, BASE);
  repository.commit();
  repository.git("checkout", "--quiet", "-b", "theirs");
  change(file, "last", "theirs");
  repository.commit();
  repository.git("checkout", "--quiet", "main");
  change(file, "first", "ours");
  repository.commit();
  tryMerge();
}

async function fixOf(request: CheckRequest, rule: string) {
  const { findings } = await repository.check(request, ["key"]);
  expect(findings.map((found) => found.rule).filter((id) => id !== "SEC014" && id !== "SEC015")).toEqual([rule]);
  return findings.find((found) => found.rule === rule);
}

/** The file opens, and has what both sides changed. */
async function expectBoth(file: string): Promise<void> {
  const run = spawnSync(process.execPath, [bin, "--identity", "key", "decrypt", file], { cwd: folder.folder });
  expect(run.stdout.toString()).toBe(BASE.replace("first: one", "first: ours").replace("last: one", "last: theirs"));
}

const kept = scratch();
afterAll(kept.dispose);
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.dispose());

const THEIRS = "s/last: one/last: theirs/";

test.each([
  ["s/app.yaml", "SEC005"],
  ["s/token.age", "SEC009"],
])("a merge of %s that is not finished", async (file, rule) => {
  await conflicting(file);
  const found = await fixOf({}, rule);
  shell(found?.fix ?? "", THEIRS);

  await expectBoth(file);
  expect(repository.git("status", "--porcelain", file)).toMatch(/^M /);
});

test.each([
  ["s/app.yaml", "SEC005"],
  ["s/token.age", "SEC009"],
])("a merge of %s that was committed with its marks", async (file, rule) => {
  await conflicting(file);
  repository.commit();
  const found = await fixOf({}, rule);
  shell(found?.fix ?? "", THEIRS);

  await expectBoth(file);
});

test.each<[string, CheckRequest]>([
  ["in the working tree", {}],
  ["staged", { mode: "staged" }],
])("marks that were committed without a merge, %s", async (_, request) => {
  await conflicting("s/app.yaml");
  const marked = repository.read("s/app.yaml");
  repository.git("merge", "--abort");
  repository.write("s/app.yaml", marked);
  if (request.mode === "staged") repository.git("add", "s/app.yaml");
  else repository.commit();
  const found = await fixOf(request, "SEC005");
  shell(found?.fix ?? "", THEIRS);

  await expectBoth("s/app.yaml");
});

test.each<[string, CheckRequest]>([
  ["on the disk", {}],
  ["staged", { mode: "staged" }],
  ["committed", { mode: "range", range: "HEAD~1..HEAD" }],
  ["committed, with a key", { verify: true }],
])("a merge whose marks were taken out by hand, %s", async (state, request) => {
  await conflicting("s/app.yaml");
  // Both sides of the values, and the metadata of ours.
  repository.edit("s/app.yaml", (text) => text.replaceAll(/<{7}.*\n([^]*?)={7}\n[^]*?>{7}.*\n/g, "$1"));
  if (state === "staged") repository.git("add", "s/app.yaml");
  if (state.startsWith("committed")) repository.commit();
  const found = await fixOf(request, "SEC006");

  expect(found?.message).toMatch(/; the two sides differ in first, last$/);
  shell(found?.fix ?? "", undefined);
  await expectBoth("s/app.yaml");
  expect(await repository.check({ verify: true }, ["key"])).toMatchObject({ verified: 1 });
});
