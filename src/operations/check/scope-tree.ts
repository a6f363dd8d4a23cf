/**
 * What does git have in the working tree: tracked and not ignored?
 *
 * Of a tracked file that nobody changed the index holds what git would publish, in clear of filters and line ends, and one
 * process reads them all; what was changed or is new is read from the disk. So a sparse checkout is looked at as a whole.
 * Without a repository, every file below the directory.
 */
import { join, relative, sep } from "node:path";
import { gitIn, type Git } from "../../git/git.ts";
import { indexEntries, workingTree, type Entry } from "../../git/listing.ts";
import { listFiles } from "../../git/repository.ts";
import { SETTINGS_FILE } from "../../findings/suppressions.ts";
import { SecretsError } from "../../errors.ts";
import type { Project } from "../project.ts";
import { isFrameFile, readEntries, readFiles } from "./blob-reading.ts";
import { isPolicyFile, policySet, type PolicyText } from "./policies.ts";
import { REPLACED, type Frame, type Scope, type Unchecked } from "./scope.ts";

export interface TreeRequest {
  /** Absolute paths that were named; none: everything. */
  readonly paths: readonly string[];
  /** Absolute path of `--config`. */
  readonly config: string | undefined;
}

/** @throws SecretsError `io` where git is needed and cannot be asked. */
export async function treeScope(project: Project, request: TreeRequest): Promise<Scope> {
  const repository = await project.repository(join(project.directory, "x"));
  if (repository === undefined) return plainScope(project, request, project.directory);
  let git: Git;
  try {
    git = await gitIn(project.host, repository.root);
  } catch (error) {
    // Files that are named can be looked at without it.
    if (!(error instanceof SecretsError) || request.paths.length === 0) throw error;
    return plainScope(project, request, repository.root);
  }
  const [index, tree] = await Promise.all([indexEntries(git), workingTree(git)]);
  const changed = new Set(tree.changed);
  const modules = tree.untracked.filter((path) => path.endsWith("/"));
  const untracked = tree.untracked.filter((path) => !path.endsWith("/"));
  for (const path of [...index.filter(({ kind }) => kind === "module").map(({ path }) => path), ...modules]) {
    project.detail(`${path} is a repository of its own: run secrets check in it`);
  }
  const unchanged = index.filter(({ path }) => !changed.has(path));
  const listing = [...new Set([...index.map(({ path }) => path), ...untracked])];
  const onDisk = [...changed, ...untracked];
  return scopeOf(project, request, { root: repository.root, git, listing, unchanged, onDisk, tracked: changed });
}

async function plainScope(project: Project, request: TreeRequest, root: string): Promise<Scope> {
  const found = await listFiles(project.host, root, undefined);
  const listing = found.map((path) => posixPath(root, path));
  const base = { root, git: undefined, listing, unchanged: [], onDisk: listing, tracked: new Set<string>() };
  return scopeOf(project, request, base);
}

interface Listed {
  readonly root: string;
  readonly git: Git | undefined;
  readonly listing: readonly string[];
  /** Read from git. */
  readonly unchanged: readonly Entry[];
  /** Read from the disk. */
  readonly onDisk: readonly string[];
  /** Those of `onDisk` that git tracks. */
  readonly tracked: ReadonlySet<string>;
}

