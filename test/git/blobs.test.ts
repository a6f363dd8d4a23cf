import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBlobs } from "../../src/git/blobs.ts";
import { gitIn, nulParts, type Git } from "../../src/git/git.ts";
import { nodeHost } from "../../src/io/node-host.ts";

const folder = mkdtempSync(path.join(tmpdir(), "blobs-"));
const run = (...args: string[]) => execFileSync("git", args, { cwd: folder }).toString().trim();
let git: Git;

beforeAll(async () => {
  run("init", "-q");
  git = await gitIn(nodeHost(), folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function blob(content: Buffer): string {
  writeFileSync(path.join(folder, "file"), content);
  return run("hash-object", "-w", "file");
}

async function read(oids: readonly string[]) {
  const found: [string, Buffer | undefined][] = [];
  await readBlobs(git, oids, (oid, bytes) => void found.push([oid, bytes && Buffer.from(bytes)]));
  return found;
}

test("blobs of every size come whole and in order, equal ones as often as they are asked for", async () => {
  const contents = [
    Buffer.alloc(0),
    Buffer.from("\n"),
    Buffer.from("x blob 3\nabc\n"),
    Buffer.alloc(65_536, "a"),
    Buffer.alloc(3_000_000, "b\n"),
    Buffer.of(0, 255, 10),
  ];
  const oids = contents.map(blob);
  const asked = [...oids, ...oids.toReversed()];

  expect((await read(asked)).map(([oid, bytes]) => `${oid} ${bytes?.toString("latin1")}`)).toEqual(
    asked.map((oid) => `${oid} ${contents[oids.indexOf(oid)]?.toString("latin1")}`),
  );
});

test("one that is not there is told, and the others come all the same", async () => {
  const oid = blob(Buffer.from("here"));
  const missing = "0123456789012345678901234567890123456789";

  expect(await read([missing, oid])).toEqual([
    [missing, undefined],
    [oid, Buffer.from("here")],
  ]);
});

test("none at all starts nothing", async () => {
  await expect(
    readBlobs({ ...git, stream: () => Promise.reject(new Error("started")) }, [], () => undefined),
  ).resolves.toBeUndefined();
});

test("what git refuses is told with its reason", async () => {
  await expect(git.ask(["cat-file", "-p", "nowhere"])).rejects.toMatchObject({
    code: "io",
    message: /^git cat-file failed: Not a valid object name/,
  });
});

test("names are parted by NUL and hold anything else", () => {
  expect(nulParts(Buffer.from("a\nb\0c d\0"))).toEqual(["a\nb", "c d"]);
  expect(nulParts(Buffer.alloc(0))).toEqual([]);
});
