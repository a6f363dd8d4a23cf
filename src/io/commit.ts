/**
 * How do new bytes reach the disk without a moment in which a secret is lost?
 *
 * Every verb that writes ends here. Staged files are written beside their targets, synced, read back and verified (`stage.ts`); then, under
 * a lock, the targets are compared with what was read at the beginning, and renamed over. Several files share one commit point, the journal: before it nothing
 * has changed, after it everything will, by the next run if need be. See `journal.ts` and `recover.ts` for what a crash leaves.
 */
import { SecretsError } from "../errors.ts";
import { collect, once } from "../text/chunks.ts";
import type { Host } from "./host.ts";
import { attempt, quietly } from "./io-error.ts";
import {
  afterCommit,
  closePlan,
  CommittedError,
  removeIfThere,
  renameChecked,
  rollForward,
  syncDirectories,
  undoPlan,
  writeJournal,
  writePlan,
} from "./journal.ts";
import { takeLock } from "./lock.ts";
import { type Belongs, type Entry, openState, stagedPath, stagedPaths } from "./notes.ts";
import { newOwner, retire } from "./owner.ts";
import { recoverLocked } from "./recover.ts";
import { type Change, type Lost, stage, type Staged, type Staging } from "./stage.ts";
import { fileHash, sha256 } from "./stream.ts";
import { watchSignals } from "./interruption.ts";
import { resolveTarget, type Target } from "./target.ts";

export interface CommitOptions {
  /**
   * Absolute directory for lock and journal, whose parent exists: `secrets` in git's common directory, or a hidden place beside the
   * policy. It exists only while there is something in it.
   */
  readonly state: string;
  /** The repository: a path inside it may not lead out of it through a symlink. */
  readonly root?: string | undefined;
  /** Whether a directory, by its real path, is one that this state directory serves; see `openState`. */
  readonly belongs?: Belongs | undefined;
  /** Milliseconds to wait for another commit to end. */
  readonly patience?: number | undefined;
  /** Told, in a line, what the user should know though all is well. */
  readonly warn?: ((line: string) => void) | undefined;
}

type Pending = Pick<Staged, "change" | "target">;

interface Work extends Staging {
  /** What is made before the commit point, by absolute paths; directories outermost first. */
  readonly targets: readonly string[];
  readonly directories: readonly string[];
  readonly patience: number | undefined;
}

/**
 * Writes all changes or none. When it resolves, all of it is durable. Answers the paths, as named, that have new content; what had
 * it already is not touched. Throws what a `verify` or a content stream throws, `changed` (a file is not
 * what it was when it was read), `refused` (not a plain file, see `resolveTarget`), `busy`, `interrupted`, and `io` with file and
 * reason: nothing was changed then, unless the message says that the next run finishes it.
 */
export async function commit(host: Host, changes: readonly Change[], options: CommitOptions): Promise<string[]> {
  const pending: Pending[] = [];
  const seen = new Set<string>();
  for (const change of changes) {
    const target = await resolveTarget(host, change.path, options.root);
    if (seen.has(target.path)) {
      throw new SecretsError("refused", "cannot write: it is named twice", { at: { file: change.path } });
    }
    seen.add(target.path);
    if (!(await hasAlready(host, change, target))) pending.push({ change, target });
  }
  if (pending.length === 0) return [];
  if (host.files.isDry === true) return rehearse(host, pending);
  const state = await openState(host, options.state, options.belongs);
  const targets = pending.map(({ target }) => target.path);
  const directories = [...new Set(pending.flatMap(({ target }) => target.missing))];
  const signals = watchSignals(host);
  const owner = await newOwner(host);
  try {
    const work: Work = { state, owner, targets, directories, signals, patience: options.patience };
    const written = await stageAndRename(host, pending, work);
    for (const { target, lost } of written) warnOfOwner(target, lost, options);
    return written.map(({ change }) => change.path);
  } finally {
    retire(owner);
    signals.over();
  }
}

/**
 * Proves that `path` could be written: nothing is asked of the user, and nothing typed, that cannot be saved. Makes a file
 * beside it, under a plan as a commit does, and removes it. Throws `refused` as `resolveTarget`, `io` naming the reason.
 */
