/**
 * Could this file be written, before anybody types what cannot be saved?
 */
import type { CommitOptions } from "./commit.ts";
import type { Host } from "./host.ts";
import { attempt, quietly } from "./io-error.ts";
import { closePlan, removeIfThere, writePlan } from "./journal.ts";
import { openState, stagedPath } from "./notes.ts";
import { newOwner, retire } from "./owner.ts";
import { resolveTarget } from "./target.ts";

/**
 * Proves that `path` could be written: nothing is asked of the user, and nothing typed, that cannot be saved. Makes a file
 * beside it, under a plan as a commit does, and removes it. Throws `refused` as `resolveTarget`, `io` naming the reason.
 */
export async function checkWritable(
  host: Host,
  path: string,
  options: Pick<CommitOptions, "state" | "root" | "belongs">,
): Promise<void> {
  const target = await resolveTarget(host, path, options.root);
  if (host.files.isDry === true) return;
  const beside = target.missing[0] ?? target.path;
  const owner = await newOwner(host);
  const probe = stagedPath(beside, owner);
  try {
    const state = await openState(host, options.state, options.belongs);
    let settled = false;
    try {
      await writePlan(host, state.path, { owner, targets: [beside], directories: [] });
      await attempt(path, "write", async () => (await host.files.open(probe, "create")).close());
    } finally {
      settled = await quietly(() => removeIfThere(host, probe));
      await closePlan(host, state.path, { owner, settled });
    }
  } finally {
    retire(owner);
  }
}
