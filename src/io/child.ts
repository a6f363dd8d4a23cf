/**
 * How is a child started, and spoken to?
 *
 * It owns the terminal, as an editor does. Or its output comes piece by piece: for git, whose answers may be larger than memory and which is
 * asked at every commit. Or both sides speak in turn, line by line, as plugins do.
 */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { closeSync } from "node:fs";
import { isatty } from "node:tty";

import { opened } from "./controlling-terminal.ts";
import type { ChildOptions, ChildResult, Conversation, Host, Peer, Signal } from "./host.ts";
import { errorCode } from "./io-error.ts";
import type { Signals } from "./signals.ts";
import { collect } from "./stream.ts";

/** More of it than any message has. */
const MAX_STDERR = 64 * 1024;

/** Longer than any line of a conversation. */
const MAX_LINE = 1024 * 1024;

/** More than any program of ours writes in one piece. */
const MAX_OUTPUT = 1 << 30;

/** With the whole environment, and with who hears of signals: a child that hangs must not outlive us. */
export interface Piping extends Pick<ChildOptions, "cwd" | "env"> {
  readonly onExit: Host["onExit"];
}

/**
 * As `Host.run` with a child that owns the terminal. It gets our own streams only where they are the terminal: what is piped in is
 * not for an editor, which takes it for commands, and what it draws is not for the file that our output goes to.
 */
export async function runAttached(
  [program = "", ...args]: readonly string[],
  { cwd, env }: Pick<ChildOptions, "cwd" | "env">,
  { handOver }: Pick<Signals, "handOver">,
): Promise<ChildResult> {
  const stdin = isatty(0) ? "inherit" : (opened("keyboard") ?? "ignore");
  const stdout = isatty(1) ? "inherit" : (opened("screen") ?? "inherit");
  try {
    const child = startable(() => spawn(program, args, { cwd, env, stdio: [stdin, stdout, "inherit"] }));
    const takeBack = handOver(child);
    let forwarded: Signal | undefined;
    const ended = await end(child).finally(() => (forwarded = takeBack()));
    return { ...ended, stdout: new Uint8Array(), stderr: new Uint8Array(), forwarded };
  } finally {
    for (const stream of [stdin, stdout]) if (typeof stream === "number") closeSync(stream);
  }
}

/** As `Host.run` with a child that does not. */
export async function runPiped(
  argv: readonly string[],
  { input, output: take }: Pick<ChildOptions, "input" | "output">,
  piping: Piping,
): Promise<ChildResult> {
  const { answer, ...ended } = await piped(argv, piping, async (child) => {
    child.stdin.end(input);
    const pieces: AsyncIterable<Buffer> = child.stdout;
    if (take === undefined) return collect(pieces, MAX_OUTPUT);
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
  piping: Piping,
  talk: (peer: Peer) => Promise<T>,
): Promise<Conversation<T>> {
  return piped(argv, piping, async (child) => {
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

/** Starts it, lets `use` have its pipes, and waits for its end. What `use` throws ends the child. */
async function piped<T>(
  [program = "", ...args]: readonly string[],
  { cwd, env, onExit }: Piping,
  use: (child: ChildProcessWithoutNullStreams) => Promise<T>,
): Promise<Conversation<T>> {
  let child: ChildProcessWithoutNullStreams | undefined;
  // Before it starts, since a signal may come at any time.
  const forget = onExit(() => void child?.kill());
  try {
    child = startable(() => spawn(program, args, { cwd, env, windowsHide: true }));
    return await spokenWith(child, use);
  } finally {
    forget();
  }
}

async function spokenWith<T>(
  child: ChildProcessWithoutNullStreams,
  use: (child: ChildProcessWithoutNullStreams) => Promise<T>,
): Promise<Conversation<T>> {
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
    await ended;
    throw error;
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

/** How it ended, once its output is closed too. @throws Error with the system's code where it could not be started. */
function end(child: ChildProcess): Promise<Pick<ChildResult, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(notStarted(error)));
    child.once("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}

/** What of a start fails at once. */
function startable<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    throw notStarted(error);
  }
}

/** What Node says of a program that it cannot start quotes the whole command line. */
function notStarted(error: unknown): Error {
  return Object.assign(new Error("the program cannot be started"), { code: errorCode(error) ?? "EIO" });
}
