/**
 * Which files does git have in its index, beside it, and in a commit?
 *
 * Every answer is one process, whatever the number of files; names come with `-z` and may hold anything.
 */
import type { Git } from "./git.ts";
import { nulParts } from "./git.ts";

/** `link`: a symbolic link; `module`: a repository of its own, of which only the commit is recorded. */
export type EntryKind = "file" | "link" | "module";

export interface Entry {
  /** POSIX, relative to the root of the working tree. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly oid: string;
}

export interface IndexEntry extends Entry {
  /** Whether git does not look at the disk for it: assume-unchanged, skip-worktree. */
  readonly isHidden: boolean;
}

export function kindOfMode(mode: string): EntryKind {
  return mode === "120000" ? "link" : mode === "160000" ? "module" : "file";
}

/**
 * What the index holds, files that a sparse checkout leaves out included. An unmerged path comes once per side.
 * @param names only files of these names, in whatever directory.
 */
export async function indexEntries(git: Git, names: readonly string[] = []): Promise<IndexEntry[]> {
  const only = names.map((name) => `:(top,glob)**/${name}`);
  const answer = await git.ask(["ls-files", "-v", "--stage", "-z", "--", ...only]);
  return nulParts(answer).map((line) => {
    const tab = line.indexOf("\t");
    const [tag = "", mode = "", oid = ""] = line.slice(0, tab).split(" ");
    return { path: line.slice(tab + 1), kind: kindOfMode(mode), oid, isHidden: /^[a-zS]$/.test(tag) };
  });
}

export interface WorkingTree {
  /** Tracked, and not what the index has: changed or unmerged. What is only removed from the disk is not among them. */
  readonly changed: readonly string[];
  /** Not tracked and not ignored; a name that ends in `/` is a repository of its own. */
  readonly untracked: readonly string[];
}

/** How the working tree differs from the index. */
export async function workingTree(git: Git): Promise<WorkingTree> {
  const args = ["ls-files", "-t", "--modified", "--deleted", "--others", "--exclude-standard", "-z"];
  const found = { "?": new Set<string>(), R: new Set<string>(), C: new Set<string>() };
  for (const line of nulParts(await git.ask(args))) {
    const [tag] = line;
    found[tag === "?" || tag === "R" ? tag : "C"].add(line.slice(2));
  }
  // What was removed is told as changed, too.
  return { changed: [...found.C].filter((path) => !found.R.has(path)), untracked: [...found["?"]] };
}

/** Files that git ignores; whole ignored directories are left out, since nobody keeps what is managed there. */
export async function ignoredFiles(git: Git): Promise<string[]> {
  const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  return nulParts(await git.ask(args)).filter((path) => !path.endsWith("/"));
}

/** Every file of a commit. @param commit its full id. @param path only what is there. */
export async function treeEntries(git: Git, commit: string, path?: string): Promise<Entry[]> {
  const answer = await git.ask([
    "ls-tree",
    "-r",
    "-z",
    "--full-tree",
    commit,
    ...(path === undefined ? [] : ["--", path]),
  ]);
  return nulParts(answer).map((line) => {
    const tab = line.indexOf("\t");
    const [mode = "", , oid = ""] = line.slice(0, tab).split(" ");
    return { path: line.slice(tab + 1), kind: kindOfMode(mode), oid };
  });
}

/** Whether the index or HEAD has this file, or files below it. @param path POSIX, relative to the root. */
export async function knowsPath(git: Git, path: string): Promise<boolean> {
  if ((await git.ask(["ls-files", "-z", "--", `:(top,literal)${path}`])).length > 0) return true;
  // Before the first commit there is no HEAD to ask.
  const head = await git.tryAsk(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return head !== undefined && (await git.ask(["ls-tree", "-z", "--full-tree", "HEAD", "--", path])).length > 0;
}

/** Which of these paths git ignores, tracked or not. */
export async function ignoredAmong(git: Git, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const input = Buffer.from(`${paths.join("\0")}\0`);
  // Exit 1 says that none of them is.
  const answer = await git.tryAsk(["check-ignore", "--no-index", "--stdin", "-z"], input);
  return new Set(answer === undefined ? [] : nulParts(answer));
}

/** What `.gitattributes` say of these paths: path → attribute → value (`unspecified` where nothing). */
export async function attributesOf(
  git: Git,
  paths: readonly string[],
  names: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  if (paths.length === 0) return found;
  const input = Buffer.from(`${paths.join("\0")}\0`);
  const parts = nulParts(await git.ask(["check-attr", "--stdin", "-z", ...names], input));
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [path = "", name = "", value = ""] = parts.slice(index, index + 3);
    const known = found.get(path) ?? new Map<string, string>();
    known.set(name, value);
    found.set(path, known);
  }
  return found;
}
