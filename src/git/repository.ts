/**
 * Where does the repository begin, and which files does it have?
 *
 * The root and the git directory are found by reading files, so that a verb on one file starts no process. Listing asks
 * git itself, since only git knows what is ignored; without git, or outside a repository, the tree is walked.
 */
import { dirname, join, resolve } from "node:path";
import { SecretsError } from "../errors.ts";
import type { Files, Host } from "../io/host.ts";

export interface Repository {
  /** Absolute path of the working tree. */
  readonly root: string;
  /** Absolute path of the git directory that all worktrees share: where lock and journal live. */
  readonly commonDirectory: string;
}

/** The repository that `from` (an absolute directory, which need not exist yet) lies in. */
export async function findRepository(files: Files, from: string): Promise<Repository | undefined> {
  for (let directory = from; ; directory = dirname(directory)) {
    const commonDirectory = await gitDirectory(files, directory);
    if (commonDirectory !== undefined) return { root: directory, commonDirectory };
    if (directory === dirname(directory)) return undefined;
  }
}

/**
 * The git directory that `from` lies in, where it is not one that a working tree hides: a bare repository, or that of a hook
 * which git started inside `.git`. Absolute.
 */
export async function findBareRepository(files: Files, from: string): Promise<string | undefined> {
  for (let directory = from; ; directory = dirname(directory)) {
    if ((await files.stat(join(directory, ".git"))) !== undefined) return undefined;
    const kinds = ["HEAD", "objects", "refs"].map(async (name) => (await files.stat(join(directory, name)))?.kind);
    if ((await Promise.all(kinds)).join() === "file,directory,directory") return directory;
    if (directory === dirname(directory)) return undefined;
  }
}

/** `.git` is a directory, or in worktrees and submodules a file that names one (gitrepository-layout(5)). */
async function gitDirectory(files: Files, root: string): Promise<string | undefined> {
  const path = join(root, ".git");
  const stat = await files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind === "directory") return path;
  if (stat.kind !== "file") return undefined;
  const named = /^gitdir: (.+?)\r?\n?$/.exec(text(await files.read(path)))?.[1];
  if (named === undefined) return undefined;
  const own = resolve(root, named);
  const common = join(own, "commondir");
  if ((await files.stat(common)) === undefined) return own;
  return resolve(own, text(await files.read(common)).trim());
}

/**
 * The files below a directory that git tracks, or would track: absolute paths, sorted, without what is ignored.
 * @param directory absolute
 */
export async function listFiles(host: Host, directory: string, repository: Repository | undefined): Promise<string[]> {
  const listed = repository === undefined ? undefined : await gitFiles(host, directory);
  return [...new Set(listed ?? (await walk(host.files, directory)))].sort();
}

async function gitFiles(host: Host, directory: string): Promise<string[] | undefined> {
  const argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  try {
    const child = await host.run(argv, { cwd: directory, terminal: "capture", env: gitEnvironment(host) });
    if (child.code !== 0 || /could not open|Permission denied/.test(text(child.stderr))) throw gitFailed(child.stderr);
    const names = namesIn(child.stdout).split("\0");
    return names.filter((name) => name !== "").map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof SecretsError) throw error;
    return undefined; // no git on this machine
  }
}

/** A hook or an outer git must not point this one at another repository; its messages are read, so in English. */
function gitEnvironment(host: Host): Record<string, string | undefined> {
  const kept = Object.entries(host.env).filter(([name]) => !name.startsWith("GIT_"));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** @throws SecretsError `io`: a file whose name is not UTF-8 could not be looked at, and nobody would notice */
function namesIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SecretsError("io", "a file name here is not UTF-8, so that file cannot be looked at", {
      hint: "`git ls-files` shows it with escapes; rename it",
    });
  }
}

/** Without git's word on what is ignored, a guess could leave a secret out or take a private file in. */
function gitFailed(stderr: Uint8Array): SecretsError {
  const [first = ""] = text(stderr).split("\n");
  return new SecretsError("io", "git cannot list the files of the repository", {
    notes: first === "" ? [] : [first],
    hint: "see what `git ls-files` says here",
  });
}

async function walk(files: Files, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await files.list(directory)) {
    if (name === ".git" || name === "node_modules") continue;
    const path = join(directory, name);
    const stat = await files.stat(path, { follow: false });
    if (stat?.kind === "directory") found.push(...(await walk(files, path)));
    else if (stat !== undefined) found.push(path);
  }
  return found;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
