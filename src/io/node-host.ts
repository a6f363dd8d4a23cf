/**
 * How does the real machine look to the program?
 *
 * The only place besides `bin` that sees `process`. Importing it loads nothing that a command may not need.
 */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { isAbsolute } from "node:path";
import { isatty, type ReadStream, type WriteStream } from "node:tty";

import { hasTerminal, keyboardOf, onContinue, openTerminal, screenOf, suspend } from "./controlling-terminal.ts";
import type { ChildOptions, ChildResult, Host, System } from "./host.ts";
import { errorCode, ioError } from "./io-error.ts";
import { nodeFiles } from "./node-files.ts";
import { safePath } from "./programs.ts";
import { processSignals, type Child, type Signals } from "./signals.ts";
import { terminal } from "./terminal.ts";

/** The host of this process. One per process: it owns the signals. */
export function nodeHost(): Host {
  const env: Readonly<Record<string, string | undefined>> = { ...process.env };
  const signals = processSignals();
  return {
    env,
    system: system(),
    files: nodeFiles(),
    terminal: terminal({
      canAsk: () => !isCi(env["CI"]) && hasTerminal(),
      stdinIsTerminal: isatty(0),
      stdoutIsTerminal: isatty(1),
      stderrIsTerminal: isatty(2),
      columns: () => process.stdout.columns ?? process.stderr.columns,
      open: openTerminal,
      suspend,
      onContinue: onContinue,
      onExit: signals.onExit,
    }),
    now: () => new Date(),
    streams: { stdin: () => process.stdin, stdout: writeOut, stderr: writeError },
    run: (argv, childOptions) => run(argv, { ...childOptions, env: childOptions.env ?? env }, signals),
    converse: async (argv, { cwd, env: given = env }, talk) => {
      requireAbsolute(argv);
      const { converse } = await import("./piped-child.ts");
      const options = { env: safeEnvironment(given), onExit: signals.onExit };
      return converse(argv, cwd === undefined ? options : { ...options, cwd }, talk);
    },
    onExit: signals.onExit,
  };
}

function requireAbsolute([program = ""]: readonly string[]): void {
  if (!isAbsolute(program)) throw new Error("a program is started by its absolute path");
}

/**
 * Closes what Node leaves open for who can send a signal or read a crash file: the inspector behind SIGUSR1, diagnostic reports with
 * the environment in them, and core dumps. The first line of the program; costs microseconds.
 */
export function hardenProcess(): void {
  process.on("SIGUSR1", () => undefined);
  process.report.reportOnFatalError = false;
  process.report.reportOnUncaughtException = false;
  process.report.reportOnSignal = false;
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // A kernel without it, or without /proc, dumps as it was told to.
  }
}

function system(): System {
  let self: Promise<string | undefined> | undefined;
  return {
    platform: process.platform,
    cwd: workingDirectory(),
    home: homeDirectory(),
    hostname: hostname(),
    uid: process.getuid?.(),
    pid: process.pid,
    temporary: tmpdir(),
    started: (pid) => (pid === process.pid ? (self ??= started(pid)) : started(pid)),
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw ioError(error, ".", "enter the working directory");
  }
}

/** A relative one would lie in whatever repository the program was started in. */
function homeDirectory(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

/** Linux counts in clock ticks since the boot, which has an id; other systems have `ps`, to the second. */
async function started(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return undefined;
  }
  if (process.platform === "linux") return startedOnLinux(pid);
  if (process.platform === "win32") return "running";
  const { execa } = await import("execa");
  const { stdout } = await execa("/bin/ps", ["-o", "lstart=", "-p", String(pid)], { reject: false, stderr: "ignore" });
  return stdout?.trim() || undefined;
}

async function startedOnLinux(pid: number): Promise<string | undefined> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The second field is a name that may hold anything, in parentheses; state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : `${boot.trim()} ${fields[19]}`;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

function isCi(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false"].includes(value.toLowerCase());
}

function writeOut(bytes: Uint8Array): Promise<void> {
  silence(process.stdout);
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function writeError(text: string): void {
  silence(process.stderr);
  process.stderr.write(text);
}

const silenced = new WeakSet<NodeJS.WriteStream>();

/** A closed pipe is told to who writes; as an event nobody hears it would end the program with a stack. */
function silence(stream: NodeJS.WriteStream): void {
  if (silenced.has(stream)) return;
  silenced.add(stream);
  stream.on("error", () => undefined);
}

interface Streams {
  readonly stdin: "inherit" | "ignore" | ReadStream;
  readonly stdout: "inherit" | "pipe" | WriteStream;
  readonly stderr: "inherit" | "pipe";
}

/**
 * A child that owns the terminal gets our own streams only where they are the terminal: what is piped in is not for an editor,
 * which takes it for commands, and what it draws is not for the file that our output goes to.
 */
function streamsFor(terminal: ChildOptions["terminal"]): Streams {
  if (terminal === "capture") return { stdin: "ignore", stdout: "pipe", stderr: "pipe" };
  const stdin = isatty(0) ? "inherit" : (keyboardOf() ?? "ignore");
  const stdout = isatty(1) ? "inherit" : (screenOf() ?? "inherit");
  return { stdin, stdout, stderr: "inherit" };
}

async function run(argv: readonly string[], given: ChildOptions, signals: Signals): Promise<ChildResult> {
  requireAbsolute(argv);
  const options = { ...given, env: safeEnvironment(given.env ?? {}) };
  const { output: take } = options;
  if (take === undefined) return runWhole(argv, options, signals);
  const { runPiped } = await import("./piped-child.ts");
  return runPiped(argv, options, { take, onExit: signals.onExit });
}

type SafeOptions = ChildOptions & { readonly env: Readonly<Record<string, string>> };

async function runWhole(argv: readonly string[], options: SafeOptions, signals: Signals): Promise<ChildResult> {
  const [program = "", ...args] = argv;
  const { execa } = await import("execa");
  const forget = options.terminal === "inherit" ? undefined : endedWithUs(() => child, signals);
  const { stdin, stdout, stderr } = streamsFor(options.terminal);
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin } : { input: options.input }),
    env: options.env,
    extendEnv: false,
    stdout,
    stderr,
    encoding: "buffer",
    maxBuffer: 1 << 30,
    stripFinalNewline: false,
    reject: false,
    cleanup: false,
    windowsHide: false,
  });
  const takeBack = forget ?? signals.handOver(child);
  const result = await child;
  for (const stream of [stdin, stdout]) if (typeof stream === "object") stream.destroy();
  const forwarded = takeBack();
  const { exitCode, signal, cause } = result;
  // execa's own error quotes argv and output; only the system's code may leave this function.
  if (exitCode === undefined && signal === undefined) {
    throw Object.assign(new Error("the program cannot be started"), { code: errorCode(cause) ?? "EIO" });
  }
  const empty = new Uint8Array();
  return { code: exitCode, signal, stdout: result.stdout ?? empty, stderr: result.stderr ?? empty, forwarded };
}

/** One that hangs must not outlive us; known before it starts, since a signal may come at any time. */
function endedWithUs(child: () => Child, { onExit }: Signals): () => undefined {
  const forget = onExit(() => void child().kill("SIGTERM"));
  return () => {
    forget();
    return undefined;
  };
}

function safeEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const safe = env["PATH"] === undefined ? env : { ...env, PATH: safePath(env["PATH"]) };
  return Object.fromEntries(Object.entries(safe).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
