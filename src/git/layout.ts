/**
 * Where does git keep what it knows of a working tree?
 *
 * `.git` is a directory, or in worktrees and submodules a file that names one (gitrepository-layout(5)).
 */
import { join, resolve } from "node:path";
import type { Files } from "../io/host.ts";

export interface GitDirectories {
  /** Of this working tree: HEAD, index. Absolute. */
  readonly own: string;
  /** What all worktrees share: objects, refs, config. Absolute; often the same. */
  readonly common: string;
}

/** Undefined where there is no working tree of git. @param root absolute */
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
