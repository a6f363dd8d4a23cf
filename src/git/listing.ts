/**
 * Which files does git have in its index, beside it, and in a commit?
 *
 * Every answer is one process, whatever the number of files; names come with `-z` and may hold anything. Only git knows what is ignored;
 * without git, or outside a repository, the tree is walked.
 */
import { join, relative, sep } from "node:path";
import { SecretsError } from "../errors.ts";
import type { Files, Host } from "../io/host.ts";
import { strictUtf8 } from "../text/utf8.ts";
import { findGit, nulParts, type Git } from "./git.ts";
import { findRepository } from "./repository.ts";

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
  return pathsWith(answer).map(({ path, fields: [tag = "", mode = "", oid = ""] }) => {
    return { path, kind: kindOfMode(mode), oid, isHidden: /^[a-zS]$/.test(tag) };
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
  const only = path === undefined ? [] : ["--", path];
  const answer = await git.ask(["ls-tree", "-r", "-z", "--full-tree", commit, ...only]);
  return pathsWith(answer).map(({ path: found, fields: [mode = "", , oid = ""] }) => {
    return { path: found, kind: kindOfMode(mode), oid };
  });
}

/** Paths with what stands before each, up to a tab. */
export function pathsWith(answer: Buffer): { readonly path: string; readonly fields: readonly string[] }[] {
  return nulParts(answer).map((line) => {
    const tab = line.indexOf("\t");
    return { path: line.slice(tab + 1), fields: line.slice(0, tab).split(" ") };
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

/**
 * The files below a directory that git tracks, or would track: absolute paths, sorted, without what is ignored.
 * @param directory absolute
 * @throws SecretsError `io`
 */
export async function listFiles(host: Host, directory: string): Promise<string[]> {
  // Git knows directories by where they really are.
  const real = await host.files.realpath(directory);
  const repository = await findRepository(host.files, real);
  const git = repository === undefined ? undefined : await findGit(host, repository.root);
  const found = git === undefined ? await filesBelow(host.files, real) : await gitFiles(git, real);
  return [...new Set(found)].map((path) => join(directory, relative(real, path))).sort();
}

async function gitFiles(git: Git, directory: string): Promise<string[]> {
  const inside = relative(git.root, directory).split(sep).join("/");
  const only = inside === "" ? [] : [`:(top,literal)${inside}`];
  const answer = await git.ask(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...only]);
  if (git.unseen.length > 0) throw unseen(git.unseen);
  if (strictUtf8(answer) !== undefined) return nulParts(answer).map((name) => join(git.root, name));
  // It could not be looked at, and nobody would notice.
  throw new SecretsError("io", "a file name here is not UTF-8, so that file cannot be looked at", {
    hint: "`git ls-files` shows it with escapes; rename it",
  });
}

/** Without git's word on what is ignored, a guess could leave a secret out or take a private file in. */
function unseen(notes: readonly string[]): SecretsError {
  const hint = "see what `git ls-files --others` says here";
  return new SecretsError("io", "git cannot list the files of the repository", { notes, hint });
}

/** Every file below a directory, links included, but for what belongs to git or npm. */
export async function filesBelow(files: Files, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await files.list(directory)) {
    if (name === ".git" || name === "node_modules") continue;
    const path = join(directory, name);
    const stat = await files.stat(path, { follow: false });
    if (stat?.kind === "directory") found.push(...(await filesBelow(files, path)));
    else if (stat !== undefined) found.push(path);
  }
  return found;
}
