/**
 * What does git have in the working tree: tracked and not ignored?
 *
 * Of a tracked file that nobody changed the index holds what git would publish, without filters and line ends, and one
 * process reads them all; what was changed or is new is read from the disk. So a sparse checkout is looked at as a whole. What git was told
 * not to look at on the disk is read from both.
 * Without a repository, every file below the directory.
 */
import { join } from "node:path";
import { blobId } from "../../git/blobs.ts";
import { gitIn, type Git } from "../../git/git.ts";
import { filesBelow, indexEntries, workingTree, type Entry, type IndexEntry } from "../../git/listing.ts";
import { findBareRepository } from "../../git/repository.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import { SecretsError } from "../../errors.ts";
import { attempt } from "../../io/io-error.ts";
import type { Project } from "../../operations/project/project.ts";
import { isFrameFile, linkedFrame, readEntries, readFiles } from "./blob-reading.ts";
import { settingsOnDisk } from "../judge/check-rules.ts";
import { isOutside, posixPath } from "./inside.ts";
import { namedPaths, type Named } from "./named-paths.ts";
import { isMisnamedPolicy, isPolicyFile, POLICY_PLACES } from "../../policy/sources/index.ts";
import { policiesOnDisk, type PolicyText } from "../context/policies.ts";
import { REPLACED, type Frame, type Scope, type Take } from "./scope.ts";
import { replacing } from "./git.ts";
import { modulesIn } from "./submodules.ts";

/**
 * @param paths absolute; none: everything.
 * @throws SecretsError `io` where git is needed and cannot be asked; `usage` where there is no working tree.
 */
export async function treeScope(project: Project, paths: readonly string[]): Promise<Scope> {
  const repository = await project.repository(join(project.directory, "x"));
  if (repository === undefined) {
    if ((await findBareRepository(project.host.files, project.directory)) !== undefined) {
      const hint = "secrets check --history, or --range A..B";
      throw new SecretsError("usage", "this is a bare repository, which has no working tree", { hint });
    }
    return plainScope(project, paths, project.directory);
  }
  let git: Git;
  try {
    git = await gitIn(project.host, repository.root);
  } catch (error) {
    // Files that are named can be looked at without it.
    if (!(error instanceof SecretsError) || paths.length === 0) throw error;
    return plainScope(project, paths, repository.root);
  }
  const [index, tree] = await Promise.all([indexEntries(git), workingTree(git)]);
  const changed = new Set(tree.changed);
  const untracked = tree.untracked.filter((path) => !path.endsWith("/"));
  const inner = tree.untracked.filter((path) => path.endsWith("/"));
  for (const path of inner) {
    project.tell(`${project.show(join(git.root, path))} is a separate repository, not a submodule: not checked`);
  }
  const hidden = await hiddenChanges(project, git.root, index);
  const unchanged = index.filter(({ path }) => !changed.has(path));
  const replaced = index.filter(({ path, kind }) => (changed.has(path) || hidden.has(path)) && kind === "file");
  const listing = [...new Set([...index.map(({ path }) => path), ...untracked])];
  const onDisk = [...changed, ...untracked, ...hidden];
  const modules = index.filter(({ kind }) => kind === "module").map(({ path }) => path);
  const tracked = new Set(index.map(({ path }) => path));
  const found = { listing, unchanged, replaced, onDisk, tracked, modules };
  return scopeOf(project, paths, { root: git.root, git, ...found });
}

/** What git was told to take for unchanged and what is not: the index and the disk are both looked at. */
async function hiddenChanges(
  project: Project,
  root: string,
  index: readonly IndexEntry[],
): Promise<ReadonlySet<string>> {
  const hidden = index.filter(({ isHidden, kind }) => isHidden && kind === "file");
  const known = new Map(hidden.map(({ path, oid }) => [join(root, path), oid]));
  const found = new Set<string>();
  await readFiles(project.host.files, [...known.keys()], {
    file: async (path, bytes) => {
      const oid = known.get(path) ?? "";
      if (blobId(bytes, oid) !== oid) found.add(posixPath(root, path));
    },
    // Said when it is looked at.
    failed: (path) => void found.add(posixPath(root, path)),
  });
  for (const path of found) {
    const file = project.show(join(root, path));
    project.tell(`${file} is marked assume-unchanged or skip-worktree and differs from the index: both are checked`);
  }
  return found;
}

async function plainScope(project: Project, paths: readonly string[], root: string): Promise<Scope> {
  const found = await attempt(project.show(root), "read", () => filesBelow(project.host.files, root));
  const listing = found.map((path) => posixPath(root, path)).sort();
  const nothing = { unchanged: [], replaced: [], modules: [], tracked: new Set<string>() };
  return scopeOf(project, paths, { root, git: undefined, listing, onDisk: listing, ...nothing });
}

interface Listed {
  readonly root: string;
  readonly git: Git | undefined;
  readonly listing: readonly string[];
  /** Read from git. */
  readonly unchanged: readonly Entry[];
  /** What the index has where the disk has something else. */
  readonly replaced: readonly Entry[];
  /** Read from the disk. */
  readonly onDisk: readonly string[];
  /** What git has in its index. */
  readonly tracked: ReadonlySet<string>;
  /** The paths of submodules, checked out or not. */
  readonly modules: readonly string[];
}