function scopeOf(project: Project, { paths, config }: TreeRequest, listed: Listed): Scope {
  const { root, git, listing } = listed;
  const named = paths.map((path) => posixPath(root, path));
  const wanted = (path: string) => named.length === 0 || named.some((name) => isBelow(path, name));
  return {
    mode: "tree",
    root,
    git,
    listing: () => Promise.resolve(listing),
    commits: 0,
    read: async (take) => {
      const failed = (path: string, error: Error) =>
        take.unchecked({ file: project.show(path), reason: error.message });
      const frame = await frameOnDisk(project, listed, { config, failed });
      const extra = await namedBesides(project, { root, named, listing }, take.unchecked);
      let read: Frame | undefined;
      const frameRead = async () => {
        read = await frame.finish(wanted);
        await take.frame(read);
      };
      const entries = listed.unchanged
        .filter(({ path }) => isFrameFile(path) || wanted(path))
        .map((entry) => ({ ...entry, mark: undefined }));
      const version = (path: string, bytes: Uint8Array, tracked: boolean) =>
        take.version({ path, bytes, tracked, commit: undefined });
      if (git === undefined) await frameRead();
      else {
        await readEntries(git, entries, {
          blob: async ({ path }, bytes) => {
            if (isFrameFile(path)) frame.add(path, Buffer.from(bytes));
            if (read !== undefined && wanted(path)) await version(path, bytes, true);
          },
          frameRead,
          unchecked: (one) => take.unchecked({ ...one, file: project.show(join(root, one.file)) }),
        });
      }
      // The frame's own files are looked at as well, for keys and the like.
      for (const [path, bytes] of frame.texts)
        if (wanted(path)) await version(path, bytes, !listed.onDisk.includes(path));
      const rest = [...listed.onDisk.filter((path) => wanted(path) && !frame.texts.has(path)), ...extra];
      for (const path of rest.filter((path) => path.includes(REPLACED))) {
        take.unchecked({
          file: path,
          reason: "its name is not UTF-8, so it cannot be read by name",
          hint: "git add it, or give it another name",
        });
      }
      await readFiles(
        project.host.files,
        rest.map((path) => join(root, path)),
        {
          file: (path, bytes) => {
            const inside = posixPath(root, path);
            return version(inside, bytes, listed.tracked.has(inside));
          },
          failed,
        },
      );
    },
  };
}

/** Policies and settings: what is on disk is read at once, what git has is added as it comes. */
async function frameOnDisk(
  project: Project,
  { root, listing, onDisk }: Listed,
  { config, failed }: { config: string | undefined; failed: (path: string, error: Error) => void },
) {
  const texts = new Map<string, Uint8Array>();
  const only = config === undefined ? undefined : posixPath(root, config);
  // A policy that git ignores is one all the same.
  const besides = [".sops.yaml", only].filter((path) => path !== undefined && !listing.includes(path));
  const paths = [...onDisk.filter(isFrameFile), ...besides].map((path) => join(root, path ?? ""));
  await readFiles(project.host.files, paths, {
    file: async (path, bytes) => void texts.set(posixPath(root, path), bytes),
    failed,
  });
  if (config !== undefined && only !== undefined && !texts.has(only) && !listing.includes(only)) {
    throw new SecretsError("policy", "the policy cannot be read", { at: { file: project.show(config) } });
  }
  return {
    texts,
    add: (path: string, bytes: Uint8Array) => void texts.set(path, bytes),
    finish: async (wanted: (path: string) => boolean): Promise<Frame> => {
      const policyTexts: PolicyText[] = [...texts]
        .filter(([path]) => isPolicyFile(path) || path === only)
        .map(([path, bytes]) => ({ path, bytes }));
      const policies = await policySet(policyTexts, { show: (path) => project.show(join(root, path)), only });
      const lint = new Set([...policyTexts.map(({ path }) => path), ...listing.filter(isMisnamed)].filter(wanted));
      return { policies: [policies], settings: texts.get(SETTINGS_FILE), lint };
    },
  };
}

function isMisnamed(path: string): boolean {
  return path === ".sops.yml" || path.endsWith("/.sops.yml");
}

/** Files that were named although git would not list them, and names behind which nothing is. */
async function namedBesides(
  project: Project,
  { root, named, listing }: { root: string; named: readonly string[]; listing: readonly string[] },
  unchecked: (unchecked: Unchecked) => void,
): Promise<string[]> {
  const found: string[] = [];
  for (const name of named) {
    if (listing.some((path) => isBelow(path, name))) continue;
    const path = join(root, name);
    const stat = await project.host.files.stat(path).catch(() => undefined);
    if (stat?.kind === "file") found.push(name);
    else if (stat === undefined) unchecked({ file: project.show(path), reason: "there is no such file" });
  }
  return found;
}

function isBelow(path: string, directory: string): boolean {
  return directory === "" || path === directory || path.startsWith(`${directory}/`);
}

/** Relative to the root, with `/`. */
export function posixPath(root: string, path: string): string {
  const inside = relative(root, path);
  return sep === "/" ? inside : inside.split(sep).join("/");
}
