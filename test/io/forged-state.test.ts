/**
 * Does recovery touch anything that a commit did not leave?
 *
 * A state directory may come from a stranger: in an unpacked archive, or on a shared disk. Each of these was made by hand, and each must
 * leave every file as it is, for who only looks and for who writes.
 */
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { commit } from "../../src/io/commit.ts";
import { recover } from "../../src/io/recover.ts";
import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { stagedPath } from "../../src/io/notes.ts";
import { sha256 } from "../../src/io/stream.ts";

const real = nodeHost();
/** Of a process that nobody can have: it counts as dead. */
const owner = `${sha256(hostname()).slice(0, 12)}.4194999.aaaaaaaaaaaa.bbbbbbbbbbbb`;

let home: string;
let root: string;
let state: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "forged-test-")));
  root = join(home, "unpacked");
  state = join(root, ".secrets-state");
  for (const directory of [root, state, join(root, "empty"), join(home, "empty")]) mkdirSync(directory);
  writeFileSync(join(home, "victim"), "precious");
  writeFileSync(join(home, ".x.0123456789ab.secrets-tmp"), "precious too");
  writeFileSync(join(root, "c.yaml"), "old");
  writeFileSync(join(root, ".c.yaml.0123456789ab.secrets-tmp"), "the user's own");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Everything below a directory, with what is in it. */
function everything(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(paths.map((path) => [path, described(join(directory, path))]));
}

function described(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  if (!stat.isFile()) return stat.isDirectory() ? "directory" : "other";
  return stat.size > 1_000_000 ? `${stat.size} bytes` : readFileSync(path, "utf8");
}

function plan(content: unknown): void {
  writeFileSync(join(state, `plan.${owner}`), JSON.stringify(content));
}

function journal(entries: unknown, by: unknown = owner): void {
  const body = JSON.stringify({ version: 2, owner: by, entries });
  writeFileSync(join(state, "journal"), `${sha256(body)}\n${body}\n`);
}

/** An entry that is right in itself: what it would rename is there. */
function entry(target: string): unknown {
  const path = join(state, target);
  const there = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const old = there ? sha256(readFileSync(path)) : "absent";
  writeFileSync(stagedPath(path, owner), "evil");
  return { target, old, new: sha256("evil") };
}

const forged: Readonly<Record<string, () => void>> = {
  "a plan with a file to remove among its directories": () => plan({ targets: [], directories: ["../../victim"] }),
  "a plan with a file by its absolute path": () => plan({ targets: [], directories: [join(home, "victim")] }),
  "a plan with an empty directory elsewhere": () => plan({ targets: [], directories: ["../../empty"] }),
  "a plan with the names of an earlier form": () => plan({ temps: ["../../victim"], directories: "../../empty" }),
  "a plan with a target elsewhere": () => {
    writeFileSync(stagedPath(join(home, "victim"), owner), "ours by name");
    plan({ targets: ["../../victim"], directories: [] });
  },
  "a plan that leaves through a link": () => {
    symlinkSync("..", join(root, "out"));
    writeFileSync(stagedPath(join(home, "victim"), owner), "ours by name");
    plan({ targets: ["../out/victim"], directories: ["../out/empty"] });
  },
  "a plan whose staged file is a directory": () => {
    mkdirSync(stagedPath(join(root, "c.yaml"), owner));
    plan({ targets: ["../c.yaml"], directories: [] });
  },
  "a plan of another shape": () => plan({ targets: { 0: "../../victim" }, directories: [7] }),
  "a plan that is a link": () => symlinkSync("../../victim", join(state, `plan.${owner}`)),
  "a plan that is a pipe": () => void execFileSync("mkfifo", [join(state, `plan.${owner}`)]),
  "a plan without end": () => symlinkSync("/dev/zero", join(state, `plan.${owner}`)),
  "a plan that is a directory": () => mkdirSync(join(state, `plan.${owner}`)),
  "a journal with a target elsewhere": () => journal([entry("../../victim")]),
  "a journal with a target by its absolute path": () =>
    journal([{ target: join(home, "victim"), old: sha256("precious"), new: sha256("x") }]),
  "a journal with one good and one bad target": () => journal([entry("../c.yaml"), entry("../../victim")]),
  "a journal that leaves through a link": () => {
    symlinkSync("..", join(root, "out"));
    journal([entry("../out/victim")]);
  },
  "a journal whose target is a link": () => {
    symlinkSync("../victim", join(root, "link"));
    journal([{ target: "../link", old: sha256("precious"), new: sha256("x") }]);
  },
  "a journal whose staged file is a link": () => {
    symlinkSync("../victim", stagedPath(join(root, "c.yaml"), owner));
    journal([{ target: "../c.yaml", old: sha256("old"), new: sha256("precious") }]);
  },
  "a journal without an owner": () => journal([entry("../c.yaml")], ""),
  "a journal with hashes that are none": () => journal([{ target: "../c.yaml", old: "*", new: "*" }]),
  "a journal with an entry of another shape": () => journal([entry("../c.yaml"), "../../victim"]),
  "somebody's file of that name": () => writeFileSync(join(state, "journal"), "dear diary\n"),
  "an empty file of that name": () => writeFileSync(join(state, "journal"), ""),
  "a huge journal": () => {
    journal([entry("../c.yaml")]);
    truncateSync(join(state, "journal"), 5_000_000_000);
  },
  "a journal that is a link": () => symlinkSync("../../victim", join(state, "journal")),
  "a journal without end": () => symlinkSync("/dev/zero", join(state, "journal")),
  "a journal that is a pipe": () => void execFileSync("mkfifo", [join(state, "journal")]),
  "a lock that is a pipe": () => void execFileSync("mkfifo", [join(state, "lock")]),
  "a lock without end": () => symlinkSync("/dev/zero", join(state, "lock")),
  "a state directory that is a link": () => {
    rmSync(state, { recursive: true });
    symlinkSync("../empty", state);
  },
  "a state directory that is a file": () => {
    rmSync(state, { recursive: true });
    writeFileSync(state, "mine");
  },
};

