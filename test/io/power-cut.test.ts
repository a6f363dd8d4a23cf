/**
 * What is left when the power goes, and the disk has kept only what was synced, or anything in between?
 *
 * One commit is recorded. For every moment of it each state is built that a disk may be left in: directory entries since the directory's last
 * sync may be there or not, data since the file's last sync may be lost, half there, or whole. Recovery runs on each of them, in memory.
 */
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

import { commit } from "../../src/io/commit.ts";
import type { Change } from "../../src/io/stage.ts";
import { recover } from "../../src/io/recover.ts";
import type { Files, Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { sampled } from "../sample.ts";
import { withMemoryDisk } from "./memory-disk.ts";
import { changesOf, makeRepository, names, newContent, oldContent, type Repository } from "./repository.ts";

const real = nodeHost();

type Entry = number | "directory" | undefined;

type Step =
  | { readonly kind: "data"; readonly inode: number; readonly bytes: Uint8Array }
  | { readonly kind: "sync"; readonly inode: number }
  | { readonly kind: "entries"; readonly directory: string; readonly set: readonly (readonly [string, Entry])[] }
  | { readonly kind: "syncDirectory"; readonly directory: string };

/** A host that writes down what reaches the disk and when. */
function recording(host: Host, steps: Step[]): Host {
  const { files } = host;
  const inodes = new Map<string, number>();
  let last = 0;
  const entries = (path: string, ...set: (readonly [string, Entry])[]): void => {
    for (const [name, entry] of set) {
      if (typeof entry === "number") inodes.set(name, entry);
      else inodes.delete(name);
    }
    steps.push({ kind: "entries", directory: dirname(path), set });
  };
  const recorded: Files = {
    ...files,
    open: async (path, how, mode) => {
      const file = await files.open(path, how, mode);
      if (how !== "create") return file;
      last += 1;
      const inode = last;
      entries(path, [path, inode]);
      return {
        ...file,
        write: async (bytes) => {
          await file.write(bytes);
          steps.push({ kind: "data", inode, bytes: Uint8Array.from(bytes) });
        },
        sync: async () => {
          steps.push({ kind: "sync", inode });
        },
      };
    },
    rename: async (from, to) => {
      await files.rename(from, to);
      entries(to, [from, undefined], [to, inodes.get(from)]);
    },
    link: async (from, to) => {
      await files.link(from, to);
      entries(to, [to, inodes.get(from)]);
    },
    remove: async (path) => {
      await files.remove(path);
      entries(path, [path, undefined]);
    },
    removeDirectory: async (path) => {
      await files.removeDirectory(path);
      entries(path, [path, undefined]);
    },
    makeDirectory: async (path, mode) => {
      if ((await files.stat(path)) === undefined) entries(path, [path, "directory"]);
      await files.makeDirectory(path, mode);
    },
    syncDirectory: async (directory) => {
      steps.push({ kind: "syncDirectory", directory });
    },
  };
  return { ...host, files: recorded };
}

interface Disk {
  /** What is certainly there: 0 stands for a file as it was before. */
  readonly durable: Map<string, Entry>;
  /** What may be there, in order. */
  pending: Extract<Step, { kind: "entries" }>[];
  readonly synced: Map<number, Uint8Array>;
  readonly written: Map<number, Uint8Array>;
}

function diskAfter(steps: readonly Step[]): Disk {
  const disk: Disk = { durable: new Map(), pending: [], synced: new Map(), written: new Map() };
  for (const step of steps) {
    if (step.kind === "data") {
      disk.written.set(step.inode, Buffer.concat([disk.written.get(step.inode) ?? new Uint8Array(), step.bytes]));
    } else if (step.kind === "sync") {
      disk.synced.set(step.inode, disk.written.get(step.inode) ?? new Uint8Array());
    } else if (step.kind === "entries") {
      disk.pending.push(step);
    } else {
      const kept = disk.pending.filter(({ directory }) => directory === step.directory);
      for (const { set } of kept) for (const [path, entry] of set) disk.durable.set(path, entry);
      disk.pending = disk.pending.filter(({ directory }) => directory !== step.directory);
    }
  }
  return disk;
}

/** Which of the pending entries made it: all subsets of few, of many every beginning, every end and every single one. */
function* subsets<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 4) {
    for (let bits = 0; bits < 1 << items.length; bits += 1) yield items.filter((_, index) => (bits >> index) & 1);
    return;
  }
  for (let count = 0; count <= items.length; count += 1) {
    yield items.slice(0, count);
    if (count > 0 && count < items.length) yield items.slice(count);
    if (count > 1 && count < items.length) yield items.slice(count, count + 1);
  }
}

