/**
 * What did an earlier run leave behind, and what becomes of it?
 *
 * What was committed is finished, what was not is removed, whoever runs next.
 */
import { join } from "node:path";

import type { Host } from "./host.ts";
import { attempt, quietly } from "./io-error.ts";
import { readJournal, readPlan, removeIfThere, rollForward, undoPlan } from "./journal.ts";
import { isStale, lockNames, takeLock, type LockOptions } from "./lock.ts";
import { isOwner, liveness, newOwner, retire } from "./owner.ts";

/**
 * Finishes a committed write that was cut short and removes the leftovers of dead processes; answers the targets it finished. The first call of
 * every run; one look when there is nothing. `state` as in `commit`. Throws `changed` where a target was changed since,
 * `busy` where another process is at it for too long, `io`.
 */
export async function recover(
  host: Host,
  state: string,
  options: Pick<LockOptions, "patience"> = {},
): Promise<readonly string[]> {
  if ((await attempt(state, "read", () => host.files.stat(state))) === undefined) return [];
  if (!(await attempt(state, "read", () => hasLeftovers(host, state)))) return [];
  const owner = await newOwner(host);
  try {
    const unlock = await takeLock(host, state, { ...options, owner });
    try {
      return await recoverLocked(host, state);
    } finally {
      await unlock();
      await quietly(() => host.files.remove(state));
    }
  } finally {
    retire(owner);
  }
}

/** The same for who holds the lock already. */
export async function recoverLocked(host: Host, state: string): Promise<readonly string[]> {
  const names = await host.files.list(state);
  const entries = names.includes("journal") ? await readJournal(host, state) : undefined;
  const finished = entries === undefined ? [] : await rollForward(host, state, entries);
  // With its checksum wrong it never came to be; the plan beside it knows what to remove.
  if (entries === undefined && names.includes("journal")) await removeIfThere(host, join(state, "journal"));
  const inForce = await lockNames(host, state);
  for (const name of names) {
    const [kind, owner] = split(name);
    if (owner === undefined || inForce.includes(name)) continue;
    if (kind !== "after" && (await liveness(host, owner)) !== "dead") continue;
    if (kind === "plan" && !(await undoPlan(host, await readPlan(host, state, owner)))) continue;
    await quietly(() => host.files.remove(join(state, name)));
  }
  return finished;
}

async function hasLeftovers(host: Host, state: string): Promise<boolean> {
  const names = await host.files.list(state);
  if (names.length === 0) await quietly(() => host.files.remove(state));
  if (names.includes("journal") || (await isStale(host, state))) return true;
  for (const name of names) {
    const [, owner] = split(name);
    if (owner !== undefined && (await liveness(host, owner)) === "dead") return true;
  }
  return false;
}

/** `KIND.TOKEN` of a file in the state directory. */
function split(name: string): readonly [kind: string, owner: string | undefined] {
  const dot = name.indexOf(".");
  const owner = name.slice(dot + 1);
  return [name.slice(0, Math.max(dot, 0)), dot > 0 && isOwner(owner) ? owner : undefined];
}
