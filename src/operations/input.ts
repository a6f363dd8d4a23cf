/**
 * How can a stream be looked at before it is used?
 */
import { digest, readStream } from "../io/stream.ts";
import { attempt } from "../io/io-error.ts";
import { statOf, type Project } from "./project.ts";

/** Enough for every header that tells an encrypted file from a plain one. */
const HEAD = 4096;

/** The first bytes, and the whole stream once more from its beginning (to be iterated once). */
export async function replayable(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: () => AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let size = 0;
  let done = false;
  while (size < HEAD && !done) {
    const next = await iterator.next();
    if (next.done === true) done = true;
    else {
      seen.push(next.value);
      size += next.value.length;
    }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen;
      if (done) return;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(seen), chunks };
}

/** SHA-256 of the file that is there now; undefined where nothing is. */
export async function digestOf(project: Project, path: string): Promise<string | undefined> {
  if ((await statOf(project, path))?.kind !== "file") return undefined;
  return attempt(project.show(path), "read", async () => (await digest(readStream(project.host.files, path))).sha256);
}