export async function checkWritable(host: Host, path: string, options: CommitOptions): Promise<void> {
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

async function hasAlready(host: Host, { content }: Change, target: Target): Promise<boolean> {
  if (!(content instanceof Uint8Array) || target.stat?.size !== content.length) return false;
  return (await hashOf(host, target)) === sha256(content);
}

/** What a dry run can tell: whether each content is what was meant, and its target still what it was. */
async function rehearse(host: Host, pending: readonly Pending[]): Promise<string[]> {
  for (const { change, target } of pending) {
    const bytes = change.content instanceof Uint8Array ? change.content : await collect(change.content);
    await change.verify(once(bytes));
    requireExpected(change, target, await hashOf(host, target));
  }
  return pending.map(({ change }) => change.path);
}

async function stageAndRename(host: Host, pending: readonly Pending[], work: Work): Promise<readonly Staged[]> {
  const { state, owner, targets, directories } = work;
  const plan = { temps: targets.flatMap((target) => stagedPaths(state.path, target, owner)), directories };
  let settled = false;
  try {
    await writePlan(host, state.path, work);
    for (const directory of directories) {
      await attempt(directory, "create", () => host.files.makeDirectory(directory, 0o755));
    }
    // A file is durable only in a directory that is.
    await syncDirectories(host, directories);
    const staged: Staged[] = [];
    for (const each of pending) staged.push(await stage(host, each, work));
    const written = await renameLocked(host, staged, work);
    settled = true;
    return written;
  } catch (error) {
    if (error instanceof CommittedError) {
      settled = error.certain;
      throw error.failure;
    }
    settled = await undoPlan(host, plan);
    throw error;
  } finally {
    await closePlan(host, state.path, { owner, settled });
  }
}

/** Under the lock: compare, commit, rename, sync. Answers what was written; what somebody else made the same meanwhile is not. */
async function renameLocked(host: Host, staged: readonly Staged[], work: Work): Promise<readonly Staged[]> {
  const { state, owner, signals, patience } = work;
  const unlock = await takeLock(host, state.path, { owner, patience, check: signals.check });
  try {
    await recoverLocked(host, state);
    const entries = await compare(host, staged);
    const [only, ...more] = entries;
    signals.check();
    if (only !== undefined && more.length === 0) await renameOne(host, only);
    else if (only !== undefined) await renameAll(host, entries, work);
    const renamed = new Set(entries.map((entry) => entry.temp));
    const idle = staged.filter(({ temp }) => !renamed.has(temp));
    for (const { temp } of idle) await quietly(() => removeIfThere(host, temp));
    return staged.filter(({ temp }) => renamed.has(temp));
  } finally {
    await unlock();
  }
}

async function compare(host: Host, staged: readonly Staged[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { target, change, temp, hash } of staged) {
    const old = await hashOf(host, target);
    if (old === hash) continue;
    requireExpected(change, target, old);
    entries.push({ target: target.path, temp, old, new: hash });
  }
  return entries;
}

function requireExpected({ expected }: Change, { named }: Target, found: string): void {
  if (expected === "any" || expected === found) return;
  throw new SecretsError("changed", "somebody else changed it meanwhile; nothing was written", {
    at: { file: named },
    hint: "run the command again",
  });
}

function hashOf(host: Host, { named, path }: Target): Promise<string> {
  return attempt(named, "read", () => fileHash(host, path));
}

async function renameOne(host: Host, entry: Entry): Promise<void> {
  await renameChecked(host, entry, entry.new);
  await afterCommit(() => syncDirectories(host, [entry.target]), "it is written, but may not survive a power cut");
}

async function renameAll(host: Host, entries: readonly Entry[], work: Work): Promise<void> {
  const { owner } = work;
  const state = work.state.path;
  // A journal must survive a power cut before the first rename does, and then find what it speaks of.
  await syncDirectories(host, [...entries.map((entry) => entry.temp), state]);
  await writeJournal(host, state, { owner, entries });
  await afterCommit(async () => {
    await attempt(state, "sync", () => host.files.syncDirectory(state));
    await rollForward(host, state, entries);
  }, "the next run of any command here finishes it");
}

function warnOfOwner({ named, stat }: Target, lost: Lost, { warn }: CommitOptions): void {
  if (stat === undefined || lost === undefined) return;
  const before = lost === "owner" ? `user ${stat.uid}` : `group ${stat.gid}`;
  warn?.(`${named}: belonged to ${before}, and now belongs to you`);
}
