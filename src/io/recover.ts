/**
 * What did an earlier run leave behind, and what becomes of it?
 *
 * What was committed is finished, what was not is removed, whoever runs next.
 */
import { join } from "node:path";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { attempt, errorCode, quietly } from "./io-error.ts";
import { removeIfThere, rollForward, undoPlan } from "./journal.ts";
import { isStale, lockNames, takeLock, type LockOptions } from "./lock.ts";
import { type Belongs, openState, readJournal, readPlan, type State } from "./notes.ts";
import { isOwner, liveness, newOwner, retire } from "./owner.ts";

export interface RecoverOptions extends Pick<LockOptions, "patience"> {
  /** As in `commit`. */
  readonly belongs?: Belongs | undefined;
}

/**
 * Finishes a committed write that was cut short and removes the leftovers of dead processes; answers the targets it finished. The first call of
 * every run; one look when there is nothing. `state` as in `commit`. Throws `changed` where a target was changed since,
 * `refused` for what no commit can have left (it stays as it is), `busy` where another process is at it for too long, `io`.
 */
export async function recover(host: Host, named: string, options: RecoverOptions = {}): Promise<readonly string[]> {
  if ((await attempt(named, "read", () => host.files.stat(named, { follow: false }))) === undefined) return [];
  const state = await openState(host, named, options.belongs);
  if (!(await attempt(named, "read", () => hasLeftovers(host, state.path)))) return [];
  if (host.files.isDry === true) {
    throw new SecretsError("busy", "a write was cut short, and a dry run does not finish it", { at: { file: named } });
  }
  const owner = await newOwner(host);
  try {
    const unlock = await takeLock(host, state.path, { ...options, owner });
    try {
      return await recoverLocked(host, state);
    } finally {
      await unlock();
      await quietly(() => host.files.removeDirectory(state.path));
    }
  } finally {
    retire(owner);
  }
}

/** The same for who holds the lock already. */
export async function recoverLocked(host: Host, state: State): Promise<readonly string[]> {
  const { path } = state;
  const journal = await readJournal(host, state);
  const finished = journal === undefined || journal === "damaged" ? [] : await rollForward(host, path, journal);
  // What never came to be says nothing; the plan beside it knows what to remove.
  if (journal === "damaged") await removeIfThere(host, join(path, "journal"));
  const problem = await removeLeftovers(host, state);
  if (problem !== undefined) throw problem;
  return finished;
}

/** Answers the first note that cannot be believed; the others are done all the same. */
async function removeLeftovers(host: Host, state: State): Promise<SecretsError | undefined> {
  const { path } = state;
  let problem: SecretsError | undefined;
  // Listed before the lock is looked at: what another process put there since is not a leftover.
  const names = await attempt(path, "read", () => host.files.list(path));
  const inForce = await lockNames(host, path);
  for (const name of names) {
    const [kind, owner] = split(name);
    if (owner === undefined || inForce.includes(name)) continue;
    if (kind !== "after" && (await liveness(host, owner)) !== "dead") continue;
    try {
      const plan = kind === "plan" ? await readPlan(host, state, owner) : undefined;
      if (plan !== undefined && !(await undoPlan(host, plan))) continue;
      await quietly(() => host.files.remove(join(path, name)));
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
      problem ??= error;
    }
  }
  return problem;
}

async function hasLeftovers(host: Host, state: string): Promise<boolean> {
  const names = await host.files.list(state).catch((error: unknown) => {
    // A commit that ended meanwhile took it away.
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (names === undefined) return false;
  if (names.length === 0) await quietly(() => host.files.removeDirectory(state));
  if (names.includes("journal") || (await isStale(host, state))) return true;
  for (const name of names) {
    const [, owner] = split(name);
    if (owner !== undefined && (await liveness(host, owner)) === "dead") return true;
  }
  return false;
}

const kinds: ReadonlySet<string> = new Set(["after", "journal", "lock", "plan"]);

/** `KIND.TOKEN` of a file in the state directory. */
function split(name: string): readonly [kind: string, owner: string | undefined] {
  const dot = name.indexOf(".");
  const [kind, owner] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  return [kind, kinds.has(kind) && isOwner(owner) ? owner : undefined];
}
