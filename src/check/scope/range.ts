/**
 * What did these commits bring?
 *
 * Every commit of a range, and what its end has otherwise than its beginning, judged by the policies at both.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import {
  broughtBy,
  commitNamed,
  commitsBetween,
  commitsNew,
  isShallow,
  isZero,
  type Brought,
} from "../../git/changes.ts";
import type { Git } from "../../git/git.ts";
import { treeEntries, type Entry } from "../../git/listing.ts";
import type { Project } from "../../operations/project/project.ts";
import { isFrameFile, type Wanted } from "./blob-reading.ts";
import { isBelow } from "./inside.ts";
import { isPolicyFile } from "../../policy/sources/index.ts";
import { gitOfCommits, type CommitsGit } from "./repository-of-commits.ts";
import type { Scope, Unchecked } from "./scope.ts";
import { current, gitScope, isLintable, replacing, settingsIn, type Mark, type Moment } from "./git.ts";

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

/** @throws SecretsError `usage`: no repository, no such commit; `io`. */
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
  const isNew = newerThan(older);
  const frameChanged = walk.isNew
    ? brought.some(({ path }) => isFrameFile(path))
    : !sameFrame(older[0]?.entries ?? [], newest);
  // A merge can bring back what the beginning had left behind, without any commit that brings it.
  const differing = walk.isNew && older.length === 0 ? [] : newest.filter(isNew);
  const touched = new Set([...brought, ...differing].map(({ path }) => path));
  const show = (path: string) => project.show(join(git.root, path));
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
    lint: newest.map(({ path }) => path).filter((path) => isLintable(path) && touched.has(path)),
    commits: walk.commits.length,
    older,
    past: formerPolicies(git, brought, newest),
    settings: settingsIn(git, newest, show),
    bounded: true,
    unchecked: await cutOff(found, range, walk.commits),
    knows: (name) => [newest, brought, ...trees].some((entries) => entries.some(({ path }) => isBelow(path, name))),
  });
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

/** A commit whose parents are not here hides what lies behind it. */
async function cutOff({ cut }: CommitsGit, { from, to }: Range, commits: readonly string[]): Promise<Unchecked[]> {
  const missing = await cut();
  if (!commits.some((commit) => missing.has(commit))) return [];
  const reason = "this clone is shallow: commits of the range are missing";
  return [
    { file: `${shown(from)}..${shown(to)}`, reason, hint: "git fetch --unshallow (actions/checkout: fetch-depth: 0)" },
  ];
}

/** Whether the beginning does not have this very version. */
function newerThan(older: readonly Moment[]): (entry: Entry) => boolean {
  const before = new Set(older.flatMap(({ entries }) => entries.map(({ path, oid }) => `${path}\0${oid}`)));
  return ({ path, oid }) => !before.has(`${path}\0${oid}`);
}

function sameFrame(a: readonly Entry[], b: readonly Entry[]): boolean {
  const text = (entries: readonly Entry[]) =>
    entries
      .filter(({ path }) => isFrameFile(path))
      .map(({ path, oid }) => `${path}\0${oid}`)
      .join("\n");
  return text(a) === text(b);
}

/** Every version, the newest as such, the others under the oldest commit that brought them. */
export function versionsOf(
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
export function formerPolicies(git: Git, brought: readonly Brought[], newest: readonly Entry[]): Moment[] {
  const todays = new Set(newest.map(({ path, oid }) => `${path}\0${oid}`));
  const found = new Map<string, Moment>();
  for (const { commit, ...entry } of brought) {
    const key = `${entry.path}\0${entry.oid}`;
    if (!isPolicyFile(entry.path) || entry.kind !== "file" || todays.has(key) || found.has(key)) continue;
    found.set(key, { entries: [entry], name: commit.slice(0, 10), all: () => treeEntries(git, commit) });
  }
  return [...found.values()];
}
