/**
 * How do new bytes come to lie beside their target, verified and on disk?
 *
 * Nothing of the target changes here: `commit.ts` renames what was staged. Plaintext is staged in the state directory, where
 * `git add -A` does not find it, unless that is on another file system.
 */
import { createHash } from "node:crypto";

import { SecretsError } from "../errors.ts";
import type { FileStat, Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { attempt, errorCode, quietly } from "./io-error.ts";
import { hiddenPath, stagedPath, type State } from "./notes.ts";
import { fileHash, readStream } from "./stream.ts";
import type { Target } from "./target.ts";

export interface Change {
  /** Absolute path as the user named it; a symlink is followed to its target (kept a symlink). */
  readonly path: string;
  /** SHA-256 hex of what was read there; "absent": nothing was there; "any": whatever is there may go. */
  readonly expected: string;
  /** The new bytes, or a stream of them. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  /**
   * Proves, with the key still in memory, that the staged bytes (re-read from disk) open to what was meant; throws
   * otherwise.
   */
  readonly verify: (staged: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Permission bits for a new file; an existing one keeps its own. */
  readonly mode: number;
  /** The content is plaintext: until it is in place it lies where `git add -A` does not find it. */
  readonly plaintext?: boolean | undefined;
}

/** What could not be kept; `owner` includes the group. */
export type Lost = "owner" | "group" | undefined;

export interface Staged {
  readonly target: Target;
  readonly change: Change;
  readonly temp: string;
  readonly hash: string;
  /** What of the old file's ownership could not be kept. */
  readonly lost: Lost;
}

/** For whom, and where what must not lie beside its target lies. */
export interface Staging {
  readonly state: State;
  readonly owner: string;
  readonly signals: Interruption;
}

/** Whether a file can be renamed from the state directory to its target; not where they are on two file systems. */
async function canHide(host: Host, { state, owner }: Staging, target: Target): Promise<boolean> {
  const [beside, hidden] = [stagedPath(target.path, owner), hiddenPath(state.path, target.path, owner)];
  return attempt(target.named, "write", async () => {
    await (await host.files.open(hidden, "create", 0o600)).close();
    try {
      await host.files.rename(hidden, beside);
    } catch (error) {
      if (errorCode(error) !== "EXDEV") throw error;
      await host.files.remove(hidden);
      return false;
    }
    await host.files.remove(beside);
    return true;
  });
}

/** Writes one staged file, with the owner and the permissions it will have, and verifies it. */
export async function stage(
  host: Host,
  { change, target }: Pick<Staged, "change" | "target">,
  staging: Staging,
): Promise<Staged> {
  const { state, owner, signals } = staging;
  const hides = change.plaintext === true && (await canHide(host, staging, target));
  const temp = hides ? hiddenPath(state.path, target.path, owner) : stagedPath(target.path, owner);
  const failing = <T>(action: () => Promise<T>): Promise<T> => attempt(target.named, "write", action);
  let [mode, lost]: readonly [number, Lost] = [change.mode, undefined];
  const hash = createHash("sha256");
  const file = await failing(() => host.files.open(temp, "create", 0o600));
  try {
    for await (const chunk of signals.read(change.content)) {
      hash.update(chunk);
      await failing(() => file.write(chunk));
    }
    const before = target.stat;
    if (before !== undefined) [mode, lost] = await failing(() => keepOwner(host, temp, before));
    if (mode !== 0o600) await failing(() => host.files.chmod(temp, mode));
    await failing(() => file.sync());
  } finally {
    await failing(() => file.close());
  }
  const meant = hash.digest("hex");
  await change.verify(failingToRead(host, temp, target.named));
  if ((await failing(() => fileHash(host, temp))) !== meant) {
    throw new SecretsError("io", "cannot write: the disk returned other bytes than were written", {
      at: { file: target.named },
    });
  }
  signals.check();
  return { target, change, temp, hash: meant, lost };
}

async function* failingToRead(host: Host, path: string, named: string): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = readStream(host.files, path);
  try {
    for (;;) {
      const next = await attempt(named, "write", () => chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return(undefined);
  }
}

/**
 * A rename brings a new file, which belongs to whoever made it: root, after `sudo`. It gets owner and group of the old one, where the
 * system lets us. Answers the permissions that it may have now: in another group than before, people may
 * do no more than everybody. Node's error where the new file cannot be looked at.
 */
async function keepOwner(host: Host, path: string, before: FileStat): Promise<readonly [number, Lost]> {
  const { mode, uid, gid } = before;
  const made = await host.files.stat(path, { follow: false });
  if (made === undefined || (made.uid === uid && made.gid === gid)) return [mode, undefined];
  if (await quietly(() => host.files.chown(path, uid, gid))) return [mode, undefined];
  // A group may be given by its members, an owner by root alone.
  const lost = made.uid === uid ? "group" : "owner";
  if (lost === "owner" && (made.gid === gid || (await quietly(() => host.files.chown(path, made.uid, gid))))) {
    return [mode, lost];
  }
  return [(mode & 0o707) | (mode & 0o070 & ((mode & 0o007) << 3)), lost];
}
