/**
 * How is a child spoken to over pipes?
 *
 * Either its output comes piece by piece: for git, whose answers may be larger than memory and which is asked at every commit. Or both
 * sides speak in turn, line by line, as plugins do. `node:child_process` alone, because loading anything more would cost as much as
 * the question.
 */
import { spawn, type ChildProcess } from "node:child_process";
import type { ChildOptions, ChildResult, Conversation, Host, Peer } from "./host.ts";
import { errorCode } from "./io-error.ts";

/** More of it than any message has. */
const MAX_STDERR = 64 * 1024;

/** Longer than any line of a conversation. */
const MAX_LINE = 1024 * 1024;

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
  const { answer, ...ended } = await piped(argv, { ...options, onExit }, async (child) => {
    child.stdin.end(options.input);
    const pieces: AsyncIterable<Buffer> = child.stdout;
    for await (const piece of pieces) {
      // A piece that is taken at once costs no turn of the event loop.
      const taken = take(piece);
      if (taken !== undefined) await taken;
    }
    return new Uint8Array();
  });
  return { ...ended, stdout: answer };
}

/** As `Host.converse`. */
export async function converse<T>(
  argv: readonly string[],
  options: Pick<ChildOptions, "cwd" | "env"> & Pick<Piping, "onExit">,
  talk: (peer: Peer) => Promise<T>,
): Promise<Conversation<T>> {
  return piped(argv, options, async (child) => {
    const lines = linesOf(child.stdout);
    const answer = await talk({
      read: async () => {
        const next = await lines.next();
        return next.done === true ? undefined : next.value;
      },
      write: (text) =>
        new Promise((resolve, reject) => {
          child.stdin.write(text, (error) => (error ? reject(error) : resolve()));
        }),
    });
    child.stdin.end();
    await lines.return(undefined);
    return answer;
  });
}

type Piped = ChildProcess & {
  readonly stdin: NonNullable<ChildProcess["stdin"]>;
  readonly stdout: NonNullable<ChildProcess["stdout"]>;
};

/** Starts it, lets `use` have its pipes, and waits for its end. What `use` throws ends the child. */
async function piped<T>(
  argv: readonly string[],
  { cwd, env, onExit }: Pick<ChildOptions, "cwd" | "env"> & Pick<Piping, "onExit">,
  use: (child: Piped) => Promise<T>,
): Promise<Conversation<T>> {
  const [program = "", ...args] = argv;
  // Before it starts, since a signal may come at any time.
  const forget = onExit(() => void child.kill());
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env },
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
  try {
    const answer = await use(child);
    return { answer, ...(await ended), stderr: Buffer.concat(stderr) };
  } catch (error) {
    child.kill();
    const unstarted = await ended.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    // What Node says of a program that it cannot start quotes the whole command line.
    const code = errorCode(unstarted);
    if (code === undefined) throw error;
    throw Object.assign(new Error("the program cannot be started"), { code });
  } finally {
    forget();
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let held = "";
  for await (const chunk of chunks) {
    const lines = (held + chunk.toString("latin1")).split("\n");
    held = lines.pop() ?? "";
    if (held.length > MAX_LINE) throw new Error("the program writes a line without an end");
    for (const line of lines) yield Buffer.from(line, "latin1").toString();
  }
  if (held !== "") yield Buffer.from(held, "latin1").toString();
}

/** How it ended, once its output is closed too. @throws Node's error where it could not be started. */
function end(child: ChildProcess): Promise<Pick<ChildResult, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}
