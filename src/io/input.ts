/**
 * What may be read where somebody, or a repository, names a file?
 *
 * A pipe or a device may never end, and the name of one may be a link that a stranger committed. So only what takes input on purpose waits
 * for a pipe, as `<(…)` makes one, and a device must be named as one.
 */
import { dressed, SecretsError } from "../errors.ts";
import type { Files } from "./host.ts";
import { ioError } from "./io-error.ts";
import { collect, readStream } from "./stream.ts";

export interface Input {
  /** Absolute. */
  readonly path: string;
  /** As it is shown. */
  readonly shown: string;
  /** Whether it is input on purpose; else only a regular file is read. */
  readonly pipes?: boolean | undefined;
}

/**
 * The bytes of a file, opened at the first chunk that is asked for.
 * @throws SecretsError `not-found`; `usage` for a directory, a pipe or a device; `io`
 */
export async function* inputChunks(files: Files, input: Input): AsyncGenerator<Uint8Array> {
  const { path, shown, pipes = false } = input;
  const at = { file: shown };
  try {
    const stat = await files.stat(path);
    if (stat === undefined) throw new SecretsError("not-found", "no such file", { at });
    if (stat.kind === "directory") throw new SecretsError("usage", "this is a directory, not a file", { at });
    const isRead = stat.kind === "file" || (pipes && (stat.kind === "pipe" || isDevicePath(path)));
    if (!isRead) {
      const what = stat.kind === "pipe" ? "a pipe" : "a device";
      throw new SecretsError("usage", `this is ${what}, not a file`, { at });
    }
    yield* readStream(files, path);
  } catch (error) {
    throw ioError(error, shown, "read");
  }
}

/** All of it. @throws SecretsError as `inputChunks`; `malformed` for what is too large to be held in memory */
export async function readInput(files: Files, input: Input): Promise<Uint8Array> {
  try {
    return await collect(inputChunks(files, input));
  } catch (error) {
    throw error instanceof SecretsError ? dressed(error, { at: { file: input.shown } }) : error;
  }
}

/** `/dev/stdin`, `/dev/fd/63`, `/dev/null`: whoever names a device knows that it is one. In /dev/shm lie files like any other. */
export function isDevicePath(path: string): boolean {
  return /^\/(?:dev(?!\/shm\/)|proc)\//.test(path);
}
