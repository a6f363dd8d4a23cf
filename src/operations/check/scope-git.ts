/**
 * What is staged, what did these commits bring, and what is in the history?
 *
 * All read from git's objects: what lies on the disk plays no part, and neither does a policy there.
 */
import { dirname, join, resolve } from "node:path";
import { SecretsError } from "../../errors.ts";
import { SETTINGS_FILE } from "../../findings/suppressions.ts";
import { allCommits, broughtBy, commitNamed, commitsBetween, isShallow, stagedEntries } from "../../git/changes.ts";
import { gitIn, type Git } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";
import { indexEntries, treeEntries, type Entry } from "../../git/listing.ts";
import type { Project } from "../project.ts";
import { FRAME_NAMES, isFrameFile, readEntries, type Wanted } from "./blob-reading.ts";
import { isPolicyFile, policySet, type PolicySet, type PolicyText } from "./policies.ts";
import type { Scope, Unchecked } from "./scope.ts";
import { posixPath } from "./scope-tree.ts";

/** @throws SecretsError `usage`: no repository; `io`. */
async function repositoryOf(project: Project, flag: string): Promise<Git> {
  const repository = await project.repository(join(project.directory, "x"));
  if (repository === undefined) throw new SecretsError("usage", `${flag} needs a git repository, and this is none`);
  return gitIn(project.host, repository.root, flag === "--staged" ? await indexOfHook(project, repository) : undefined);
}

/** `git commit -a` and `git commit FILE` make an index of their own, and tell their hooks: that one will be committed. */
async function indexOfHook({ host }: Project, { root, commonDirectory }: Repository): Promise<string | undefined> {
  const named = host.env["GIT_INDEX_FILE"];
  if (named === undefined) return undefined;
  const path = resolve(root, named);
  const real = (file: string) => host.files.realpath(file).catch(() => file);
  // Another repository's is no business of this one.
  return (await real(dirname(path))).startsWith(await real(commonDirectory)) ? path : undefined;
}

/**
 * What would be committed now. A policy among it is a reason to look at everything that it may rule.
 * @param paths absolute; none: all.
 */
export async function stagedScope(project: Project, paths: readonly string[]): Promise<Scope> {
  const git = await repositoryOf(project, "--staged");
  const [staged, frame] = await Promise.all([stagedEntries(git), indexEntries(git, FRAME_NAMES)]);
  const lint = staged.map(({ path }) => path).filter(isLintable);
  const looked = staged.some(({ path }) => isFrameFile(path)) ? await indexEntries(git) : staged;
  return scopeOf(project, {
    mode: "staged",
    git,
    paths,
    newest: frame,
    // Only a finding about a reader's key asks for it.
    listing: async () => (await indexEntries(git)).map(({ path }) => path),
    versions: looked.map((entry) => ({ ...entry, mark: undefined })),
    lint,
  });
}

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

/** Every commit of a range, judged by the policies at both of its ends. */
export async function rangeScope(
  project: Project,
  { range, paths }: { range: Range; paths: readonly string[] },
): Promise<Scope> {
  const git = await repositoryOf(project, "--range");
  const shallow = await isShallow(git);
  const [from, to] = await Promise.all([named(git, range.from, shallow), named(git, range.to, shallow)]);
  const [commits, before, newest] = await Promise.all([
    commitsBetween(git, from, to),
    treeEntries(git, from),
    treeEntries(git, to),
  ]);
  const brought = await broughtBy(git, commits);
  const frameChanged = !sameFrame(before, newest);
  return scopeOf(project, {
    mode: "range",
    git,
    paths,
    newest,
    versions: [...(frameChanged ? current(newest) : []), ...versionsOf(brought, newest)],
    lint: newest
      .map(({ path }) => path)
      .filter((path) => isLintable(path) && brought.some((entry) => entry.path === path)),
    commits: commits.length,
    older: { entries: before, name: range.from },
  });
}

/** Everything that was ever committed and that a branch, a tag or HEAD leads to. */
export async function historyScope(project: Project, paths: readonly string[]): Promise<Scope> {
  const git = await repositoryOf(project, "--history");
  const head = await commitNamed(git, "HEAD");
  const [commits, newest, shallow] = await Promise.all([
    allCommits(git),
    head === undefined ? [] : treeEntries(git, head),
    isShallow(git),
  ]);
  return scopeOf(project, {
    mode: "history",
    git,
    paths,
    newest,
    versions: [...current(newest), ...versionsOf(await broughtBy(git, commits), newest)],
    lint: newest.map(({ path }) => path).filter(isLintable),
    commits: commits.length,
    shallow: shallow
      ? { file: "history", reason: "this clone is shallow, older commits are not here", hint: "git fetch --unshallow" }
      : undefined,
  });
}

async function named(git: Git, name: string, shallow: boolean): Promise<string> {
  const commit = await commitNamed(git, name);
  if (commit !== undefined) return commit;
  throw new SecretsError("usage", `there is no commit ${name} here`, {
    hint: shallow ? "this clone is shallow: fetch more of it (actions/checkout: fetch-depth: 0)" : "git fetch",
  });
}

function isLintable(path: string): boolean {
  return isPolicyFile(path) || path === ".sops.yml" || path.endsWith("/.sops.yml");
}

