/** Do files in memory behave as those on a disk? */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { nodeHost } from "../../src/io/node-host.ts";
import { withMemoryDisk } from "./memory-disk.ts";

const real = nodeHost();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "memory-test-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test("files in memory behave as they would", async () => {
  const { files } = withMemoryDisk(real);
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
