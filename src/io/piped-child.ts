/**
 * How does the output of a child come piece by piece?
 *
 * For git, whose answers may be larger than memory and which is asked at every commit: `node:child_process` alone, because
 * loading anything more would cost as much as the question.
 */
import { spawn, type ChildProcess } from "node:child_process";
import type { ChildOptions, ChildResult, Host } from "./host.ts";
import { errorCode } from "./io-error.ts";

/** More of it than any message has. */
const MAX_STDERR = 64 * 1024;

export interface Piping {
  /** Is waited for before more is read. */
  readonly take: (piece: Uint8Array) => void | Promise<void>;
  /** A child that hangs must not outlive us. */
  readonly onExit: Host["onExit"];
}

/** As `Host.run` with `output`. */
export async function runPiped(
  argv: readonly string[],
  options: ChildOptions,
  { take, onExit }: Piping,
): Promise<ChildResult> {
  const [program = "", ...args] = argv;
  // Before it starts, since a signal may come at any time.
  const forget = onExit(() => void child.kill());
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const ended = end(child);
  ended.catch(() => undefined); // a program that cannot be started is told below
  const stderr: Buffer[] = [];
  let kept = 0;
  child.stderr.on("data", (piece: Buffer) => {
    if (kept < MAX_STDERR) stderr.push(piece);
    kept += piece.length;
  });
  // A child that ends before it has read all of its input says by its code why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input);
  try {
    const pieces: AsyncIterable<Buffer> = child.stdout;
    for await (const piece of pieces) {
      // A piece that is taken at once costs no turn of the event loop.
      const taken = take(piece);
      if (taken !== undefined) await taken;
    }
    return { ...(await ended), stdout: new Uint8Array(), stderr: Buffer.concat(stderr) };
  } catch (error) {
    child.kill();
    await ended.catch(() => undefined);
    // What Node says of a program that it cannot start quotes the whole command line.
    const code = errorCode(error);
    if (code === undefined || !(error instanceof Error) || !("syscall" in error)) throw error;
    throw Object.assign(new Error("the program cannot be started"), { code });
  } finally {
    forget();
  }
}

/** How it ended, once its output is closed too. @throws Node's error where it could not be started. */
function end(child: ChildProcess): Promise<Pick<ChildResult, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}
