/**
 * Where may plaintext lie while an editor has it open?
 *
 * In memory where the system has a file system for that, in a directory that only the user can enter, and no longer than we live: a guard outside
 * our process removes it even after `kill -9`.
 */
import { join } from "node:path";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { attempt, errorCode, ioError, quietly } from "./io-error.ts";
import { isOwner, liveness, newOwner, retire } from "./owner.ts";
import { collect, readStream, writeNew } from "./stream.ts";

/** `secrets-edit.TOKEN`, the token as in `owner.ts`: random, and it says whether its process still lives. */
const prefix = "secrets-edit.";

export interface Scratch {
  /** The file: its name is the secret's, so that editors know the syntax. Its directory goes when we go. */
  readonly path: string;
  /** What is in the file now. Throws `editor` where the editor left no regular file. */
  readonly read: () => Promise<Uint8Array>;
}

export interface ScratchOptions {
  /** The base name that the file gets, without `.age`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Told in a line when the file has to lie on a disk. */
  readonly warn?: ((line: string) => void) | undefined;
}

/**
 * Puts `bytes` into a file, 0600, of a directory of its own, 0700, calls `use`, and removes the directory on every way out.
 * Throws what `use` throws, `io`.
 */
export async function withScratch<T>(
  host: Host,
  { name, bytes, warn }: ScratchOptions,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const base = await memoryDirectory(host);
  if (base === undefined) warn?.(`no in-memory directory here: the plaintext is in ${host.system.temporary} meanwhile`);
  const parent = base ?? host.system.temporary;
  await sweep(host, parent);
  const owner = await newOwner(host);
  const directory = join(parent, prefix + owner);
  const path = join(directory, fileName(name));
  const remove = await attempt(directory, "create", () => host.files.makeScratch(directory));
  const forget = host.onExit(() => remove().catch(() => undefined));
  try {
    await attempt(path, "write", () => writeNew(host, path, { content: bytes, mode: 0o600 }));
    return await use({ path, read: () => readBack(host, path) });
  } finally {
    forget();
    // The guard tries again when we are gone.
    if (!(await quietly(remove))) warn?.(`the plaintext could not be removed from ${directory}`);
    retire(owner);
  }
}

async function memoryDirectory(host: Host): Promise<string | undefined> {
  if (host.system.platform !== "linux") return undefined;
  for (const directory of [host.env["XDG_RUNTIME_DIR"], "/dev/shm"]) {
    if (directory?.startsWith("/") !== true) continue;
    const usable = await host.files.inMemory(directory).catch(() => false);
    if (usable && (await canMakeIn(host, directory))) return directory;
  }
  return undefined;
}

/** XDG_RUNTIME_DIR may be left from another user (`su`, `sudo -E`). */
async function canMakeIn(host: Host, directory: string): Promise<boolean> {
  const stat = await host.files.stat(directory).catch(() => undefined);
  if (stat?.kind !== "directory") return false;
  return (stat.mode & 0o002) !== 0 || stat.uid === host.system.uid || host.system.uid === 0;
}

/** Directories of processes that died together with their guard. */
async function sweep(host: Host, parent: string): Promise<void> {
  const names = await host.files.list(parent).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(prefix) && isOwner(entry.slice(prefix.length)))) {
    const directory = join(parent, name);
    const stat = await host.files.stat(directory, { follow: false }).catch(() => undefined);
    if (stat?.kind !== "directory" || stat.uid !== host.system.uid) continue;
    if ((await liveness(host, name.slice(prefix.length))) === "dead")
      await quietly(() => host.files.removeScratch(directory));
  }
}

/** What could climb out of the directory, or be taken for an option, is not a file name. */
function fileName(name: string): string {
  const safe = name
    .replace(/\.age$/, "")
    .replaceAll(/[/\\\0]/g, "_")
    .replace(/^-/, "_");
  return ["", ".", ".."].includes(safe) ? "secret" : safe;
}

async function readBack(host: Host, path: string): Promise<Uint8Array> {
  const stat = await attempt(path, "read", () => host.files.stat(path, { follow: false }));
  if (stat === undefined) throw new SecretsError("editor", "the editor removed the file; nothing was changed");
  if (stat.kind !== "file") throw new SecretsError("editor", "the editor left no regular file; nothing was changed");
  try {
    return await collect(readStream({ ...host.files, open: (file) => host.files.open(file, "read-itself") }, path));
  } catch (error) {
    throw errorCode(error) === "ELOOP"
      ? new SecretsError("editor", "the editor left a symlink; nothing was changed")
      : ioError(error, path, "read");
  }
}
