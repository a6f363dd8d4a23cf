/**
 * Where does the repository begin, and where does git keep what it knows of it?
 *
 * Found by reading files, so that a verb on one file starts no process.
 */
import { dirname, join, resolve } from "node:path";
import type { Files } from "../io/host.ts";

export interface Repository {
  /** Absolute path of the working tree. */
  readonly root: string;
  /** Absolute path of the git directory that all worktrees share: where lock and journal live. */
  readonly commonDirectory: string;
}

/** The repository that `from` (an absolute directory, which need not exist yet) lies in. */
export async function findRepository(files: Files, from: string): Promise<Repository | undefined> {
  for (let directory = from; ; directory = dirname(directory)) {
    const found = await gitDirectories(files, directory);
    if (found !== undefined) return { root: directory, commonDirectory: found.common };
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

export interface GitDirectories {
  /** Of this working tree: HEAD, index. Absolute. */
  readonly own: string;
  /** What all worktrees share: objects, refs, config. Absolute; often the same. */
  readonly common: string;
}

/**
 * `.git` is a directory, or in worktrees and submodules a file that names one (gitrepository-layout(5)). Undefined where there is no
 * working tree of git. @param root absolute
 */
export async function gitDirectories(files: Files, root: string): Promise<GitDirectories | undefined> {
  const path = join(root, ".git");
  const stat = await files.stat(path);
  if (stat?.kind === "directory") return { own: path, common: path };
  if (stat?.kind !== "file") return undefined;
  const named = /^gitdir: (.+?)\r?\n?$/.exec(await textIn(files, path))?.[1];
  if (named === undefined) return undefined;
  const own = resolve(root, named);
  const shared = join(own, "commondir");
  // What is there and is not a file is told to whoever asks git.
  if ((await files.stat(shared))?.kind !== "file") return { own, common: own };
  return { own, common: resolve(own, (await textIn(files, shared)).trim()) };
}

async function textIn(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(path));
}
