/**
 * Where do the fault tests play?
 *
 * In a repository with secrets of both kinds, made once and copied for each run. The program is called in-process, on a host whose files are
 * real, that can be killed at any call, and whose editor is a function.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { main } from "../../src/cli/main.ts";
import type { Files, Host, OpenFile } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";

const real = nodeHost();
const keys = join(import.meta.dirname, "..", "scripts", "keys");

/** Words that stand for secret text: what was there, and what a verb puts there. */
export const OLD = "old-canary-7f3a";
export const NEW = "new-canary-91bc";

const alice = readFileSync(join(keys, "age-1.pub"), "utf8").trim();
const bob = readFileSync(join(keys, "age-2.pub"), "utf8").trim();

/** The policy, for these readers. */
export function policyFor(...readers: readonly ("alice" | "bob")[]): string {
  return [
    "users:",
    `  alice: ${alice}`,
    `  bob: ${bob}`,
    "creation_rules:",
    "  - path_regex: ^secrets/",
    `    readers: [${readers.join(", ")}]`,
    `    age: ${readers.map((name) => (name === "alice" ? alice : bob)).join(",")}`,
    "",
  ].join("\n");
}

export interface World {
  readonly root: string;
  /** The repository. */
  readonly work: string;
  readonly remove: () => void;
}

/** What one call of the program is given. */
export interface Call {
  readonly argv: readonly string[];
  readonly stdin?: string | undefined;
  /** What the editor makes of the file. */
  readonly edit?: ((text: string) => string) | undefined;
  /** Its process: no other call of this world has the same. */
  readonly pid: number;
  /** A host that goes wrong, made of one that does not. */
  readonly through?: ((host: Host) => Host) | undefined;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let template: Promise<string> | undefined;

/** A new copy of the repository: secrets/app.yaml, secrets/two.yaml, secrets/token.age, all for alice. */
export async function makeWorld(): Promise<World> {
  const from = await (template ??= makeTemplate());
  const root = realpathSync(mkdtempSync(join(tmpdir(), "faults-")));
  cpSync(from, root, { recursive: true });
  return { root, work: join(root, "work"), remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Removes what `makeWorld` copies from. */
export async function removeTemplate(): Promise<void> {
  if (template !== undefined) rmSync(await template, { recursive: true, force: true });
  // Another file of tests in the same process makes its own.
  template = undefined;
}

async function makeTemplate(): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "faults-template-")));
  const world: World = { root, work: join(root, "work"), remove: () => undefined };
  for (const directory of ["work/secrets", "home", "tmp", "run"]) mkdirSync(join(root, directory), { recursive: true });
  execFileSync("git", ["init", "-q", "--template=", world.work]);
  write(world, ".sops.yaml", policyFor("alice"));
  for (const name of ["app", "two"]) {
    write(world, `secrets/${name}.yaml`, `db:\n  password: ${OLD}\n  user: ${OLD}-user\n`);
    await mustRun(world, { argv: ["encrypt", "-i", `secrets/${name}.yaml`] });
  }
  await mustRun(world, { argv: ["set", "secrets/token.age", "--value-stdin"], stdin: OLD });
  return root;
}

/** Writes a file of the repository. */
export function write({ work }: World, path: string, text: string): void {
  writeFileSync(join(work, path), text);
}

/** The bytes of a file of the repository in Latin-1; undefined where nothing is. */
export function read({ work }: World, path: string): string | undefined {
  return existsSync(join(work, path)) ? readFileSync(join(work, path), "latin1") : undefined;
}

/** Every file and directory of the repository, and the files of home and tmp; git's own are left out, its `secrets` is not. */
export function everything({ root }: World): string[] {
  const below = (name: string): string[] => listed(join(root, name)).map((path) => `${name}/${path}`);
  const isGits = (path: string): boolean => path.startsWith("work/.git/") && !path.startsWith("work/.git/secrets");
  const elsewhere = [...below("home"), ...below("tmp")].filter((path) =>
    lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile(),
  );
  return [...below("work").filter((path) => !isGits(path)), ...elsewhere].toSorted();
}

