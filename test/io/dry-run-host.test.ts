/** Does a dry run go through everything and change nothing? */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { commit } from "../../src/io/commit.ts";
import { dryRun } from "../../src/io/dry-run-host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { withScratch } from "../../src/io/scratch.ts";
import { changesOf, makeRepository, names, newContent, overall, strays } from "./repository.ts";

const real = nodeHost();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dry-test-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test("a commit in a dry run shows what it would write, and writes nothing", async () => {
  const repository = makeRepository();
  const host = dryRun(real);
  const before = statSync(repository.root, { bigint: true }).mtimeNs;
  const { written } = await commit(host, changesOf(repository), { state: repository.state });
  expect(written).toHaveLength(names.length);
  expect(overall(repository)).toBe("old");
  expect(strays(repository)).toEqual([]);
  expect(statSync(repository.root, { bigint: true }).mtimeNs).toBe(before);
  for (const name of names) expect(text(await host.files.read(join(repository.root, name)))).toBe(newContent(name));
  repository.remove();
});

test("a second commit sees what the first would have written", async () => {
  const repository = makeRepository();
  const host = dryRun(real);
  await commit(host, changesOf(repository), { state: repository.state });
  const again = await commit(host, changesOf(repository), { state: repository.state });
  expect(again.unchanged).toHaveLength(names.length);
  repository.remove();
});

describe("files in a dry run", () => {
  test("behave as they would", async () => {
    const { files } = dryRun(real);
    writeFileSync(at("a"), "old", { mode: 0o640 });
    symlinkSync("a", at("link"));
    await expect(files.open(at("a"), "create")).rejects.toMatchObject({ code: "EEXIST" });
    await expect(files.open(at("no/b"), "create")).rejects.toMatchObject({ code: "ENOENT" });
    await files.makeDirectory(at("no/deep"));
    const file = await files.open(at("no/b"), "create", 0o600);
    await file.write(new TextEncoder().encode("new"));
    await file.close();
    expect(await files.list(at("no"))).toEqual(expect.arrayContaining(["b", "deep"]));
    expect(await files.stat(at("no/b"))).toMatchObject({ kind: "file", size: 3, mode: 0o600 });
    await expect(files.link(at("no/b"), at("a"))).rejects.toMatchObject({ code: "EEXIST" });
    await files.rename(at("no/b"), at("a"));
    expect(text(await files.read(at("a")))).toBe("new");
    expect(text(await files.read(at("link")))).toBe("new");
    await expect(files.remove(at("no"))).rejects.toMatchObject({ code: "EISDIR" });
    await expect(files.removeDirectory(at("no"))).rejects.toMatchObject({ code: "ENOTEMPTY" });
    await expect(files.removeDirectory(at("a"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await files.removeDirectory(at("no/deep"));
    await files.removeDirectory(at("no"));
    expect(await files.stat(at("no"))).toBeUndefined();
    await files.remove(at("link"));
    await expect(files.remove(at("link"))).rejects.toMatchObject({ code: "ENOENT" });
    expect((await files.list(directory)).toSorted()).toEqual(["a"]);
    expect(readdirSync(directory).toSorted()).toEqual(["a", "link"]);
    expect(readFileSync(at("a"), "utf8")).toBe("old");
  });

  test("in a scratch directory are real, because an editor must see them", async () => {
    const host = dryRun({
      ...real,
      system: { ...real.system, temporary: directory },
      files: { ...real.files, inMemory: () => Promise.resolve(false) },
    });
    await withScratch(host, { name: "a", bytes: new TextEncoder().encode("plain") }, async (scratch) => {
      expect(readFileSync(scratch.path, "utf8")).toBe("plain");
      writeFileSync(scratch.path, "edited");
      expect(text(await scratch.read())).toBe("edited");
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});