async function scopeOf(project: Project, paths: readonly string[], listed: Listed): Promise<Scope> {
  const { root, git, listing } = listed;
  const named = await namedPaths(project, root, paths);
  return {
    mode: "tree",
    isWhole: paths.length === 0,
    root,
    git,
    listing: () => Promise.resolve(listing),
    commits: 0,
    links: [...listed.unchanged.filter(({ kind }) => kind === "link").map(({ path }) => path), ...listed.onDisk].filter(
      named.wanted,
    ),
    modules: await modulesIn(project, { root, named }, listed.modules),
    read: async (take) => {
      for (const one of linkedFrame(listed.unchanged, (path) => project.show(join(root, path)))) take.unchecked(one);
      await readTree(project, { listed, named }, take);
      for (const one of await named.unanswered()) take.unchecked(one);
    },
  };
}

/** What git has first, since most of what judges is among it. */
async function readTree(
  project: Project,
  { listed, named }: { listed: Listed; named: Named },
  take: Take,
): Promise<void> {
  const { root, git, listing, onDisk } = listed;
  const { wanted } = named;
  const failed = (path: string, error: Error) => {
    named.answer(posixPath(root, path));
    take.unchecked({ file: project.show(path), reason: error.message });
  };
  const replaced = replacing(listed.replaced);
  // Of a merge that is not finished the index has both sides, and in front of them what they had in common.
  const before = (path: string) => replaced({ path }).map((parents) => parents.slice(-2));
  const version = (path: string, bytes: Uint8Array, tracked: boolean) => {
    named.answer(path);
    return take.version({ path, bytes, tracked, commit: undefined, before: before(path) });
  };
  const frame = await frameOnDisk(project, listed, failed);
  let read: Frame | undefined;
  const frameRead = async () => {
    read = await frame.finish(wanted);
    await take.frame(read);
  };
  if (git === undefined) await frameRead();
  else {
    const entries = listed.unchanged.filter(({ path }) => isFrameFile(path) || wanted(path));
    const former = listed.replaced.filter(({ path }) => wanted(path) && !isFrameFile(path));
    const marked = [
      ...entries.map((entry) => ({ ...entry, mark: "version" as const })),
      ...former.map((entry) => ({ ...entry, mark: "former" as const })),
    ];
    await readEntries(git, marked, {
      blob: async ({ path, oid, mark }, bytes) => {
        if (mark === "former") return take.former({ path, oid, bytes });
        if (isFrameFile(path)) frame.add(path, Buffer.from(bytes));
        if (read !== undefined && wanted(path) && !frame.texts.has(path)) await version(path, bytes, true);
      },
      frameRead,
      unchecked: ({ file, reason }) => failed(join(root, file), new Error(reason)),
    });
  }
  // The frame's own files are looked at as well, for keys and the like.
  for (const [path, bytes] of frame.texts) {
    if (wanted(path) && !isOutside(path)) await version(path, bytes, listed.tracked.has(path));
  }
  const besides = await named.besides(listing);
  const rest = [...onDisk.filter((path) => wanted(path) && !frame.texts.has(path)), ...besides];
  for (const file of rest.filter((path) => path.includes(REPLACED))) {
    const reason = "its name is not UTF-8, so it cannot be read by name";
    take.unchecked({ file, reason, hint: "git add it, or rename it" });
  }
  const paths = rest.map((path) => join(root, path));
  await readFiles(project.host.files, paths, {
    file: (path, bytes) => version(posixPath(root, path), bytes, listed.tracked.has(posixPath(root, path))),
    failed,
  });
}

/** Policies and settings: what is on disk is read at once, what git has is added as it comes. */
async function frameOnDisk(
  project: Project,
  { root, listing, onDisk }: Listed,
  failed: (path: string, error: Error) => void,
) {
  const texts = new Map<string, Uint8Array>();
  const only = project.named.map((path) => posixPath(root, path));
  // A policy that git ignores is one all the same, and the one that was named is read as it lies there.
  const besides = POLICY_PLACES.filter((path) => !listing.includes(path));
  const names = [...onDisk.filter(isFrameFile), ...besides, ...only];
  const paths = [...new Set(names)].map((path) => join(root, path));
  await readFiles(project.host.files, paths, {
    file: async (path, bytes) => void texts.set(posixPath(root, path), bytes),
    failed,
  });
  for (const path of only.filter((each) => !texts.has(each))) {
    throw new SecretsError("policy", "the policy cannot be read", { at: { file: project.show(join(root, path)) } });
  }
  return {
    texts,
    add: (path: string, bytes: Uint8Array) => {
      if (!texts.has(path)) texts.set(path, bytes);
    },
    finish: async (wanted: (path: string) => boolean): Promise<Frame> => {
      const policyTexts: PolicyText[] = [...texts]
        .filter(([path]) => isPolicyFile(path) || only.includes(path))
        .map(([path, bytes]) => ({ path, bytes }));
      const policies = await policiesOnDisk(project, root, policyTexts);
      const lint = new Set(
        [...policyTexts.map(({ path }) => path), ...listing.filter(isMisnamedPolicy)].filter(wanted),
      );
      return { policies: [policies], settings: settingsOnDisk(project, root)(texts.get(SETTINGS_FILE)), lint };
    },
  };
}
