/**
 * How is git asked?
 *
 * By argv, with `-z` wherever names come back, and so that nothing in the repository's configuration starts a program or
 * reaches for the network: what is looked at may be a stranger's.
 */
import { SecretsError } from "../errors.ts";
import { errorCode } from "../io/io-error.ts";
import { findProgram } from "../io/programs.ts";
import type { Host } from "../io/host.ts";

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

const CONFIG = ["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"];
/** Said with exit code 0 of directories that could not be looked into. */
const UNSEEN = /could not open directory|Permission denied/;

const ENVIRONMENT = {
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  // What was pushed is looked at, not what somebody here sees in its place.
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};

/**
 * @param besides what of the environment this git is to have after all: another index, a hook's object directory.
 * @throws SecretsError `io`: git is not installed.
 */
export async function gitIn(host: Host, root: string, besides: Readonly<Record<string, string>> = {}): Promise<Git> {
  const program = await findProgram(host, "git");
  if (program === undefined) {
    throw new SecretsError("io", "git is not installed, and only git knows what it would publish", {
      hint: "install git, or name the files to look at",
    });
  }
  // A hook or an outer git must not point this one at another repository.
  const kept = Object.entries(host.env).filter(([name]) => !name.startsWith("GIT_"));
  const env = {
    ...Object.fromEntries(kept),
    ...ENVIRONMENT,
    ...besides,
  };
  const unseen: string[] = [];
  const run = async (
    args: readonly string[],
    input: Uint8Array,
    take: (piece: Uint8Array) => void | Promise<void>,
  ): Promise<Refusal | undefined> => {
    const options = { cwd: root, env, input, output: take };
    const child = await host.run([program, ...CONFIG, ...args], { ...options, terminal: "capture" }).catch((error) => {
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
  const lines = Buffer.from(stderr).toString("utf8").trim().split("\n");
  const said = lines.find((line) => line.startsWith("fatal: ")) ?? lines.at(-1) ?? "";
  const reason = said.replace(/^(?:fatal|error): /, "").slice(0, 200);
  const owner = /dubious ownership/.test(Buffer.from(stderr).toString("utf8"));
  return new SecretsError("io", `git ${args[0] ?? ""} failed${reason === "" ? "" : `: ${reason}`}`, {
    hint: owner ? "the repository belongs to another user: git config --global --add safe.directory DIR" : undefined,
  });
}

/** The NUL-terminated parts of an answer. What in a name is not UTF-8 is shown as a replacement character. */
export function nulParts(answer: Buffer): string[] {
  if (answer.length === 0) return [];
  return answer.toString("utf8").replace(/\0$/, "").split("\0");
}
