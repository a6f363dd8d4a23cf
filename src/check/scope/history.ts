/**
 * What was ever committed that a branch, a tag, HEAD or the stash leads to?
 *
 * Judged by the policies of HEAD; what they say nothing of, by every policy that the history ever had.
 */
import { join } from "node:path";
import { allCommits, broughtBy, commitNamed, isShallow, namesApartFromHead, stashEntries } from "../../git/changes.ts";
import { treeEntries } from "../../git/listing.ts";
import type { Project } from "../../operations/project/project.ts";
import { isBelow } from "./inside.ts";
import { gitOfCommits } from "./repository-of-commits.ts";
import type { Scope } from "./scope.ts";
import { current, gitScope, isLintable, settingsIn } from "./git.ts";
import { formerPolicies, versionsOf } from "./range.ts";

/** @throws SecretsError `usage`: no repository; `io`. */
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
  const show = (path: string) => project.show(join(git.root, path));
  const scope = gitScope(project, {
    mode: "history",
    git,
    paths,
    newest,
    versions: [...current(newest), ...versionsOf(brought, newest, () => false)],
    lint: newest.map(({ path }) => path).filter(isLintable),
    commits: commits.length,
    past: formerPolicies(git, brought, newest),
    settings: settingsIn(git, newest, show),
    unchecked: shallow
      ? [{ file: "history", reason, hint: "git fetch --unshallow (actions/checkout: fetch-depth: 0)" }]
      : [],
    knows: (name) => [...newest, ...brought].some(({ path }) => isBelow(path, name)),
  });
  return { ...scope, namesOf: (commits) => namesApartFromHead(git, commits) };
}
