/**
 * Where does the repository begin, and which files does it have?
 *
 * The root and the git directory are found by reading files, so that a verb on one file starts no process. Listing asks
 * git itself, since only git knows what is ignored; without git, or outside a repository, the tree is walked.
 */
import { strictUtf8 } from "../text/utf8.ts";
import { dirname, join, relative, sep } from "node:path";
import { SecretsError } from "../errors.ts";
import type { Files, Host } from "../io/host.ts";
import { findGit, type Git } from "./git.ts";
import { gitDirectories } from "./layout.ts";

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
  return namesIn(answer)
    .split("\0")
    .filter((name) => name !== "")
    .map((name) => join(git.root, name));
}

/** @throws SecretsError `io`: a file whose name is not UTF-8 could not be looked at, and nobody would notice */
function namesIn(bytes: Uint8Array): string {
  const names = strictUtf8(bytes);
  if (names !== undefined) return names;
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
