/** Where does the plaintext lie while it is edited, and is it gone afterwards, whatever happens? */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { newOwner } from "../../src/io/owner.ts";
import { type Scratch, withScratch } from "../../src/io/scratch.ts";
import { bundled, type Program } from "./child.ts";

const real = nodeHost();
let temporary: string;
let host: Host;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "scratch-test-"));
  // As on a machine without a file system in memory, so that nothing but our own directory is looked at.
  host = {
    ...real,
    system: { ...real.system, temporary },
    files: { ...real.files, inMemory: () => Promise.resolve(false) },
  };
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = <T>(use: (scratch: Scratch) => Promise<T>, name = "db.yaml"): Promise<T> =>
  withScratch(host, { name, bytes: bytes("plain") }, use);
const textOf = async (scratch: Scratch): Promise<string> => new TextDecoder().decode(await scratch.read());

/** What an editor's temporary directory may look like: nobody but root may enter it. */
function lockUp(directory: string): void {
  mkdirSync(join(directory, "outer", "inner"), { recursive: true });
  writeFileSync(join(directory, "outer", "inner", "plain"), "plain");
  chmodSync(join(directory, "outer", "inner"), 0o000);
  chmodSync(join(directory, "outer"), 0o500);
}

describe("a scratch file", () => {
  test("belongs to the user alone, and is gone with its directory afterwards", async () => {
    const directory = await open(async (scratch) => {
      expect(statSync(dirname(scratch.path)).mode & 0o777).toBe(0o700);
      expect(statSync(scratch.path).mode & 0o777).toBe(0o600);
      expect(readFileSync(scratch.path, "utf8")).toBe("plain");
      writeFileSync(join(dirname(scratch.path), ".swp"), "left by an editor");
      return dirname(scratch.path);
    });
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("is gone also where the editor locked a directory against us", async () => {
    await open(async (scratch) => lockUp(dirname(scratch.path)));
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("that cannot be removed is said so", async () => {
    const told: string[] = [];
    const stubborn: Host = {
      ...host,
      files: {
        ...host.files,
        makeScratch: async (path) => {
          await host.files.makeScratch(path);
          return () => Promise.reject(new Error("no"));
        },
      },
    };
    const options = { name: "a", bytes: bytes(""), warn: (line: string) => told.push(line) };
    const directory = await withScratch(stubborn, options, async (scratch) => dirname(scratch.path));
    expect(told.at(-1)).toBe(`the plaintext could not be removed from ${directory}`);
  });

  test("is gone when what used it fails", async () => {
    await expect(open(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each([
    ["proxmox.age", "proxmox"],
    ["db.yaml", "db.yaml"],
    ["a/b.env", "a_b.env"],
    ["-rf", "_rf"],
    ["..", "secret"],
    [".age", "secret"],
  ])("of %s is called %s", async (name, expected) => {
    expect(await open(async (scratch) => basename(scratch.path), name)).toBe(expected);
  });

  test("is read back as the editor left it, also where it made a new file in its place", async () => {
    await open(async (scratch) => {
      writeFileSync(scratch.path, "in place");
      expect(await textOf(scratch)).toBe("in place");
      writeFileSync(`${scratch.path}~`, "replaced");
      renameSync(`${scratch.path}~`, scratch.path);
      expect(await textOf(scratch)).toBe("replaced");
    });
  });

  test.each<readonly [string, (path: string) => void]>([
    ["nothing", () => undefined],
    ["a directory", (path) => mkdirSync(path)],
    ["a symlink to another file", (path) => symlinkSync("/etc/hostname", path)],
    ["a symlink to nothing", (path) => symlinkSync("nowhere", path)],
  ])("that the editor replaced by %s is an editor error", async (_, replace) => {
    await open(async (scratch) => {
      rmSync(scratch.path);
      replace(scratch.path);
      await expect(scratch.read()).rejects.toMatchObject({ code: "editor" });
    });
  });

  test("on a disk is said so, in one line", async () => {
    const told: string[] = [];
    await withScratch(host, { name: "a", bytes: bytes(""), warn: (line) => told.push(line) }, async () => undefined);
    expect(told).toEqual([`no in-memory directory here: the plaintext is in ${temporary} meanwhile`]);
  });

  test("lies in memory where the system has that, and nothing is said", async () => {
    const memory = mkdtempSync(join(tmpdir(), "memory-test-"));
    const told: string[] = [];
    const withMemory: Host = {
      ...host,
      env: { XDG_RUNTIME_DIR: memory },
      system: { ...host.system, platform: "linux" },
      files: { ...host.files, inMemory: (directory) => Promise.resolve(directory === memory) },
    };
    const options = { name: "a", bytes: bytes(""), warn: (line: string) => told.push(line) };
    const directory = await withScratch(withMemory, options, async (scratch) => dirname(scratch.path));
    expect(dirname(directory)).toBe(memory);
    expect(told).toEqual([]);
    rmSync(memory, { recursive: true });
  });

  test("of a dead process is swept by the next one, and that of a live one is left", async () => {
    const dead = await newOwner({ ...host, system: { ...host.system, pid: 4_194_305 } });
    const alive = await newOwner(host);
    for (const owner of [dead, alive]) {
      mkdirSync(join(temporary, `secrets-edit.${owner}`, "deep"), { recursive: true });
      writeFileSync(join(temporary, `secrets-edit.${owner}`, "deep", "plain"), "plain");
    }
    mkdirSync(join(temporary, "secrets-edit.of-somebody"));
    await open(async () => undefined);
    expect(readdirSync(temporary).toSorted()).toEqual([`secrets-edit.${alive}`, "secrets-edit.of-somebody"].toSorted());
  });

  test.skipIf(process.platform !== "linux")("lies in /dev/shm only if that is in memory", async () => {
    expect(await real.files.inMemory("/proc")).toBe(false);
  });
});

describe.skipIf(process.platform === "win32")("when the program is ended", () => {
  let program: Program;
  beforeAll(async () => {
    program = await bundled("commit-child.ts");
  });
  afterAll(() => program.remove());

  test.each(["SIGKILL", "SIGINT", "SIGTERM", "SIGHUP", "SIGSEGV"] as const)(
    "by %s, the directory goes",
    async (signal) => {
      const running = program.start(["scratch", "canary"], { TMPDIR: temporary });
      const directory = await running.firstLine;
      expect(readFileSync(join(directory, "canary.env"), "utf8")).toBe("canary");
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ signal });
      await expect.poll(() => existsSync(directory), { interval: 5 }).toBe(false);
    },
  );
});
