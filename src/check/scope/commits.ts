/**
 * What did these commits bring, those of a range or all that there are?
 */
import { SecretsError } from "../../errors.ts";
import {
  allCommits,
  broughtBy,
  commitNamed,
  commitsBetween,
  commitsNew,
  isShallow,
  isZero,
  namesApartFromHead,
  stashEntries,
  type Brought,
} from "../../git/changes.ts";
import type { Git } from "../../git/git.ts";
import { treeEntries, type Entry } from "../../git/listing.ts";
import type { Project } from "../../operations/project/project.ts";
import { judging, type Wanted } from "./blob-reading.ts";
import { isBelow } from "./inside.ts";
import { isPolicyFile } from "../../policy/sources/index.ts";
import { gitOfCommits, type CommitsGit } from "./repository-of-commits.ts";
import type { Scope, Unchecked } from "./scope.ts";
import { current, gitScope, replacing, type Mark, type Moment } from "./git.ts";

/** The ends of a range as they were named. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** `A..B`, with HEAD for what is left out. @throws SecretsError `usage`. */
export function readRange(text: string): Range {
  const [, from = "", to = ""] = /^(.*?)\.\.(?!\.)(.*)$/.exec(text) ?? [];
  if (text.includes("...") || !text.includes("..") || from === "") {
    throw new SecretsError("usage", "--range takes two commits, as in main..HEAD", {
      hint: "secrets check --range origin/main..HEAD",
    });
  }
  return { from, to: to === "" ? "HEAD" : to };
}

/** An end as messages name it: the id of a commit by its first letters. */
function shown(name: string): string {
  return /^[0-9a-f]{40,}$/.test(name) ? name.slice(0, 10) : name;
}

/**
 * Every commit of a range, and what its end has otherwise than its beginning, judged by the policies at both.
 * @throws SecretsError `usage`: no repository, no such commit; `io`.
 */
export async function rangeScope(
  project: Project,
  { range, paths }: { range: Range; paths: readonly string[] },
): Promise<Scope> {
  const found = await gitOfCommits(project, "--range");
  const { git } = found;
  const walk = await walked(project, found, range);
  const [newest, brought, ...trees] = await Promise.all([
    walk.to === undefined ? [] : treeEntries(git, walk.to),
    broughtBy(git, walk.commits),
    ...walk.edges.map(({ oid }) => treeEntries(git, oid)),
  ]);
  const older = walk.edges.map(({ name }, index) => ({ entries: trees[index] ?? [], name }));
  // What the beginning does not have.
  const before = new Set(trees.flat().map(versionOf));
  const isNew = (entry: Entry) => !before.has(versionOf(entry));
  const judges = judging(newest);
  const frameChanged = walk.isNew
    ? brought.some(({ path }) => judges(path))
    : !sameEntries(older[0]?.entries ?? [], newest, judges);
  // A merge can bring back what the beginning had left behind, without any commit that brings it.
  const differing = walk.isNew && older.length === 0 ? [] : newest.filter(isNew);
  const touched = new Set([...brought, ...differing].map(({ path }) => path));
  return gitScope(project, {
    mode: "range",
    git,
    paths,
    newest,
    versions: [
      ...current(differing, { isNew, before: replacing(trees.flat()) }),
      ...current(frameChanged ? newest : [], { isNew }),
      ...versionsOf(brought, newest, isNew),
    ],
    lint: newest.filter(({ path }) => touched.has(path)),
    commits: walk.commits.length,
    older,
    past: formerPolicies(git, brought, newest),
    bounded: true,
    unchecked: await cutOff(found, range, walk.commits),
    knows: (name) => [newest, brought, ...trees].some((entries) => entries.some(({ path }) => isBelow(path, name))),
  });
}

/**
 * What was ever committed that a branch, a tag, HEAD or the stash leads to, judged by the policies of HEAD; what they say nothing of, by
 * every policy that the history ever had.
 * @throws SecretsError `usage`: no repository; `io`.
 */
export async function historyScope(project: Project, paths: readonly string[]): Promise<Scope> {
  const { git } = await gitOfCommits(project, "--history");
  const head = await commitNamed(git, "HEAD");
  const stash = await stashEntries(git);
  if (stash.length > 0) {
    const entries = stash.length === 1 ? "entry" : "entries";
    project.tell(`${stash.length} stash ${entries} checked too, which are on no branch (git stash list)`);
  }
  const [commits, newest, shallow] = await Promise.all([
    allCommits(git, stash),
    head === undefined ? [] : treeEntries(git, head),
    isShallow(git),
  ]);
  if (commits.length === 0) project.tell("no commits yet: nothing to check");
  const brought = await broughtBy(git, commits);
  const reason = "this clone is shallow: older commits are missing";
  const scope = gitScope(project, {
    mode: "history",
    git,
    paths,
    newest,
    versions: [...current(newest), ...versionsOf(brought, newest, () => false)],
    lint: newest,
    commits: commits.length,
    past: formerPolicies(git, brought, newest),
    unchecked: shallow ? [{ file: "history", reason, hint: UNSHALLOW }] : [],
    knows: (name) => [...newest, ...brought].some(({ path }) => isBelow(path, name)),
  });
  return { ...scope, namesOf: (commits) => namesApartFromHead(git, commits) };
}