function sameFrame(a: readonly Entry[], b: readonly Entry[]): boolean {
  const text = (entries: readonly Entry[]) =>
    entries
      .filter(({ path }) => isPolicyFile(path))
      .map(({ path, oid }) => `${path}\0${oid}`)
      .join("\n");
  return text(a) === text(b);
}

/** The commit that brought a version, or undefined for the newest one. */
type Mark = string | undefined;

function current(entries: readonly Entry[]): Wanted<Mark>[] {
  return entries.map((entry) => ({ ...entry, mark: undefined }));
}

/** Each version of each file once: the newest as such, the others under the oldest commit that brought them. */
function versionsOf(brought: readonly (Entry & { commit: string })[], newest: readonly Entry[]): Wanted<Mark>[] {
  const atEnd = new Map(newest.map(({ path, oid }) => [path, oid]));
  const seen = new Map<string, Wanted<Mark>>();
  for (const { commit, ...entry } of brought) {
    const key = `${entry.path}\0${entry.oid}`;
    if (seen.has(key)) continue;
    seen.set(key, { ...entry, mark: atEnd.get(entry.path) === entry.oid ? undefined : commit });
  }
  return [...seen.values()];
}

interface GitScope {
  readonly mode: "staged" | "range" | "history";
  readonly git: Git;
  readonly paths: readonly string[];
  /** The index, or the tree of the last commit: its policies judge. Of the index no more than they are needed. */
  readonly newest: readonly Entry[];
  readonly listing?: Scope["listing"];
  readonly versions: readonly Wanted<Mark>[];
  readonly lint: readonly string[];
  readonly commits?: number;
  /** Whose policies judge as well. */
  readonly older?: { readonly entries: readonly Entry[]; readonly name: string };
  readonly shallow?: Unchecked | undefined;
}

/** What a blob is read for. */
interface Purpose {
  readonly frame?: "newest" | "older";
  /** Present where the version itself is looked at. */
  readonly version?: { readonly commit: Mark };
}

function scopeOf(project: Project, given: GitScope): Scope {
  const { git, newest, older } = given;
  const roots = given.paths.map((path) => posixPath(git.root, path));
  const wanted = (path: string) =>
    roots.length === 0 || roots.some((root) => path === root || root === "" || path.startsWith(`${root}/`));
  const frame = (entries: readonly Entry[], which: "newest" | "older"): Wanted<Purpose>[] =>
    entries.filter(({ path }) => isFrameFile(path)).map((entry) => ({ ...entry, mark: { frame: which } }));
  const entries: Wanted<Purpose>[] = [
    ...frame(newest, "newest"),
    ...frame(older?.entries ?? [], "older"),
    ...unique(given.versions.filter(({ path }) => wanted(path))).map(({ mark, ...entry }) => ({
      ...entry,
      mark: { version: { commit: mark } },
    })),
  ];
  return {
    mode: given.mode,
    root: git.root,
    git,
    listing: given.listing ?? (() => Promise.resolve(newest.map(({ path }) => path))),
    commits: given.commits ?? 0,
    read: async (take) => {
      if (given.shallow !== undefined) take.unchecked(given.shallow);
      const texts = { newest: new Map<string, Buffer>(), older: new Map<string, Buffer>() };
      const early: { path: string; bytes: Buffer; commit: Mark }[] = [];
      let framed = false;
      const version = (path: string, bytes: Buffer, commit: Mark) =>
        take.version({ path, bytes, tracked: true, commit });
      await readEntries(git, entries, {
        blob: async ({ path, mark }, bytes) => {
          if (mark.frame !== undefined) texts[mark.frame].set(path, Buffer.from(bytes));
          if (mark.version === undefined) return;
          if (framed) await version(path, bytes, mark.version.commit);
          else early.push({ path, bytes: Buffer.from(bytes), commit: mark.version.commit });
        },
        frameRead: async () => {
          framed = true;
          const policies = await policiesOf(project, given, texts);
          const lint = new Set(given.lint.filter(wanted));
          await take.frame({ policies, settings: texts.newest.get(SETTINGS_FILE), lint });
          for (const { path, bytes, commit } of early) await version(path, bytes, commit);
        },
        unchecked: (one) => take.unchecked({ ...one, file: project.show(join(git.root, one.file)) }),
      });
    },
  };
}

/** A version that is asked for twice is looked at once, as the newest if it is that. */
function unique(versions: readonly Wanted<Mark>[]): Wanted<Mark>[] {
  return [
    ...new Map(versions.toReversed().map((entry) => [`${entry.path}\0${entry.oid}`, entry])).values(),
  ].toReversed();
}

async function policiesOf(
  project: Project,
  { git, older }: GitScope,
  texts: { newest: ReadonlyMap<string, Buffer>; older: ReadonlyMap<string, Buffer> },
): Promise<PolicySet[]> {
  const list = (found: ReadonlyMap<string, Buffer>): PolicyText[] =>
    [...found].filter(([path]) => isPolicyFile(path)).map(([path, bytes]) => ({ path, bytes }));
  const newest = await policySet(list(texts.newest), { show: (path) => project.show(join(git.root, path)) });
  if (older === undefined) return [newest];
  const origin = `the policy of ${older.name}`;
  return [newest, await policySet(list(texts.older), { show: (path) => `${older.name}:${path}`, origin })];
}
