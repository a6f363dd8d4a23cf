/**
 * Who may commit now?
 *
 * The lock is a file `lock` that holds its owner's token, put in place by a hard link, so it appears with its content or not at all. A dead owner's lock
 * is never taken away by its contenders, because between looking and removing it may have become somebody else's. It is inherited: whoever
 * links `after.TOKEN` of the dead owner holds the lock, one winner per token; the last one of that chain releases all of it.
 */
import { shellWord } from "../words/shell.ts";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { attempt, errorCode, quietly } from "./io-error.ts";
import { readPlain } from "./notes.ts";
import { isOwner, liveness, type Liveness } from "./owner.ts";
import { writeNew } from "./stream.ts";

/** Where the file system has no hard links. */
const cannotLink: ReadonlySet<string> = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM", "EMLINK"]);

/** How long a live holder is waited for, in milliseconds. */
const defaultPatience = 10_000;

export interface LockOptions {
  /** The token that will hold it. */
  readonly owner: string;
  /** Milliseconds to wait for a live holder; `defaultPatience` when left out. */
  readonly patience?: number | undefined;
  /** Asked between two looks; throws to give up. */
  readonly check?: (() => void) | undefined;
}

interface Chain {
  /** The names of the lock files, `lock` first, the holder's last; empty: nobody holds it. */
  readonly names: readonly string[];
  /** The token in `lock`. */
  readonly first: string;
  /** The token of the holder. */
  readonly last: string;
  /** The machine of the holder, in its own words. */
  readonly hostname: string;
}

/**
 * Takes the lock in `state` (made when missing) and answers the way to release it, which never throws: what it cannot
 * remove is inherited by the next. Throws `busy` when a live process, or one on another machine, keeps it; `io`.
 */
export async function takeLock(host: Host, state: string, options: LockOptions): Promise<() => Promise<void>> {
  const candidate = `lock.${options.owner}`;
  try {
    const content = tokenText(host, options.owner);
    // Synced, or a power cut could leave a lock that says nobody's name and that nobody may take away.
    await createInState(host, join(state, candidate), { content, durable: true });
    const names = await attempt(join(state, "lock"), "lock", () => waitForLock(host, state, options));
    return () => release(host, state, [...names, candidate]);
  } catch (error) {
    await quietly(() => host.files.remove(join(state, candidate)));
    throw error;
  }
}

/** Whether a chain of dead owners, and nobody else, holds the lock: a leftover that should be cleaned up. */
export async function isStale(host: Host, state: string): Promise<boolean> {
  const chain = await readChain(host, state);
  return chain.names.length > 0 && (await liveness(host, chain.last)) === "dead";
}

/** The lock files in force, from `lock` to the holder's own. */
export async function lockNames(host: Host, state: string): Promise<readonly string[]> {
  return (await readChain(host, state)).names;
}

/** Creates a file in the state directory, making the directory, which a finishing commit may have just removed. `durable`: fsync it. */
export async function createInState(
  host: Host,
  path: string,
  { content, durable }: { content: string; durable: boolean },
): Promise<void> {
  const state = dirname(path);
  await attempt(state, "write", async () => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await writeNew(host, path, { content, mode: 0o644, durable });
      } catch (error) {
        if (errorCode(error) !== "ENOENT" || tries >= 20) throw error;
        await host.files.makeDirectory(state);
      }
    }
  });
}

async function waitForLock(host: Host, state: string, options: LockOptions): Promise<readonly string[]> {
  const patience = options.patience ?? defaultPatience;
  let waited = 0;
  for (let rest = 5; ; rest = Math.min(rest * 2, 80)) {
    options.check?.();
    const chain = await readChain(host, state);
    const holder: Liveness = chain.names.length === 0 ? "dead" : await liveness(host, chain.last);
    if (holder === "dead") {
      const won = await inherit(host, state, { chain, owner: options.owner });
      if (won !== undefined) return won;
    }
    if (waited >= patience) throw busy({ chain, holder, state });
    await pause(rest);
    waited += rest;
  }
}

/** Links our token where the chain ends. Undefined: somebody else was first, or the chain was released meanwhile. */
async function inherit(
  host: Host,
  state: string,
  { chain, owner }: { chain: Chain; owner: string },
): Promise<readonly string[] | undefined> {
  const name = chain.names.length === 0 ? "lock" : `after.${chain.last}`;
  if (!(await claim(host, state, { name, owner }))) return undefined;
  const names = [...chain.names, name];
  if (names.length === 1) return names;
  // Only while `lock` is still the one we saw can the chain not have been released before we linked ourselves to it.
  if ((await readToken(host, join(state, "lock")))?.owner === chain.first) return names;
  await quietly(() => host.files.remove(join(state, name)));
  return undefined;
}

async function claim(host: Host, state: string, { name, owner }: { name: string; owner: string }): Promise<boolean> {
  const path = join(state, name);
  try {
    await host.files.link(join(state, `lock.${owner}`), path);
    return true;
  } catch (error) {
    // Network file systems report an error, EEXIST included, for what they have done.
    if ((await readToken(host, path))?.owner === owner) return true;
    const code = errorCode(error) ?? "";
    if (code === "EEXIST") return false;
    if (!cannotLink.has(code)) throw error;
  }
  try {
    await writeNew(host, path, { content: tokenText(host, owner), mode: 0o644 });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function release(host: Host, state: string, names: readonly string[]): Promise<void> {
  // `lock` first: without it the rest of the chain means nothing; with it, it must stay whole.
  for (const name of names) {
    if (!(await quietly(() => host.files.remove(join(state, name)))) && name === "lock") return;
  }
}

async function readChain(host: Host, state: string): Promise<Chain> {
  const names: string[] = [];
  let first = "";
  let last = { owner: "", hostname: "" };
  for (let name = "lock"; ; name = `after.${last.owner}`) {
    const token = await readToken(host, join(state, name));
    if (token === undefined) break;
    // Dead owners inherit from one another in a line; what goes in a circle was made by hand.
    if (names.includes(name)) return { names, first, last: "", hostname: "" };
    names.push(name);
    if (name === "lock") first = token.owner;
    last = token;
    if (!isOwner(token.owner)) break;
  }
  return { names, first, last: last.owner, hostname: last.hostname };
}

function tokenText({ system }: Host, owner: string): string {
  return `${owner}\n${system.hostname}\n`;
}

async function readToken(host: Host, path: string): Promise<{ owner: string; hostname: string } | undefined> {
  const text = await readPlain(host, path);
  if (text === undefined) return undefined;
  const [owner = "", hostname = ""] = text.split("\n");
  return { owner, hostname };
}

function busy(seen: { chain: Chain; holder: Liveness; state: string }): SecretsError {
  const file = join(seen.state, seen.chain.names.at(-1) ?? "lock");
  // What is shown of the other machine's name is what a name may hold.
  const machine = seen.chain.hostname.replaceAll(/[^A-Za-z0-9._-]/g, "?");
  const pid = isOwner(seen.chain.last) ? seen.chain.last.split(".")[1] : undefined;
  const elsewhere = seen.holder === "elsewhere";
  const who = elsewhere ? `on ${machine}` : pid === undefined ? "unknown process" : `process ${pid}`;
  const hint = elsewhere
    ? `if nothing is running on ${machine} any more: rm ${shellWord(file)}`
    : pid === undefined
      ? `if no other command is running here: rm ${shellWord(file)}`
      : "try again when it has finished";
  return new SecretsError("busy", `another command is writing here (${who})`, { at: { file }, hint });
}
