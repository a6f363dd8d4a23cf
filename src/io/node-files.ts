/**
 * How are files read and written on this machine?
 *
 * `Files` on top of node:fs. Nothing here decides anything: order, durability and recovery are `commit.ts`'s.
 */
import { setTimeout } from "node:timers/promises";
import { type BigIntStats, constants } from "node:fs";
import * as fs from "node:fs/promises";
import { dirname, join } from "node:path";

import { errorCode } from "./io-error.ts";
import type { Files, FileStat, OpenFile } from "./host.ts";

/** `statfs` types of file systems that live in memory: tmpfs and ramfs (linux/magic.h). */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** What a directory answers to fsync where the file system has no such thing. */
const cannotSync: ReadonlySet<string> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM"]);

const flags: Readonly<Record<"read" | "read-itself" | "create", number>> = {
  read: constants.O_RDONLY,
  "read-itself": constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
};

/** The `Files` of the real machine. */
export function nodeFiles(): Files {
  return {
    read,
    stat,
    list: (directory) => fs.readdir(directory),
    realpath: (path) => fs.realpath(path),
    open: async (path, how, mode) => openFile(await fs.open(path, flags[how], mode ?? 0o600)),
    chmod: (path, mode) => fs.chmod(path, mode),
    chown: (path, uid, gid) => fs.lchown(path, uid, gid),
    rename: (from, to) => fs.rename(from, to),
    link: (from, to) => fs.link(from, to),
    remove: (path) => fs.unlink(path),
    removeDirectory: (path) => fs.rmdir(path),
    makeDirectory,
    makeScratch,
    removeScratch,
    inMemory: async (directory) => memoryFileSystems.has((await fs.statfs(directory)).type >>> 0),
    syncDirectory,
  };
}

/** Less than what Node, or a text, can hold. */
const LARGEST = 512_000_000;

async function read(path: string): Promise<Uint8Array> {
  const found = await stat(path);
  const code = found?.kind === "pipe" || found?.kind === "other" ? "EOPNOTSUPP" : "EFBIG";
  if (code === "EFBIG" && (found?.size ?? 0) <= LARGEST) return fs.readFile(path);
  throw Object.assign(new Error(`${code}: not read`), { code });
}

async function stat(path: string, options?: { follow?: boolean }): Promise<FileStat | undefined> {
  try {
    // Inode numbers may be larger than what a Number holds.
    const found = await (options?.follow === false ? fs.lstat : fs.stat)(path, { bigint: true });
    return {
      kind: kindOf(found),
      mode: Number(found.mode & 0o777n),
      size: Number(found.size),
      uid: Number(found.uid),
      gid: Number(found.gid),
      links: Number(found.nlink),
      identity: `${found.dev}:${found.ino}`,
    };
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function kindOf(found: BigIntStats): FileStat["kind"] {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symlink";
  return found.isFIFO() ? "pipe" : "other";
}

function openFile(handle: fs.FileHandle): OpenFile {
  return {
    read: async (buffer) => (await handle.read(buffer, 0, buffer.length, null)).bytesRead,
    write: async (bytes) => {
      // A full disk may take a part and say so only to the next call.
      for (let done = 0; done < bytes.length;) {
        done += (await handle.write(bytes, done, bytes.length - done, null)).bytesWritten;
      }
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** Node's own `recursive` never comes back from a place where nothing can be made, such as /proc. */
async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path), mode);
    await makeOne(path, mode);
  }
}

/** How often somebody else may make and remove a directory before we give up. */
const TRIES = 30;

async function makeOne(path: string, mode: number, tries = TRIES): Promise<void> {
  try {
    await fs.mkdir(path, { mode });
  } catch (error) {
    // Of what is there already, systems say EEXIST, EISDIR, EROFS or EACCES.
    const found = errorCode(error) === "ENOENT" ? undefined : await stat(path).catch(() => undefined);
    if (found?.kind === "directory") return;
    if (found !== undefined || errorCode(error) !== "EEXIST" || tries === 0) throw error;
    // Another process was done with it and removed it between our two questions. Who waits at random falls out of step with it.
    await setTimeout(Math.random() * 5);
    await makeOne(path, mode, tries - 1);
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (!cannotSync.has(errorCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

/**
 * The guard is a shell of its own session that waits at the end of a pipe: only we hold the other end, so the pipe
 * closes when we die in whatever way, and the shell removes the directory. It holds no secret and sees none.
 */
async function makeScratch(path: string): Promise<() => Promise<void>> {
  await fs.mkdir(path, { mode: 0o700 });
  const removeNow = (): Promise<void> => removeScratch(path);
  if (process.platform === "win32") return removeNow;
  try {
    const { spawn } = await import("node:child_process");
    const script =
      'trap "" HUP INT TERM QUIT; cat >/dev/null; rm -rf -- "$1" || { chmod -R u+rwx -- "$1"; rm -rf -- "$1"; }';
    const guard = spawn("/bin/sh", ["-c", script, "sh", path], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
    });
    guard.stdin.on("error", () => undefined);
    await new Promise<void>((resolve, reject) => {
      guard.once("spawn", resolve);
      guard.once("error", reject);
    });
    guard.unref();
    return async () => {
      await removeNow();
      guard.stdin.end();
    };
  } catch (error) {
    await removeNow();
    throw error;
  }
}

/** Also what an editor locked against us: a directory of ours that we may not enter. */
async function removeScratch(path: string): Promise<void> {
  try {
    await fs.rm(path, { recursive: true, force: true });
  } catch {
    await openUp(path);
    await fs.rm(path, { recursive: true, force: true });
  }
}

async function openUp(directory: string): Promise<void> {
  await fs.chmod(directory, 0o700);
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(directory, entry.name));
  }
}
