/**
 * How does the real machine look to the program?
 *
 * The only place besides `bin` that sees `process`. Importing it loads nothing that a command may not need.
 */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { isAbsolute } from "node:path";
import { isatty } from "node:tty";

import { hasTerminal, onContinue, openTerminal, suspend } from "./controlling-terminal.ts";
import type { Host, System } from "./host.ts";
import { errorCode, ioError } from "./io-error.ts";
import { nodeFiles } from "./node-files.ts";
import { safePath } from "./programs.ts";
import { processSignals } from "./signals.ts";
import { terminal } from "./terminal.ts";

/** The host of this process. One per process: it owns the signals. */
export function nodeHost(): Host {
  const env: Host["env"] = { ...process.env };
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
    run: async (argv, given) => {
      const { runAttached, runPiped } = await children(argv);
      const options = { ...given, env: safeEnvironment(given.env ?? env), onExit: signals.onExit };
      return given.terminal === "inherit" ? runAttached(argv, options, signals) : runPiped(argv, given, options);
    },
    converse: async (argv, given, talk) => {
      const { converse } = await children(argv);
      return converse(argv, { ...given, env: safeEnvironment(given.env ?? env), onExit: signals.onExit }, talk);
    },
    onExit: signals.onExit,
  };
}

/** What starts children, for this one. */
async function children([program = ""]: readonly string[]) {
  if (!isAbsolute(program)) throw new Error("a program is started by its absolute path");
  return import("./child.ts");
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
  const { runPiped } = await import("./child.ts");
  const ps = ["/bin/ps", "-o", "lstart=", "-p", String(pid)];
  const { stdout } = await runPiped(ps, {}, { onExit: () => () => undefined });
  return new TextDecoder().decode(stdout).trim() || undefined;
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

function safeEnvironment(env: Host["env"]): Host["env"] {
  return env["PATH"] === undefined ? env : { ...env, PATH: safePath(env["PATH"]) };
}