interface Left {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly bytesOf: (inode: number) => Uint8Array;
}

function* possible(disk: Disk): Generator<Left> {
  for (const subset of subsets(disk.pending)) {
    const entries = new Map(disk.durable);
    for (const { set } of subset) for (const [path, entry] of set) entries.set(path, entry);
    for (const share of [0, 0.5, 1]) {
      const bytesOf = (inode: number): Uint8Array => {
        const written = disk.written.get(inode) ?? new Uint8Array();
        const synced = disk.synced.get(inode)?.length ?? 0;
        return written.subarray(0, synced + Math.floor((written.length - synced) * share));
      };
      yield { entries, bytesOf };
    }
  }
}

/** The machine after the power came back: nobody of before lives. */
async function rebuilt(repository: Repository, { entries, bytesOf }: Left): Promise<Host> {
  const later: Host = { ...real, system: { ...real.system, started: async (pid) => `later ${pid}` } };
  const host = withMemoryDisk(later);
  const { files } = host;
  const isThere = (path: string): boolean =>
    !path.startsWith(repository.root) || !entries.has(path) ? true : entries.get(path) !== undefined;
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, entry] of sorted) {
    const found = await files.stat(path);
    if (found?.kind === "directory") await files.removeDirectory(path);
    else if (found !== undefined) await files.remove(path);
    // What is in a directory that is not there cannot be seen.
    if (entry === undefined || !isThere(dirname(path)) || (await files.stat(dirname(path))) === undefined) continue;
    if (entry === "directory") await files.makeDirectory(path);
    else {
      const file = await files.open(path, "create");
      await file.write(bytesOf(entry));
      await file.close();
    }
  }
  return host;
}

async function outcome(host: Host, repository: Repository, touched: readonly string[]): Promise<string> {
  const found = new Set<string>();
  for (const name of touched) {
    const path = join(repository.root, name);
    const content = (await host.files.stat(path)) && new TextDecoder().decode(await host.files.read(path));
    found.add(content === newContent(name) ? "new" : content === oldContent(name) ? "old" : `neither: ${name}`);
  }
  return [...found].join(" and ");
}

interface Summary {
  readonly states: number;
  readonly outcomes: ReadonlySet<string>;
  readonly afterwards: ReadonlySet<string>;
}

async function cutEverywhere(repository: Repository, touched: readonly string[]): Promise<Summary> {
  const changes = changesOf(repository).filter((_, index) => touched.includes(names[index] ?? ""));
  const steps = await recordedCommit(repository, changes);
  const outcomes = new Set<string>();
  const afterwards = new Set<string>();
  let states = 0;
  // Of the moments a part, but always the last, after which it is said to be done.
  for (const count of new Set([...sampled([...steps.keys()], touched.length > 2 ? 3 : 1), steps.length])) {
    for (const left of possible(diskAfter(steps.slice(0, count)))) {
      const host = await rebuilt(repository, left);
      states += 1;
      await recover(host, repository.state, { patience: 0 });
      const found = await outcome(host, repository, touched);
      outcomes.add(found);
      if (count === steps.length) afterwards.add(found);
    }
  }
  return { states, outcomes, afterwards };
}

async function recordedCommit(repository: Repository, changes: readonly Change[]): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const host = withMemoryDisk(real);
  await commit(recording(host, steps), changes, { state: repository.state });
  return steps;
}

describe("a power cut at any moment", () => {
  test.each<readonly [string, readonly string[]]>([
    ["five files", names],
    ["two files in one directory", ["a.yaml", "d.json"]],
    ["one file", ["a.yaml"]],
    ["one new file in a new directory", ["new/dir/e.age"]],
  ])("of a commit of %s leaves all old or all new, and all new once it said so", async (_, touched) => {
    const repository = makeRepository();
    const { states, outcomes, afterwards } = await cutEverywhere(repository, touched);
    repository.remove();
    expect(states).toBeGreaterThan(100);
    expect([...outcomes].toSorted()).toEqual(["new", "old"]);
    expect([...afterwards]).toEqual(["new"]);
  });
});
