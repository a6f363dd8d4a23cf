/**
 * How can a stream be looked at before it is used?
 */
import { SecretsError } from "../../errors.ts";
import { digest, readStream } from "../../io/stream.ts";
import { attempt } from "../../io/io-error.ts";
import { statOf, type Project } from "./project.ts";

/** Enough for every header that tells an encrypted file from a plain one. */
const HEAD = 4096;

export interface Replayable {
  readonly head: Uint8Array;
  /** The whole stream from its beginning, to be iterated once, to its end or not. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** For who has seen enough. */
  readonly close: () => Promise<void>;
}

/** The first bytes, and the whole stream once more. Either `chunks` is iterated or `close` is called. */
export async function replayable(source: AsyncIterable<Uint8Array>): Promise<Replayable> {
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
  const close = async () => {
    await iterator.return?.();
  };
  return { head: Buffer.concat(seen), chunks, close };
}

/** What is read, and where it goes. */
export interface Passage {
  /** Paths, or `-` for standard input; several only in place. */
  readonly inputs: readonly string[];
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
}

/** One input, and the path that is written; undefined for standard output. */
export interface Route {
  readonly input: string;
  readonly output: string | undefined;
}

/** @throws SecretsError `usage` for what excludes one another */
export function routesOf({ inputs, output, inPlace }: Passage): Route[] {
  const refuse = (message: string, hint: string) => {
    throw new SecretsError("usage", message, { hint });
  };
  if (inPlace === true && output !== undefined) refuse("in place and to another file at once", "either -i or -o OUT");
  if (inPlace === true && inputs.includes("-"))
    refuse("standard input cannot be changed in place", "name a file, or use -o OUT");
  if (inPlace !== true && inputs.length > 1) refuse("several files, and one output", "each in place: -i");
  return inputs.map((input) => ({ input, output: inPlace === true ? input : outputPath(output) }));
}

/** The path that is meant by an output: undefined for standard output, by whatever name. */
export function outputPath(output: string | undefined): string | undefined {
  const names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
  return output === undefined || names.includes(output) ? undefined : output;
}

/** SHA-256 of the file that is there now; undefined where nothing is. */
export async function digestOf(project: Project, path: string): Promise<string | undefined> {
  if ((await statOf(project, path))?.kind !== "file") return undefined;
  return attempt(project.show(path), "read", async () => (await digest(readStream(project.host.files, path))).sha256);
}
