/**
 * Which file is really written, and may it be?
 *
 * A symlink is followed, once, to the file that it names; what is not a plain file of one name is refused, because a
 * rename would tear it from what it is.
 */
import { shellWord } from "../words/shell.ts";
import { basename, dirname, join, resolve } from "node:path";

import { SecretsError } from "../errors.ts";
import type { FileStat, Host } from "./host.ts";
import { isInside } from "./inside.ts";
import { attempt } from "./io-error.ts";

export interface Target {
  /** As the user named it. */
  readonly named: string;
  /** Where the bytes go: `named` with its symlinks followed. */
  readonly path: string;
  /** What is there now; undefined: nothing. */
  readonly stat: FileStat | undefined;
  /** Directories that must be made first, outermost first. */
  readonly missing: readonly string[];
}

/**
 * Resolves what the user named. `root`, when given, is the repository that a path inside it must not leave through a symlink.
 * Throws `refused` (directory, device, FIFO, socket, hard links, a symlink out of `root` or to nothing), `io`.
 */
export async function resolveTarget(host: Host, named: string, root?: string): Promise<Target> {
  return attempt(named, "write", async () => {
    const { existing, missing } = await nearestDirectory(host, dirname(resolve(named)));
    const directory = missing.at(-1) ?? existing;
    let path = join(directory, basename(named));
    let stat = await host.files.stat(path, { follow: false });
    if (stat?.kind === "symlink") {
      stat = await host.files.stat(path);
      if (stat === undefined) throw refused(named, "it is a symlink to nothing");
      path = await host.files.realpath(path);
    }
    if (
      root !== undefined &&
      isInside(resolve(root), resolve(named)) &&
      !isInside(await host.files.realpath(root), path)
    ) {
      throw refused(named, "a symlink leads out of the repository");
    }
    if (stat !== undefined) refuseOdd(named, stat);
    if (stat !== undefined && (stat.mode & 0o222) === 0) throw readOnly(named);
    return { named, path, stat, missing };
  });
}

/** A rename would get around it, but whoever took the permission away meant something by it. */
function readOnly(named: string): SecretsError {
  return new SecretsError("io", "cannot write: the file is read-only", {
    at: { file: named },
    hint: `chmod u+w ${shellWord(named)}`,
  });
}

/** The real path of the nearest directory that exists, and those below it that do not, outermost first. */
export async function nearestDirectory(
  host: Host,
  directory: string,
): Promise<{ readonly existing: string; readonly missing: readonly string[] }> {
  const names: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    const stat = await host.files.stat(at);
    if (stat !== undefined || dirname(at) === at) {
      const existing = await host.files.realpath(at);
      const missing: string[] = [];
      for (const name of names.toReversed()) missing.push(join(missing.at(-1) ?? existing, name));
      return { existing, missing };
    }
    names.push(basename(at));
  }
}

function refuseOdd(named: string, stat: FileStat): void {
  if (stat.kind === "directory") throw refused(named, "it is a directory");
  if (stat.kind !== "file") throw refused(named, "it is not a regular file");
  if (stat.links > 1) throw refused(named, `it has ${stat.links} hard links, and only one would change`);
}

function refused(named: string, reason: string): SecretsError {
  return new SecretsError("refused", `cannot write: ${reason}`, { at: { file: named } });
}
