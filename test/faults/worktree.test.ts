/** Whose unfinished writes does a command finish? Those of its repository, in any of its worktrees, and no others. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import { stagedPath } from "../../src/io/notes.ts";
import { sha256 } from "../../src/io/stream.ts";
import { strike } from "./faults.ts";
import { makeWorld, mustRun, policyFor, read, removeTemplate, run } from "./world.ts";

afterAll(removeTemplate);

const who = { argv: ["who", "secrets/app.yaml"] };

function git(directory: string, ...args: string[]): void {
  const name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  execFileSync("git", [...name, "-C", directory, ...args], { stdio: "ignore" });
}

test("a rekey that died in one worktree is finished by a command in another", async () => {
  const world = await makeWorld();
  const tree = join(world.root, "tree");
  git(world.work, "add", "-A");
  git(world.work, "commit", "-q", "-m", "all");
  git(world.work, "worktree", "add", "-q", tree);
  writeFileSync(join(tree, ".sops.yaml"), policyFor("alice", "bob"));
  const names = ["secrets/app.yaml", "secrets/two.yaml", "secrets/token.age"];
  const before = names.map((name) => readFileSync(join(tree, name), "latin1"));
  let renames = 0;
  const { outcome } = await strike(
    world,
    { argv: ["-C", tree, "rekey"], pid: 4_000_000 },
    {
      title: "killed when the journal and one file are in place",
      kills: true,
      at: (_, name, die) => (name === "rename" && (renames += 1) === 2 ? { after: die } : undefined),
    },
  );
  expect(outcome).toBeUndefined();
  expect(existsSync(join(world.work, ".git", "secrets", "journal"))).toBe(true);
  expect((await run(world, who)).stderr).toContain("finished an interrupted write of an earlier run");
  for (const [index, name] of names.entries()) {
    expect(readFileSync(join(tree, name), "latin1")).not.toBe(before[index]);
    expect(read(world, name)).toBe(before[index]);
  }
  expect(await mustRun(world, { argv: ["-C", tree, "rekey", "--check"] })).not.toContain("differs");
  expect(existsSync(join(world.work, ".git", "secrets"))).toBe(false);
  world.remove();
});

test("a repository inside another is not its business", async () => {
  const world = await makeWorld();
  const inner = join(world.work, "inner");
  mkdirSync(inner);
  git(inner, "init", "-q");
  const target = join(inner, "mine");
  writeFileSync(target, "old");
  const owner = `${sha256(hostname()).slice(0, 12)}.4194999.aaaaaaaaaaaa.bbbbbbbbbbbb`;
  writeFileSync(stagedPath(target, owner), "new");
  const state = join(world.work, ".git", "secrets");
  mkdirSync(state);
  const entries = [{ target: "../../inner/mine", old: sha256("old"), new: sha256("new") }];
  const body = JSON.stringify({ version: 2, owner, entries });
  writeFileSync(join(state, "journal"), `${sha256(body)}\n${body}\n`);
  expect(await run(world, who)).toMatchObject({ code: 0, stderr: expect.stringContaining("not touched") });
  const set = await run(world, { argv: ["set", "secrets/token.age", "--value-stdin"], stdin: "x" });
  expect(set).toMatchObject({ code: 6, stderr: expect.stringContaining("not touched") });
  expect(readFileSync(target, "utf8")).toBe("old");
  expect(existsSync(stagedPath(target, owner))).toBe(true);
  world.remove();
});
