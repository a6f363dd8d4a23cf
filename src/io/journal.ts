/**
 * What did a commit that was cut short mean to do?
 *
 * Two kinds of notes lie in the state directory. `plan.TOKEN` is written before the first staged file: everything in it may be removed
 * once its process is dead. `journal` comes into place by one rename, which is the commit point: everything in it must be finished.
 * `notes.ts` says how they are written, and when they are believed.
 */
import { shellWord } from "../words/shell.ts";
import { dirname, join } from "node:path";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { attempt, errorCode, ioError, quietly } from "./io-error.ts";
import { createInState } from "./lock.ts";
import { type Entry, journalText, MAX_NOTE, type Plan, planText } from "./notes.ts";
import { fileHash, sha256 } from "./stream.ts";

/** Writes `plan.OWNER`, which names targets and new directories by absolute paths; throws `io`. */
export async function writePlan(
  host: Host,
  state: string,
  plan: { readonly owner: string; readonly targets: readonly string[]; readonly directories: readonly string[] },
): Promise<void> {
  const content = planText(state, plan);
  await createInState(host, join(state, `plan.${plan.owner}`), { content, durable: false });
}

/** Removes what a plan names, as far as it is there and can be removed; whether all of it is gone. */
export async function undoPlan(host: Host, plan: Plan): Promise<boolean> {
  let gone = true;
  for (const temp of plan.temps) {
    if (!(await quietly(() => removeIfThere(host, temp)))) gone = false;
  }
  // A directory that somebody uses by now is not empty and stays.
  for (const directory of plan.directories.toReversed()) await quietly(() => host.files.removeDirectory(directory));
  return gone;
}

/** Where something could not be removed, the plan stays, and the next run does it. */
export async function closePlan(
  host: Host,
  state: string,
  { owner, settled }: { readonly owner: string; readonly settled: boolean },
): Promise<void> {
  if (settled) await quietly(() => host.files.remove(join(state, `plan.${owner}`)));
  await quietly(() => host.files.removeDirectory(state));
}

/**
 * Puts the journal in place: the commit point. Once it resolves, and also when it throws `CommittedError`, because nobody can tell, the
 * staged files belong to the journal. Throws `io` when nothing is committed.
 */
export async function writeJournal(
  host: Host,
  state: string,
  { owner, entries }: { owner: string; entries: readonly Entry[] },
): Promise<void> {
  const draft = join(state, `journal.${owner}`);
  const journal = join(state, "journal");
  const content = journalText(state, owner, entries);
  if (Buffer.byteLength(content) > MAX_NOTE) {
    throw new SecretsError("refused", `${entries.length} files are too many for one write`, {
      hint: "name some of them at a time",
    });
  }
  try {
    await createInState(host, draft, { content, durable: true });
  } catch (error) {
    await quietly(() => host.files.remove(draft));
    throw error;
  }
  try {
    await host.files.rename(draft, journal);
  } catch (error) {
    // Some file systems report an error for what they have done; where nobody can look, it counts as done.
    const found = await fileHash(host, journal).catch(() => "unknown");
    if (found === sha256(content)) return;
    await quietly(() => host.files.remove(draft));
    const failure = ioError(error, journal, "write");
    if (found !== "unknown") throw failure;
    throw new CommittedError(failure, "the next run of any command here finishes it, or undoes it", { certain: false });
  }
}

/** Past the commit point: the staged files are not ours to remove any more. */
export class CommittedError extends Error {
  override readonly name = "CommittedError";
  readonly failure: unknown;
  /** Whether the journal is known to be in place. */
  readonly certain: boolean;

  /** @param outcome what will become of the write, told behind the failure */
  constructor(failure: unknown, outcome: string, { certain = true } = {}) {
    super("past the commit point", { cause: failure });
    const isOurs = failure instanceof SecretsError;
    this.failure = isOurs ? failure.with({ message: `${failure.message}; ${outcome}` }) : failure;
    this.certain = certain;
  }
}

/** Does what comes after the commit point. @throws CommittedError */
export async function afterCommit(action: () => Promise<unknown>, outcome: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new CommittedError(error, outcome);
  }
}

/**
 * Finishes what is committed, under the lock: renames what is not yet renamed, syncs every directory once, drops the journal. Answers the
 * targets. Throws `changed` where a target is neither old nor new (the journal stays, so that nothing is lost), `io`.
 */
export async function rollForward(host: Host, state: string, entries: readonly Entry[]): Promise<readonly string[]> {
  let lost: Entry | undefined;
  let conflict: Entry | undefined;
  let failure: Error | undefined;
  for (const entry of entries) {
    try {
      const outcome = await finish(host, entry);
      if (outcome === "lost") lost ??= entry;
      if (outcome === "conflict") conflict ??= entry;
    } catch (error) {
      failure ??= ioError(error, entry.target, "write");
    }
  }
  if (failure !== undefined) throw failure;
  await syncDirectories(
    host,
    entries.map((entry) => entry.target),
  );
  if (conflict !== undefined) {
    throw new SecretsError("changed", "an interrupted write to it is waiting, and it was changed since", {
      at: { file: conflict.target },
      hint: `keep it as it is: rm ${shellWord(conflict.temp)}`,
    });
  }
  const journal = join(state, "journal");
  await attempt(journal, "remove", () => removeIfThere(host, journal));
  // Otherwise a power cut could bring it back after the targets were changed again.
  await quietly(() => host.files.syncDirectory(state));
  if (lost !== undefined) {
    throw new SecretsError("changed", "an interrupted write to it cannot be finished: what was staged is gone", {
      at: { file: lost.target },
      hint: "it is as it was before; run the command again",
    });
  }
  return entries.map((entry) => entry.target);
}

/** Fsyncs the directories of these files, each once. */
export async function syncDirectories(host: Host, paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    await attempt(directory, "sync", () => host.files.syncDirectory(directory));
  }
}

/**
 * Renames, and where that reports an error looks whether it happened all the same. Throws `io`. `hash`: of what is
 * renamed.
 */
export async function renameChecked(host: Host, { temp, target }: Entry, hash: string): Promise<void> {
  try {
    await host.files.rename(temp, target);
  } catch (error) {
    if ((await fileHash(host, target).catch(() => "unknown")) !== hash) throw ioError(error, target, "write");
  }
}

/** Removes a file; one that is not there is no error. */
export async function removeIfThere(host: Host, path: string): Promise<void> {
  try {
    await host.files.remove(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") throw error;
  }
}

async function finish(host: Host, entry: Entry): Promise<"done" | "lost" | "conflict"> {
  const current = await fileHash(host, entry.target);
  if (current === entry.new) {
    await removeIfThere(host, entry.temp);
    return "done";
  }
  const staged = await fileHash(host, entry.temp);
  if (staged === "absent") {
    // Staged files are never removed after the commit point: it was renamed, and the target changed later, in peace.
    return current === entry.old ? "lost" : "done";
  }
  if (current !== entry.old || staged !== entry.new) return "conflict";
  await renameChecked(host, entry, entry.new);
  return "done";
}
