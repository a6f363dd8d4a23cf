/** Is a pipe waited for where it is input, and only there? */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { isDevicePath, readInput } from "../../src/io/input.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { MAX_WHOLE } from "../../src/io/stream.ts";

const { files } = nodeHost();
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "input-test-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => join(directory, name);
const read = (name: string, pipes: boolean): Promise<Uint8Array> =>
  readInput(files, { path: name.startsWith("/") ? name : at(name), shown: name, pipes });

test("a pipe is read to its end where it is input on purpose", async () => {
  execFileSync("mkfifo", [at("pipe")]);
  const writer = spawn("/bin/sh", ["-c", 'printf one > "$1"', "sh", at("pipe")]);
  expect(Buffer.from(await read("pipe", true)).toString()).toBe("one");
  writer.kill();
  await expect(read("pipe", false)).rejects.toMatchObject({ code: "usage", at: { file: "pipe" } });
});

test("a device is read only by its own name, and never without end", async () => {
  symlinkSync("/dev/null", at("link"));
  for (const pipes of [true, false]) await expect(read("link", pipes)).rejects.toMatchObject({ code: "usage" });
  expect(await read("/dev/null", true)).toHaveLength(0);
  await expect(read("/dev/null", false)).rejects.toMatchObject({ code: "usage" });
  await expect(read("/dev/zero", true)).rejects.toMatchObject({ code: "malformed", at: { file: "/dev/zero" } });
});

test("a file in shared memory is no device", () => {
  expect(["/dev/null", "/dev/fd/3", "/proc/self/fd/3"].map(isDevicePath)).toEqual([true, true, true]);
  expect(["/dev/shm/project/secrets/a.age", "/home/dev/null", "dev/null"].map(isDevicePath)).toEqual([
    false,
    false,
    false,
  ]);
});

test("a file is read through links, up to what fits into memory", async () => {
  mkdirSync(at("folder"));
  writeFileSync(at("file"), "text");
  symlinkSync("file", at("alias"));
  expect(Buffer.from(await read("alias", false)).toString()).toBe("text");
  await expect(read("folder", true)).rejects.toMatchObject({ code: "usage" });
  await expect(read("nothing", true)).rejects.toMatchObject({ code: "not-found" });
  truncateSync(at("file"), MAX_WHOLE + 1);
  await expect(read("file", false)).rejects.toMatchObject({ code: "malformed" });
});
