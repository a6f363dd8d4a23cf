/**
 * Whose is the file that replaces another?
 *
 * A rename brings a new file, which belongs to whoever made it: root, after `sudo`. It gets the owner and the group of the old one, where
 * the system lets us.
 */
import type { FileStat, Host } from "./host.ts";
import { quietly } from "./io-error.ts";

/** What could not be kept; `owner` includes the group. */
export type Lost = "owner" | "group" | undefined;

/**
 * Gives a new file owner and group of the old one. Answers the permissions that it may have now: in another group than before, people may
 * do no more than everybody. Node's error where the new file cannot be looked at.
 */
export async function keepOwner(host: Host, path: string, before: FileStat): Promise<readonly [number, Lost]> {
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
