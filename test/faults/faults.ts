/** What can go wrong at a call that changes something? Killed before or after it, torn, failed, or done and said to have failed. */
import type { Files, Host, OpenFile } from "../../src/io/host.ts";
import { type Fault, faultyHost, systemError } from "../io/faulty-host.ts";
import { callMain, type Call, type Outcome, type World } from "./world.ts";

/** Of a full disk, a broken one, a quota, limits of the process, permissions, a mount that went read-only, a lost network disk. */
export const ERRORS = ["ENOSPC", "EIO", "EDQUOT", "EMFILE", "EACCES", "EROFS", "ESTALE"] as const;
/** What a network file system may say of what it has done. */
export const LIES = ["EIO", "EEXIST", "ENOENT"] as const;

export interface Trouble {
  readonly title: string;
  /** Whether the process dies of it. */
  readonly kills: boolean;
  /** The only kind of step at which it can happen. */
  readonly only?: "write";
  /** The fault at the n-th changing call. */
  readonly at: (n: number, name: string, die: () => void) => Fault | undefined;
}

/** All that can go wrong at step `at`; the second two at writes only. */
export function troubles(at: number): Trouble[] {
  const killed = (title: string, fault: (die: () => void) => Fault): Trouble => ({
    title: `${title} step ${at}`,
    kills: true,
    at: (n, _, die) => (n === at ? fault(die) : undefined),
  });
  const failing = (code: string, always: boolean): Trouble => ({
    title: `${code} at step ${at}${always ? " and from then on" : ""}`,
    kills: false,
    at: (n) => (n === at || (always && n > at) ? { before: raise(code) } : undefined),
  });
  return [
    killed("killed before", (die) => ({ before: die })),
    killed("killed after", (die) => ({ after: die })),
    {
      title: `killed in the middle of a write, step ${at}`,
      kills: true,
      only: "write",
      at: (n, _, die) => (n === at ? { torn: (length) => length >> 1, after: die } : undefined),
    },
    {
      title: `a short write, step ${at}`,
      kills: false,
      only: "write",
      at: (n) => (n === at ? { torn: (length) => length >> 1, after: raise("ENOSPC") } : undefined),
    },
    ...ERRORS.flatMap((code) => [failing(code, false), failing(code, true)]),
    ...LIES.map((code) => ({
      title: `a false ${code} for step ${at}`,
      kills: false,
      at: (n: number) => (n === at ? { after: raise(code) } : undefined),
    })),
  ];
}

function raise(code: string): () => never {
  return () => {
    throw systemError(code);
  };
}

export interface Struck {
  /** Undefined: the process was killed. */
  readonly outcome: Outcome | undefined;
  /** Whether the fault came to pass. */
  readonly struck: boolean;
}

/** Calls the program under a trouble. A killed one does nothing any more, whatever it was waiting for. */
export async function strike(world: World, call: Omit<Call, "through">, trouble: Trouble): Promise<Struck> {
  let struck = false;
  const life = mortal();
  const outcome = callMain(world, {
    ...call,
    through: (host) => {
      const { host: faulty } = faultyHost(host, (n, name) => {
        const fault = trouble.at(n, name, life.die);
        if (fault !== undefined) struck = true;
        return fault;
      });
      return life.of(faulty);
    },
  });
  const ended = await Promise.race([outcome, life.dead]);
  return { outcome: ended, struck };
}

interface Life {
  /** From now on no call of the host does anything, or ever comes back. */
  readonly die: () => void;
  readonly dead: Promise<undefined>;
  readonly of: (host: Host) => Host;
}

function mortal(): Life {
  let isDead = false;
  let tell: (nothing: undefined) => void = () => undefined;
  const dead = new Promise<undefined>((resolve) => (tell = resolve));
  const open = new Set<OpenFile>();
  const never = new Promise<never>(() => undefined);
  const die = (): void => {
    isDead = true;
    tell(undefined);
    // The system closes what a dead process had open.
    for (const file of open) void file.close().catch(() => undefined);
  };
  const gated =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) =>
    async (...args) => {
      if (isDead) return never;
      try {
        const result = await call(...args);
        return isDead ? await never : result;
      } catch (error) {
        if (isDead) return never;
        throw error;
      }
    };
  const gatedFile = (file: OpenFile): OpenFile => {
    open.add(file);
    return {
      read: gated((buffer) => file.read(buffer)),
      write: gated((bytes) => file.write(bytes)),
      sync: gated(() => file.sync()),
      close: gated(async () => {
        open.delete(file);
        await file.close();
      }),
    };
  };
  const gatedFiles = (files: Files): Files => ({
    read: gated(files.read),
    stat: gated(files.stat),
    list: gated(files.list),
    realpath: gated(files.realpath),
    open: gated(async (path, how, mode) => {
      const file = await files.open(path, how, mode);
      if (isDead) await file.close();
      return gatedFile(file);
    }),
    chmod: gated(files.chmod),
    chown: gated(files.chown),
    rename: gated(files.rename),
    link: gated(files.link),
    remove: gated(files.remove),
    removeDirectory: gated(files.removeDirectory),
    makeDirectory: gated(files.makeDirectory),
    makeScratch: gated(async (path) => gated(await files.makeScratch(path))),
    removeScratch: gated(files.removeScratch),
    inMemory: gated(files.inMemory),
    syncDirectory: gated(files.syncDirectory),
  });
  return {
    die,
    dead,
    of: (host) => ({
      ...host,
      files: gatedFiles(host.files),
      run: gated(host.run),
      streams: { ...host.streams, stdout: gated(host.streams.stdout) },
    }),
  };
}
