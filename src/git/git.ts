/**
 * How is git asked?
 *
 * By argv, with `-z` wherever names come back, and so that nothing in the repository's configuration starts a program or
 * reaches for the network: what is looked at may be a stranger's.
 */
import { join } from "node:path";
import { SecretsError } from "../errors.ts";
import { errorCode } from "../io/io-error.ts";
import { findProgram } from "../io/programs.ts";
import type { Host } from "../io/host.ts";
import { gitDirectories } from "./repository.ts";
import { PROGRAM_SETTINGS, safeSettings, safeVariables, withoutPrograms } from "./safety.ts";

/** Asks git in one working tree. */
export interface Git {
  /** Absolute path of the directory that paths in answers are relative to. */
  readonly root: string;
  /** What git could not look into although it answered, in its own words; grows with every answer. */
  readonly unseen: readonly string[];
  /** The whole answer. @throws SecretsError `io` naming what could not be asked. */
  readonly ask: (args: readonly string[], input?: Uint8Array) => Promise<Buffer>;
  /** The answer piece by piece, each taken before more is read. @throws SecretsError `io`, and whatever `take` throws. */
  readonly stream: (
    args: readonly string[],
    input: Uint8Array,
    take: (piece: Uint8Array) => void | Promise<void>,
  ) => Promise<void>;
  /** As `ask`, but undefined where git answers no (exit 1). */
  readonly tryAsk: (args: readonly string[], input?: Uint8Array) => Promise<Buffer | undefined>;
}

/** Said with exit code 0 of directories that could not be looked into. */
const UNSEEN = /could not open directory|Permission denied/;

export interface GitOptions {
  /** Whether the root is a git directory without a working tree. */
  readonly isBare?: boolean;
  /** What of the environment this git is to have after all: another index, a hook's object directory. */
  readonly besides?: Readonly<Record<string, string>>;
}

/** As `findGit`. @throws SecretsError `io`: git is not installed, or cannot be asked safely. */
export async function gitIn(host: Host, root: string, options: GitOptions = {}): Promise<Git> {
  const git = await findGit(host, root, options);
  if (git !== undefined) return git;
  throw new SecretsError("io", "git is not installed, and only git knows what it would publish", {
    hint: "install git, or name the files to look at",
  });
}

/**
 * The way to ask git in a working tree or a bare repository; undefined where git is not installed. A `git` that lies in the
 * working tree itself is passed over: whoever made the repository may have put it there.
 * @param root absolute
 * @throws SecretsError `io`: git cannot be asked safely
 */
export async function findGit(
  host: Host,
  root: string,
  { isBare = false, besides = {} }: GitOptions = {},
): Promise<Git | undefined> {
  const program = await findProgram(host, "git", root);
  if (program === undefined) return undefined;
  await requireFiles(host, root, isBare);
  const env = { ...safeVariables(host.env, isBare ? undefined : root), ...besides };
  const settings = safeSettings(isBare);
  const named = await asking({ host, root, env, argv: [program, ...settings] }).tryAsk(PROGRAM_SETTINGS);
  return asking({ host, root, env, argv: [program, ...settings, ...withoutPrograms(named ?? Buffer.alloc(0))] });
}

/** What git reads before it answers anything. */
const READ_FIRST = ["HEAD", "config", "commondir", "index", "packed-refs"];

/** Of a pipe git would wait for ever. @throws SecretsError `io` */
async function requireFiles({ files }: Host, root: string, isBare: boolean): Promise<void> {
  const { own, common } = (isBare ? undefined : await gitDirectories(files, root)) ?? { own: root, common: root };
  const inside = [...new Set([own, common])].flatMap((directory) => READ_FIRST.map((name) => join(directory, name)));
  for (const path of [join(root, ".git"), ...inside]) {
    const kind = (await files.stat(path).catch(() => undefined))?.kind;
    if (kind !== "pipe" && kind !== "other") continue;
    throw new SecretsError("io", "not a regular file: git would hang reading it", { at: { file: path } });
  }
}

interface Place {
  readonly host: Host;
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What stands before every question. */
  readonly argv: readonly string[];
}

function asking({ host, root, env, argv }: Place): Git {
  const unseen: string[] = [];
  const run = async (
    args: readonly string[],
    input: Uint8Array,
    take: (piece: Uint8Array) => void | Promise<void>,
  ): Promise<Refusal | undefined> => {
    const options = { cwd: root, env, input, output: take };
    const child = await host.run([...argv, ...args], { ...options, terminal: "capture" }).catch((error) => {
      throw errorCode(error) === undefined ? error : new SecretsError("io", "git cannot be started", { cause: error });
    });
    if (child.code !== 0) return { code: child.code, error: refusal(args, child.stderr) };
    const said = Buffer.from(child.stderr).toString("utf8").split("\n");
    for (const line of said) if (UNSEEN.test(line) && !unseen.includes(line)) unseen.push(line);
    return undefined;
  };
  const gather = async (args: readonly string[], input: Uint8Array = new Uint8Array()) => {
    const pieces: Uint8Array[] = [];
    const refused = await run(args, input, (piece) => void pieces.push(piece));
    return { refused, answer: Buffer.concat(pieces) };
  };
  return {
    root,
    unseen,
    ask: async (args, input) => {
      const { refused, answer } = await gather(args, input);
      if (refused !== undefined) throw refused.error;
      return answer;
    },
    stream: async (args, input, take) => {
      const refused = await run(args, input, take);
      if (refused !== undefined) throw refused.error;
    },
    tryAsk: async (args, input) => {
      const { refused, answer } = await gather(args, input);
      if (refused === undefined) return answer;
      if (refused.code !== 1) throw refused.error;
      return undefined;
    },
  };
}

interface Refusal {
  readonly code: number | undefined;
  readonly error: SecretsError;
}

function refusal(args: readonly string[], stderr: Uint8Array): SecretsError {
  const text = Buffer.from(stderr).toString("utf8");
  const lines = text.trim().split("\n");
  const said = lines.find((line) => line.startsWith("fatal: ")) ?? lines.at(-1) ?? "";
  const reason = said.replace(/^(?:fatal|error): /, "").slice(0, 200);
  // What git proposes has the path as a shell takes it.
  const trusting = /^\tgit config --global --add safe\.directory .+$/m.exec(text)?.[0].trim();
  return new SecretsError("io", `git ${args[0] ?? ""} failed${reason === "" ? "" : `: ${reason}`}`, {
    hint: trusting === undefined ? undefined : `the repository belongs to another user; if you trust it: ${trusting}`,
  });
}

/** The NUL-terminated parts of an answer. What in a name is not UTF-8 is shown as a replacement character. */
export function nulParts(answer: Buffer): string[] {
  if (answer.length === 0) return [];
  return answer.toString("utf8").replace(/\0$/, "").split("\0");
}

/** The lines of an answer of ids and other words of ASCII. */
export function linesOf(answer: Buffer): string[] {
  return answer
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "");
}
