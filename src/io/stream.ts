/**
 * How do bytes flow between files, standard streams and the pure core?
 *
 * Everywhere as an async iterable of chunks, so that a secret of any size passes in constant memory.
 */
import { createHash } from "node:crypto";

import { SecretsError } from "../errors.ts";
import type { Files, Host } from "./host.ts";
import { errorCode } from "./io-error.ts";

const CHUNK = 256 * 1024;

/** The bytes of a file, opened at the first chunk that is asked for and closed on every way out. */
export async function* readStream(files: Files, path: string): AsyncGenerator<Uint8Array> {
  const file = await files.open(path, "read");
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const count = await file.read(buffer);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    await file.close();
  }
}

/** The bytes of a regular file, or undefined where there are more than `limit`; never follows the last symlink. Node's error otherwise. */
export async function readLimited(files: Files, path: string, limit: number): Promise<Uint8Array | undefined> {
  const file = await files.open(path, "read-itself");
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; ;) {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const count = await file.read(buffer);
      if (count === 0) return Buffer.concat(chunks);
      size += count;
      if (size > limit) return undefined;
      chunks.push(buffer.subarray(0, count));
    }
  } finally {
    await file.close();
  }
}

/** Makes a file that is not there yet. `durable`: fsync it. Node's error, and perhaps a part of it, otherwise. */
export async function writeNew(
  { files }: Host,
  path: string,
  given: { readonly content: string | Uint8Array; readonly mode: number; readonly durable?: boolean },
): Promise<void> {
  const file = await files.open(path, "create", given.mode);
  try {
    await file.write(Buffer.from(given.content));
    if (given.durable === true) await file.sync();
  } finally {
    await file.close();
  }
}

/** The same chunks; the first `limit` bytes of them only when the stream has ended, or turned out to be longer. */
export async function* heldBack(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    held.push(chunk);
    if (size > limit) yield* held.splice(0);
  }
  yield* held;
}

/** @internal Bytes that are held in memory as one piece unless somebody says more: far above every document. */
export const MAX_WHOLE = 64 * 1024 * 1024;

/** All of it in one piece. @throws SecretsError `malformed` where there are more bytes than `limit` */
export async function collect(chunks: AsyncIterable<Uint8Array>, limit = MAX_WHOLE): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new SecretsError("malformed", `it has more than ${limit >> 20} MiB, which is too large`);
    all.push(chunk);
  }
  return all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all);
}

/** SHA-256 of a stream in lower-case hex, and its length in bytes. */
export async function digest(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest("hex"), size };
}

/** A stream that is hashed as it passes. */
export interface Hashed {
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** SHA-256 of what has passed; asked for at the end. */
  readonly digest: () => Buffer;
  /** Bytes that have passed. */
  readonly size: () => number;
}

/** The same chunks, hashed and counted as they pass and never kept. */
export function hashed(chunks: AsyncIterable<Uint8Array>): Hashed {
  const hash = createHash("sha256");
  let size = 0;
  let digested: Buffer | undefined;
  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  return { chunks: passing(), digest: () => (digested ??= hash.digest()), size: () => size };
}

/** SHA-256 in lower-case hex. A string counts as UTF-8. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a file in lower-case hex, or "absent" where nothing is. Node's error otherwise. */
export async function fileHash({ files }: Host, path: string): Promise<string> {
  try {
    return (await digest(readStream(files, path))).sha256;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "absent";
    throw error;
  }
}
