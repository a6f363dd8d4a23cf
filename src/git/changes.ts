/**
 * Which blobs did the index or these commits bring?
 *
 * A merge brings what differs from every one of its parents; what equals one of them came with that parent, and is
 * looked at there or was there before.
 */
import { SecretsError } from "../errors.ts";
import { linesOf, nulParts, type Git } from "./git.ts";
import { kindOfMode, type Entry } from "./listing.ts";

/** A path at which the index differs from HEAD. */
export interface Staged {
  readonly path: string;
  /** What would be committed; undefined where the path was removed, or where a merge is not finished. */
  readonly entry: Entry | undefined;
  /** What HEAD has there; undefined where it has nothing. */
  readonly before: Entry | undefined;
}

/** What is staged and differs from HEAD; before the first commit, everything. */
export async function stagedChanges(git: Git): Promise<Staged[]> {
  const args = ["diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff"];
  const parts = nulParts(await git.ask([...args, "--ignore-submodules=none"]));
  const changes: Staged[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [oldMode = "", mode = "", oldOid = "", oid = ""] = (parts[index] ?? "").slice(1).split(" ");
    const path = parts[index + 1] ?? "";
    changes.push({ path, entry: entryOf(path, mode, oid), before: entryOf(path, oldMode, oldOid) });
  }
  return changes;
}

function entryOf(path: string, mode: string, oid: string): Entry | undefined {
  return isZero(oid) ? undefined : { path, kind: kindOfMode(mode), oid };
}

/** Whether this is git's id for nothing at all. */
export function isZero(oid: string): boolean {
  return /^0+$/.test(oid);
}

/** The full id of what a name stands for, or undefined where there is no such commit. */
export async function commitNamed(git: Git, name: string): Promise<string | undefined> {
  if (name.startsWith("-")) return undefined;
  const answer = await git.tryAsk(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  return answer?.toString("latin1").trim() || undefined;
}

/** Whether older commits were left out when this repository was cloned. */
export async function isShallow(git: Git): Promise<boolean> {
  return (await git.ask(["rev-parse", "--is-shallow-repository"])).toString("latin1").trim() === "true";
}

/** The commits of `from..to`, oldest first. @throws SecretsError `io`. */
export async function commitsBetween(git: Git, from: string, to: string): Promise<string[]> {
  return linesOf(await git.ask(["rev-list", "--reverse", "--topo-order", `${from}..${to}`]));
}

/** Commits with those around them. */
export interface Walk {
  /** Oldest first. */
  readonly commits: readonly string[];
  /** The commits before them that lie outside. */
  readonly edges: readonly string[];
}

/**
 * The commits of `to` that nobody has yet, oldest first.
 * @param known whose commits are known: `all` those of every ref, as in a hook that runs before the refs are updated; else
 * those of the refs below a prefix that do not lead to `to` themselves.
 * @throws SecretsError `io`.
 */
export async function commitsNew(git: Git, to: string, known: "all" | "refs" | "refs/remotes"): Promise<Walk> {
  const args = ["rev-list", "--reverse", "--topo-order", "--boundary"];
  const answer =
    known === "all" ? git.ask([...args, to, "--not", "--all"]) : git.ask([...args, "--stdin"], await input());
  const all = linesOf(await answer);
  return {
    commits: all.filter((line) => !line.startsWith("-")),
    edges: all.filter((line) => line.startsWith("-")).map((line) => line.slice(1)),
  };

  async function input(): Promise<Buffer> {
    const refs = await git.ask(["for-each-ref", "--format=%(objectname)", `--no-contains=${to}`, known]);
    return Buffer.from([to, ...linesOf(refs).map((oid) => `^${oid}`), ""].join("\n"));
  }
}

/** Every commit that a branch, a tag, a remote's branch, HEAD or one of these leads to, oldest first. */
export async function allCommits(git: Git, besides: readonly string[]): Promise<string[]> {
  const head = (await commitNamed(git, "HEAD")) === undefined ? [] : ["HEAD"];
  const args = ["rev-list", "--reverse", "--topo-order", ...head, "--branches", "--tags", "--remotes", "--stdin"];
  return linesOf(await git.ask(args, Buffer.from(besides.map((oid) => `${oid}\n`).join(""))));
}

/**
 * The entries of the stash, the newest first. What was staged, and files that were untracked, are parents of each
 * (git-stash(1), discussion).
 */
export async function stashEntries(git: Git): Promise<string[]> {
  const newest = await commitNamed(git, "refs/stash");
  if (newest === undefined) return [];
  // Only the newest has a name of its own, the others stand in its log; which need not be there.
  return [...new Set([newest, ...linesOf(await git.ask(["rev-list", "--walk-reflogs", "refs/stash"]))])];
}

/** More commits than these are not named. */
const MOST_NAMED = 1000;

/**
 * A branch, tag or other reference that leads to each of these commits, as `tags/v1`, of those that HEAD does not lead to. What is left of
 * a dropped reference only in a log has no name.
 */
export async function namesApartFromHead(git: Git, commits: readonly string[]): Promise<Map<string, string>> {
  const head = await commitNamed(git, "HEAD");
  const some = new Set(commits.slice(0, MOST_NAMED));
  const input = [...some, ...(head === undefined ? [] : [`^${head}`]), ""].join("\n");
  const apart = linesOf(await git.ask(["rev-list", "--stdin"], Buffer.from(input))).filter((oid) => some.has(oid));
  if (apart.length === 0) return new Map();
  const names = (await git.ask(["name-rev", "--name-only", ...apart])).toString("utf8").split("\n");
  const found = apart.map((oid, index): [string, string] => [oid, (names[index] ?? "").replace(/[~^].*$/, "")]);
  return new Map(found.filter(([, name]) => name !== "" && name !== "undefined"));
}

export interface Brought extends Entry {
  readonly commit: string;
  /** The blobs that it replaced, one for each parent that had the path. */
  readonly before: readonly string[];
}

/**
 * The blobs that each commit brought, in the order of `commits`.
 * @throws SecretsError `io`.
 */
export async function broughtBy(git: Git, commits: readonly string[]): Promise<Brought[]> {
  if (commits.length === 0) return [];
  const args = ["diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev"];
  const parts = nulParts(await git.ask(args, Buffer.from(`${commits.join("\n")}\n`)));
  const brought: Brought[] = [];
  let commit = "";
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? "";
    const colons = /^:+/.exec(part)?.[0].length;
    if (colons === undefined) {
      if (!/^[0-9a-f]{40,64}$/.test(part)) throw new SecretsError("io", "git diff-tree gave an unexpected answer");
      commit = part;
      continue;
    }
    const path = parts[(index += 1)] ?? "";
    // Per parent a mode and an id, then those of the result.
    const fields = part.slice(colons).split(" ");
    const mode = fields[colons] ?? "";
    const oid = fields[colons + 1 + colons] ?? "";
    const before = fields.slice(colons + 1, colons + 1 + colons).filter((old) => !isZero(old));
    if (!isZero(oid)) brought.push({ path, kind: kindOfMode(mode), oid, commit, before });
  }
  return brought;
}
