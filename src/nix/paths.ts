/**
 * Which file does a path in a Nix text mean?
 */
import { posix } from "node:path";
import { NixError } from "./source.ts";

/** @throws NixError for `~/…` where nobody has a home */
export function absolutePath(written: string, directory: string, home: string | undefined): string {
  if (written.startsWith("~/")) {
    if (home === undefined) throw new NixError(`${written} needs a home directory`);
    return canonical(`${home}/${written.slice(2)}`);
  }
  return canonical(written.startsWith("/") ? written : `${directory}/${written}`);
}

/** Without `.`, `..`, doubled and trailing slashes. */
export function canonical(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}