/** What a dead process was in the middle of may end just now, and take a directory away under the listing. */
function listed(directory: string): string[] {
  for (;;) {
    try {
      return readdirSync(directory, { recursive: true, encoding: "utf8" });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT") || !existsSync(directory))
        throw error;
    }
  }
}

/** The files that hold one of these words. Scratch directories, which are memory and have a guard, are not looked at. */
export function holding(world: World, words: readonly string[]): string[] {
  return everything(world).filter((path) => {
    const file = join(world.root, path);
    // What a dead process was in the middle of may end just now.
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
    const text = readFileSync(file, "latin1");
    return words.some((word) => text.includes(word));
  });
}

let lastPid = 5_000_000;

/** Calls the program on a healthy machine, as a process of its own. */
export async function run(world: World, call: Omit<Call, "pid">): Promise<Outcome> {
  lastPid += 1;
  return callMain(world, { ...call, pid: lastPid });
}

/** The same; throws where it does not end with 0. */
export async function mustRun(world: World, call: Omit<Call, "pid">): Promise<string> {
  const { code, stdout, stderr } = await run(world, call);
  if (code !== 0) throw new Error(`${call.argv.join(" ")}: exit ${code}\n${stderr}`);
  return stdout;
}

export async function callMain(world: World, call: Call): Promise<Outcome> {
  const stdout: Uint8Array[] = [];
  let stderr = "";
  const host = hostOf(world, call);
  const heard: Host = {
    ...host,
    streams: {
      ...host.streams,
      stdout: async (bytes) => void stdout.push(Uint8Array.from(bytes)),
      stderr: (text) => void (stderr += text),
    },
  };
  const code = await main(call.argv, call.through?.(heard) ?? heard);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr };
}

function hostOf({ root, work }: World, { pid, stdin = "", edit }: Call): Host {
  const files = filesOf(root);
  const editor = realpathSync("/bin/true");
  return {
    ...real,
    env: {
      HOME: join(root, "home"),
      PATH: process.env["PATH"],
      XDG_RUNTIME_DIR: join(root, "run"),
      SOPS_AGE_KEY_FILE: join(keys, "age-1"),
      EDITOR: editor,
    },
    system: {
      ...real.system,
      cwd: work,
      home: join(root, "home"),
      temporary: join(root, "tmp"),
      pid,
      // Of the processes of this world only the one that asks lives.
      started: async (asked) => (asked === pid ? `start ${asked}` : undefined),
    },
    files,
    terminal: {
      ...real.terminal,
      canAsk: false,
      canEdit: edit !== undefined,
      stdinIsTerminal: edit !== undefined,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    },
    now: () => new Date("2026-01-02T03:04:05Z"),
    streams: {
      ...real.streams,
      stdin: async function* () {
        yield Buffer.from(stdin);
      },
    },
    run: async (argv, options) => {
      if (argv[0] !== editor) return real.run(argv, { cwd: work, ...options });
      const path = argv.at(-1) ?? "";
      if (edit !== undefined) writeFileSync(path, edit(readFileSync(path, "utf8")));
      return { code: 0, signal: undefined, stdout: new Uint8Array(), stderr: new Uint8Array() };
    },
    onExit: () => () => undefined,
  };
}

/** The real files, without the syncs, which would take minutes (`power-cut.test.ts` asks what they are for), and without the guard. */
function filesOf(root: string): Files {
  const nothing = async (): Promise<void> => undefined;
  return {
    ...real.files,
    open: async (path, how, mode): Promise<OpenFile> => ({
      ...(await real.files.open(path, how, mode)),
      sync: nothing,
    }),
    syncDirectory: nothing,
    inMemory: async (directory) => directory.startsWith(join(root, "run")),
    makeScratch: async (path) => {
      mkdirSync(path, { mode: 0o700 });
      return async () => rmSync(path, { recursive: true, force: true });
    },
  };
}