interface Walked {
  readonly to: string | undefined;
  readonly commits: readonly string[];
  /** Where the range begins. */
  readonly edges: readonly { readonly oid: string; readonly name: string }[];
  /** Whether it has no beginning of its own: a branch that nobody has yet. */
  readonly isNew: boolean;
}

/** An end of zeros is what git's hooks say for a branch that is made or removed. */
async function walked(project: Project, found: CommitsGit, { from, to }: Range): Promise<Walked> {
  const { git } = found;
  const shallow = await isShallow(git);
  if (isNothing(to)) {
    project.tell("the branch is deleted: nothing to check");
    return { to: undefined, commits: [], edges: [], isNew: false };
  }
  if (!isNothing(from)) {
    const first = await named(git, from, shallow);
    const last = await named(git, to, shallow);
    const edges = [{ oid: first, name: shown(from) }];
    return { to: last, commits: await commitsBetween(git, first, last), edges, isNew: false };
  }
  const last = await named(git, to, shallow);
  const { commits, edges } = await commitsNew(git, last, found.known);
  const before = edges.map((oid) => ({ oid, name: shown(oid) }));
  return { to: last, commits, edges: before.length > 0 ? before : await besides(git, commits), isNew: true };
}

/** A branch without a beginning, beside one that there is: its policies judge as well, or rule and secret could start again. */
async function besides(git: Git, commits: readonly string[]): Promise<Walked["edges"]> {
  const head = await commitNamed(git, "HEAD");
  return head === undefined || commits.includes(head) ? [] : [{ oid: head, name: "HEAD" }];
}

function isNothing(name: string): boolean {
  return name.length >= 40 && isZero(name);
}

async function named(git: Git, name: string, shallow: boolean): Promise<string> {
  const commit = await commitNamed(git, name);
  if (commit !== undefined) return commit;
  throw new SecretsError("usage", `no such commit: ${name}`, {
    hint: shallow ? "this clone is shallow: fetch more of it (actions/checkout: fetch-depth: 0)" : "git fetch",
  });
}

const UNSHALLOW = "git fetch --unshallow (actions/checkout: fetch-depth: 0)";

/** A commit whose parents are not here hides what lies behind it. */
async function cutOff({ cut }: CommitsGit, { from, to }: Range, commits: readonly string[]): Promise<Unchecked[]> {
  const missing = await cut();
  if (!commits.some((commit) => missing.has(commit))) return [];
  const reason = "this clone is shallow: commits of the range are missing";
  return [{ file: `${shown(from)}..${shown(to)}`, reason, hint: UNSHALLOW }];
}

/** What tells a version of a file from all others. */
function versionOf({ path, oid }: Entry): string {
  return `${path}\0${oid}`;
}

function sameEntries(a: readonly Entry[], b: readonly Entry[], which: (path: string) => boolean): boolean {
  const [one, other] = [a, b].map((entries) => entries.filter(({ path }) => which(path)).map(versionOf));
  return one?.join("\n") === other?.join("\n");
}

/** Every version, the newest as such, the others under the oldest commit that brought them. */
function versionsOf(
  brought: readonly Brought[],
  newest: readonly Entry[],
  isNew: (entry: Entry) => boolean,
): Wanted<Mark>[] {
  const atEnd = new Map(newest.map(({ path, oid }) => [path, oid]));
  return brought.map(({ commit, before, ...entry }) => {
    const isNewest = atEnd.get(entry.path) === entry.oid;
    return {
      ...entry,
      mark: { commit: isNewest ? undefined : commit, isNew: isNew(entry), before: before.length === 0 ? [] : [before] },
    };
  });
}

/** Every version of a policy that the end does not have, each by itself, under the oldest commit that brought it. */
function formerPolicies(git: Git, brought: readonly Brought[], newest: readonly Entry[]): Moment[] {
  const todays = new Set(newest.map(versionOf));
  const found = new Map<string, Moment>();
  for (const { commit, ...entry } of brought) {
    const key = versionOf(entry);
    if (!isPolicyFile(entry.path) || entry.kind !== "file" || todays.has(key) || found.has(key)) continue;
    found.set(key, { entries: [entry], name: commit.slice(0, 10), all: () => treeEntries(git, commit) });
  }
  return [...found.values()];
}
