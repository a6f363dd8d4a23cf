/**
 * What would be committed now?
 *
 * The index, as the hook of a commit is told it. A policy among it is a reason to look at everything that it may rule, and
 * to judge by the policy of HEAD as well, so that one commit cannot drop a rule and what it ruled.
 */
import { dirname, join, resolve } from "node:path";
import { SecretsError } from "../../errors.ts";
import { commitNamed, stagedChanges, type Staged } from "../../git/changes.ts";
import { gitIn, type Git } from "../../git/git.ts";
import { indexEntries, knowsPath, treeEntries, type Entry } from "../../git/listing.ts";
import { findBareRepository, type Repository } from "../../git/repository.ts";
import type { Project } from "../../operations/project/project.ts";
import { FRAME_NAMES, judging } from "./blob-reading.ts";
import { settingsOnDisk } from "../judge/check-rules.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import type { Scope } from "./scope.ts";
import { current, gitScope, replacing } from "./git.ts";
import { liesIn } from "./inside.ts";

/**
 * @param paths absolute; none: all.
 * @throws SecretsError `usage`: no repository; `io`.
 */
export async function stagedScope(project: Project, paths: readonly string[]): Promise<Scope> {
  const repository = await project.repository(join(project.directory, "x"));
  if (repository === undefined) throw new SecretsError("usage", "--staged needs a git repository, and this is not one");
  const git = await gitIn(project.host, repository.root, { besides: await indexOfHook(project, repository) });
  const [changes, frame] = await Promise.all([stagedChanges(git), indexEntries(git, FRAME_NAMES)]);
  if (changes.length === 0) project.tell("nothing is staged; without --staged the working tree is checked");
  const staged = changes.flatMap(({ entry }) => entry ?? []);
  const judges = judging(frame);
  const looked = changes.some(({ path }) => judges(path)) ? await indexEntries(git) : staged;
  return gitScope(project, {
    mode: "staged",
    git,
    paths,
    newest: frame,
    all: () => indexEntries(git),
    versions: current(looked, { before: await replacedBy(git, changes) }),
    lint: staged,
    older: changes.some(({ path }) => path !== SETTINGS_FILE && judges(path))
      ? [{ entries: beforeChanges(frame, changes), name: "HEAD", all: () => treeEntries(git, "HEAD") }]
      : [],
    settings: settingsOnDisk(project, git.root),
    knows: (path) => knowsPath(git, path),
  });
}

/** What HEAD had at these paths, and what is being merged into it. */
async function replacedBy(git: Git, changes: readonly Staged[]): Promise<ReturnType<typeof replacing>> {
  const merged = await commitNamed(git, "MERGE_HEAD");
  const theirs = merged === undefined ? [] : await treeEntries(git, merged);
  const changed = new Set(changes.map(({ path }) => path));
  return replacing([
    ...changes.flatMap(({ before }) => before ?? []),
    ...theirs.filter(({ path }) => changed.has(path)),
  ]);
}

/** What the frame was in HEAD. */
function beforeChanges(frame: readonly Entry[], changes: readonly Staged[]): Entry[] {
  const changed = new Set(changes.map(({ path }) => path));
  return [...frame.filter(({ path }) => !changed.has(path)), ...changes.flatMap(({ before }) => before ?? [])];
}

/** `git commit -a` and `git commit FILE` make an index of their own, and tell their hooks: that one will be committed. */
async function indexOfHook(
  { host }: Project,
  { root, commonDirectory }: Repository,
): Promise<Readonly<Record<string, string>>> {
  const named = host.env["GIT_INDEX_FILE"];
  if (named === undefined) return {};
  const path = resolve(root, named);
  const isOurs = await liesIn({ host }, dirname(path), commonDirectory);
  // Another repository's is no business of this one; one that lies anywhere else was made for this.
  const isAnothers = !isOurs && (await findBareRepository(host.files, dirname(path))) !== undefined;
  return isAnothers ? {} : { GIT_INDEX_FILE: path };
}
