/**
 * Where is the program of that name?
 *
 * Looked up by us and started by its absolute path: a relative or empty entry in PATH would let the working directory,
 * which may be a stranger's repository, decide what runs.
 */
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

import type { Files, Host } from "./host.ts";

/** Where programs are when nothing that PATH names may be used. */
const SYSTEM = ["/usr/bin", "/bin"];

/**
 * The absolute path of a program: a name is looked for in the absolute entries of PATH, a path is taken from the working
 * directory. Undefined where no executable file is.
 * @param strangers a directory: what lies in a working tree that also holds this directory is passed over.
 */
export async function findProgram(host: Host, name: string, strangers?: string): Promise<string | undefined> {
  const suffixes = host.system.platform === "win32" ? [".exe", ""] : [""];
  const isPath = name.includes("/") || (host.system.platform === "win32" && name.includes("\\"));
  const places = isPath
    ? [resolve(host.system.cwd, name)]
    : absoluteEntries(host.env["PATH"]).map((entry) => join(entry, name));
  for (const place of places) {
    for (const suffix of suffixes) {
      const path = place + suffix;
      // A directory that may not be looked into is one without the program.
      const stat = await host.files.stat(path).catch(() => undefined);
      if (stat?.kind !== "file" || (stat.mode & 0o111) === 0) continue;
      if (strangers === undefined || !(await sharesTree(host.files, path, strangers))) return path;
    }
  }
  return undefined;
}

/** PATH as a child may have it: what it starts by name must not come from the directory that it works in either. */
export function safePath(path: string | undefined): string {
  const entries = absoluteEntries(path);
  // Without any entry, many shells would look in the working directory.
  return (entries.length > 0 ? entries : SYSTEM).join(delimiter);
}

function absoluteEntries(path = ""): string[] {
  return path.split(delimiter).filter((entry) => isAbsolute(entry));
}

/** Whether one working tree holds both; a root directory that is one holds everything, and says nothing. */
async function sharesTree(files: Files, program: string, directory: string): Promise<boolean> {
  const [real, other] = await Promise.all([files.realpath(program), files.realpath(directory)]);
  for (let at = dirname(real); at !== dirname(at); at = dirname(at)) {
    if (other !== at && !other.startsWith(join(at, "/"))) continue;
    if (other === at || (await files.stat(join(at, ".git"))) !== undefined) return true;
  }
  return false;
}