const change = (): Parameters<typeof commit>[1] => [
  { path: join(root, "d.yaml"), expected: "absent", content: Buffer.from("new"), mode: 0o644, verify: async () => {} },
];

describe.each(Object.entries(forged))("%s", (_, forge) => {
  test("is not touched, and said to be, with all that it names", async () => {
    forge();
    const before = everything(home);
    await expect(recover(real, state, { patience: 0 })).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("not touched"),
      at: { file: expect.stringContaining(state) },
      hint: expect.stringMatching(/rm -r .+$/),
    });
    await expect(commit(real, change(), { state, patience: 0 })).rejects.toMatchObject({ code: "refused" });
    expect(everything(home)).toEqual(before);
  });
});

test("lock files that go in a circle end as busy, at once", async () => {
  const other = owner.replace("4194999", "4194998");
  writeFileSync(join(state, "lock"), `${owner}\n`);
  writeFileSync(join(state, `after.${owner}`), `${other}\n`);
  writeFileSync(join(state, `after.${other}`), `${owner}\n`);
  await expect(commit(real, change(), { state, patience: 0 })).rejects.toMatchObject({ code: "busy" });
});

test("notes of another user are not touched, unless root looks at a directory of that user's", async () => {
  plan({ targets: ["../c.yaml"], directories: [] });
  const note = join(state, `plan.${owner}`);
  const staged = stagedPath(join(root, "c.yaml"), owner);
  writeFileSync(staged, "x");
  /** A machine on which `uid` looks, and the notes, or all of it, belong to somebody. */
  const machine = (uid: number, belongs: (path: string) => number): Host => ({
    ...real,
    system: { ...real.system, uid },
    files: {
      ...real.files,
      stat: async (path, options) => {
        const found = await real.files.stat(path, options);
        return found && { ...found, uid: belongs(path) };
      },
    },
  });
  for (const uid of [1000, 0]) {
    const stranger = machine(uid, (path) => (path === note ? 1001 : uid));
    await expect(recover(stranger, state)).rejects.toMatchObject({ message: expect.stringContaining("user 1001") });
    expect(readFileSync(staged, "utf8")).toBe("x");
  }
  await recover(
    machine(0, () => 1001),
    state,
  );
  expect(readdirSync(root).toSorted()).toEqual([".c.yaml.0123456789ab.secrets-tmp", "c.yaml", "empty"]);
});

test("a file that only looks like ours is nobody's business", async () => {
  writeFileSync(join(state, `diary.${owner}`), "mine");
  plan({ targets: ["../c.yaml"], directories: [] });
  await recover(real, state);
  expect(readdirSync(state)).toEqual([`diary.${owner}`]);
  expect(readFileSync(join(root, ".c.yaml.0123456789ab.secrets-tmp"), "utf8")).toBe("the user's own");
});
