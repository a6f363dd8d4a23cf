/**
 * What would the disk hold?
 *
 * A host whose files take every change into memory and show it to whoever looks again: a whole commit runs as it would, and the disk stays
 * as it is. On it a test can build thousands of disks.
 */
import { basename, dirname, join } from "node:path";

import type { FileStat, Files, Host, OpenFile } from "../../src/io/host.ts";

type Node =
  | { readonly kind: "file"; readonly file: { bytes: Uint8Array; mode: number; readonly id: number } }
  | { readonly kind: "directory" }
  | { readonly kind: "gone" };

/** On top of a host: nothing reaches the disk. */
export function withMemoryDisk(real: Host): Host {
  return { ...real, files: overlay({ real: real.files, changed: new Map<string, Node>() }) };
}

interface Overlay {
  readonly real: Files;
  /** What became of a path; a path that is not here is as it is on the disk. */
  readonly changed: Map<string, Node>;
}

function overlay(over: Overlay): Files {
  const { makeScratch, removeScratch, inMemory } = over.real;
  return {
    ...reading(over),
    ...writing(over),
    makeScratch,
    removeScratch,
    inMemory,
    syncDirectory: async () => undefined,
  };
}

function reading(over: Overlay): Pick<Files, "read" | "stat" | "list" | "realpath"> {
  const { real, changed } = over;
  return {
    read: async (path) => {
      const node = await find(over, path);
      return node === undefined ? real.read(path) : bytesOf(node);
    },
    stat: async (path, options) => {
      const node = options?.follow === false ? changed.get(path) : await find(over, path);
      return node === undefined ? real.stat(path, options) : statOf(node);
    },
    list: (directory) => listOf(over, directory),
    realpath: async (path) => (changed.has(path) ? path : real.realpath(path)),
  };
}

function writing(
  over: Overlay,
): Pick<Files, "open" | "chmod" | "chown" | "rename" | "link" | "remove" | "removeDirectory" | "makeDirectory"> {
  const { real, changed } = over;
  const isDirectory = async (path: string): Promise<boolean> =>
    (await reading(over).stat(path, { follow: false }))?.kind === "directory";
  return {
    open: async (path, how, mode) => {
      if (how === "create") return create(over, path, mode ?? 0o600);
      const node = await find(over, path);
      return node === undefined ? real.open(path, how, mode) : reader(bytesOf(node));
    },
    chmod: async (path, mode) => {
      const node = await load(over, path);
      if (node.kind === "file") node.file.mode = mode;
      await set(over, path, node);
    },
    chown: async (path) => void (await load(over, path)),
    rename: async (from, to) => {
      await set(over, to, await load(over, from));
      await set(over, from, { kind: "gone" });
    },
    link: async (from, to) => {
      if (await exists(over, to)) throw failure("EEXIST");
      await set(over, to, await load(over, from));
    },
    remove: async (path) => {
      if (!(await exists(over, path))) throw failure("ENOENT");
      if (await isDirectory(path)) throw failure("EISDIR");
      await set(over, path, { kind: "gone" });
    },
    removeDirectory: async (path) => {
      if (!(await exists(over, path))) throw failure("ENOENT");
      if (!(await isDirectory(path))) throw failure("ENOTDIR");
      if ((await listOf(over, path)).length > 0) throw failure("ENOTEMPTY");
      await set(over, path, { kind: "gone" });
    },
    makeDirectory: async (path) => {
      for (let parent = path; !(await exists(over, parent)); parent = dirname(parent)) {
        changed.set(parent, { kind: "directory" });
      }
    },
  };
}

async function create(over: Overlay, path: string, mode: number): Promise<OpenFile> {
  if (await exists(over, path)) throw failure("EEXIST");
  if (!(await exists(over, dirname(path)))) throw failure("ENOENT");
  const file = { bytes: new Uint8Array(), mode, id: newId() };
  await set(over, path, { kind: "file", file });
  return writer(file);
}

/** What became of a path, or of what its symlinks lead to. */
async function find({ real, changed }: Overlay, path: string): Promise<Node | undefined> {
  return changed.get(path) ?? changed.get(await real.realpath(path).catch(() => path));
}

async function exists({ real, changed }: Overlay, path: string): Promise<boolean> {
  const node = changed.get(path);
  return node === undefined ? (await real.stat(path, { follow: false })) !== undefined : node.kind !== "gone";
}

async function set({ real, changed }: Overlay, path: string, node: Node): Promise<void> {
  const wasNever = node.kind === "gone" && (await real.stat(path, { follow: false })) === undefined;
  if (wasNever) changed.delete(path);
  else changed.set(path, node);
}

async function load({ real, changed }: Overlay, path: string): Promise<Node> {
  const node = changed.get(path);
  const stat = node === undefined ? await real.stat(path) : undefined;
  if (node !== undefined && node.kind !== "gone") return node;
  if (stat === undefined) throw failure("ENOENT");
  return { kind: "file", file: { bytes: await real.read(path), mode: stat.mode, id: newId() } };
}

function bytesOf(node: Node): Uint8Array {
  if (node.kind === "file") return node.file.bytes;
  throw failure(node.kind === "gone" ? "ENOENT" : "EISDIR");
}

async function listOf({ real, changed }: Overlay, directory: string): Promise<string[]> {
  const own = changed.get(directory);
  if (own?.kind === "gone") throw failure("ENOENT");
  const names = new Set(own === undefined ? await real.list(directory) : []);
  for (const [path, node] of changed) {
    if (dirname(path) !== directory) continue;
    if (node.kind === "gone") names.delete(basename(path));
    else names.add(basename(path));
  }
  return [...names].filter((name) => join(directory, name) !== directory);
}

function statOf(node: Node): FileStat | undefined {
  if (node.kind === "gone") return undefined;
  const shared = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, links: 1 };
  if (node.kind === "directory") return { ...shared, kind: "directory", mode: 0o755, size: 0, identity: "new" };
  const { bytes, mode, id } = node.file;
  return { ...shared, kind: "file", mode, size: bytes.length, identity: `new:${id}` };
}

function writer(file: { bytes: Uint8Array }): OpenFile {
  return {
    read: () => Promise.reject(failure("EBADF")),
    write: async (bytes) => {
      file.bytes = Buffer.concat([file.bytes, bytes]);
    },
    sync: async () => undefined,
    close: async () => undefined,
  };
}

function reader(bytes: Uint8Array): OpenFile {
  let position = 0;
  return {
    read: async (buffer) => {
      const part = bytes.subarray(position, position + buffer.length);
      buffer.set(part);
      position += part.length;
      return part.length;
    },
    write: () => Promise.reject(failure("EBADF")),
    sync: async () => undefined,
    close: async () => undefined,
  };
}

let ids = 0;
function newId(): number {
  ids += 1;
  return ids;
}

function failure(code: string): Error {
  return Object.assign(new Error(`in memory: ${code}`), { code });
}
