/**
 * Where is the program of that name?
 *
 * Looked up by us and started by its absolute path: a relative or empty entry in PATH would let the working directory,
 * which may be a stranger's repository, decide what runs.
 */
import { delimiter, isAbsolute, join, resolve } from "node:path";

import type { Host } from "./host.ts";

/**
 * The absolute path of a program: a name is looked for in the absolute entries of PATH, a path is taken from the working
 * directory. Undefined where no executable file is.
 */
export async function findProgram(host: Host, name: string): Promise<string | undefined> {
  const suffixes = host.system.platform === "win32" ? [".exe", ""] : [""];
  const isPath = name.includes("/") || (host.system.platform === "win32" && name.includes("\\"));
  const places = isPath
    ? [resolve(host.system.cwd, name)]
    : (host.env["PATH"] ?? "")
        .split(delimiter)
        .filter((entry) => isAbsolute(entry))
        .map((entry) => join(entry, name));
  for (const place of places) {
    for (const suffix of suffixes) {
      const path = place + suffix;
      // A directory that may not be looked into is one without the program.
      const stat = await host.files.stat(path).catch(() => undefined);
      if (stat?.kind === "file" && (stat.mode & 0o111) !== 0) return path;
    }
  }
  return undefined;
}
