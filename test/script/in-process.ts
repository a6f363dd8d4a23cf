/**
 * How is `main` called without a process?
 *
 * With a Host whose files and children are real and whose clock, user, terminal and environment belong to the script.
 */

import path from "node:path";
import { SecretsError } from "../../src/errors.ts";
import type { FileStat, Files, Host } from "../../src/io/host.ts";
import type { Call, Outcome, Program } from "./stage.ts";

type Main = (argv: readonly string[], host: Host) => Promise<number>;

/** The program that calls `main`; `real` gives the files and starts the children. */
export function inProcess(main: Main, real: Host): Program {
  return async (call) => {
    const stdout: Uint8Array[] = [];
    const stderr: string[] = [];
    const code = await main(call.argv, hostOf(call, { real, stdout, stderr }));
    return { code, stdout: Buffer.concat(stdout), stderr: stderr.join("") } satisfies Outcome;
  };
}

interface Behind {
  readonly real: Host;
  readonly stdout: Uint8Array[];
  readonly stderr: string[];
}

function hostOf(call: Call, { real, stdout, stderr }: Behind): Host {
  const answer = (question: string): Promise<string> => {
    stderr.push(question);
    const next = call.answers.shift();
    if (next !== undefined) stderr.push("\n");
    if (next === "^C") return Promise.reject(new SecretsError("interrupted", "interrupted at a question"));
    return next === undefined ? Promise.reject(new Error(`no answer for: ${question}`)) : Promise.resolve(next);
  };
  return {
    env: call.env,
    system: {
      platform: real.system.platform,
      cwd: call.cwd,
      home: call.env["HOME"],
      hostname: "laptop.example",
      uid: call.uid,
      pid: real.system.pid,
      started: real.system.started,
      temporary: call.env["TMPDIR"] ?? call.cwd,
    },
    files: filesOf(call, real),
    terminal: {
      canAsk: call.isTerminal && call.env["CI"] === undefined,
      canEdit: (call.isTerminal || call.hasEditor) && call.env["CI"] === undefined,
      stdinIsTerminal: (call.isTerminal || call.hasEditor) && call.stdin.length === 0,
      stdoutIsTerminal: call.isTerminal,
      stderrIsTerminal: call.isTerminal,
      columns: undefined,
      ask: answer,
      askHidden: answer,
    },
    now: () => new Date("2026-01-02T03:04:05Z"),
    streams: {
      stdin: async function* () {
        yield call.stdin;
      },
      stdout: async (bytes) => void stdout.push(Uint8Array.from(bytes)),
      stderr: (text) => void stderr.push(text),
    },
    run: (argv, options) => real.run(argv, { cwd: call.cwd, env: call.env, ...options }),
    converse: (argv, options, talk) => real.converse(argv, { cwd: call.cwd, env: call.env, ...options }, talk),
    onExit: () => () => {},
  };
}

/** The real files, but owned by the script's user and with the script's own `/etc`. */
function filesOf(call: Call, { files, system }: Host): Files {
  const there = (file: string): string =>
    file === "/etc" || file.startsWith("/etc/") ? path.join(call.etc, file.slice("/etc".length)) : file;
  const owned = (stat: FileStat | undefined): FileStat | undefined =>
    stat !== undefined && stat.uid === system.uid ? { ...stat, uid: call.uid } : stat;
  return {
    ...files,
    read: (file) => files.read(there(file)),
    stat: async (file, options) => owned(await files.stat(there(file), options)),
    list: (folder) => files.list(there(folder)),
    open: (file, how, mode) => files.open(there(file), how, mode),
  };
}
