/**
 * Which files of the working tree did somebody name?
 *
 * Where symbolic links lead: git publishes the file, and of a link no more than where it leads. Whoever names a path gets an
 * answer about it: that nothing was there to be looked at is one.
 */
import { join } from "node:path";
import type { Project } from "../../operations/project/project.ts";
import { elsewhere, isBelow, isOutside, posixPath, realPath } from "./inside.ts";
import type { Unchecked } from "./scope.ts";

export interface Named {
  /** Whether this path is among what was named: POSIX, relative to the root. Everything is where nothing was named. */
  readonly wanted: (path: string) => boolean;
  /** What was named at this path or below it, absolute; undefined: it is not wanted. None: all of it is wanted. */
  readonly below: (path: string) => readonly string[] | undefined;
  /** Takes note that something was said of this path. */
  readonly answer: (path: string) => void;
  /** Files that were named although git would not list them: ignored ones. */
  readonly besides: (listing: readonly string[]) => Promise<readonly string[]>;
  /** What nothing was said of. */
  readonly unanswered: () => Promise<readonly Unchecked[]>;
}

interface Name {
  /** As it was given, absolute. */
  readonly given: string;
  /** Relative to the root, behind links. */
  readonly path: string;
}

/** @param paths absolute; none: everything. */
export async function namedPaths(project: Project, root: string, paths: readonly string[]): Promise<Named> {
  const { files } = project.host;
  const realRoot = paths.length === 0 ? root : await realPath(files, root);
  const names = await Promise.all(
    paths.map(async (given): Promise<Name> => {
      const path = posixPath(realRoot, await files.realpath(given).catch(() => join(realRoot, posixPath(root, given))));
      return { given, path };
    }),
  );
  const inner = names.filter(({ path }) => !isOutside(path));
  const answered = new Set<Name>();
  const wanted = (path: string) => names.length === 0 || inner.some((name) => isBelow(path, name.path));
  return {
    wanted,
    below: (path) => {
      if (wanted(path)) return [];
      const found = inner.filter((name) => isBelow(name.path, path)).map((name) => join(root, name.path));
      return found.length === 0 ? undefined : found;
    },
    answer: (path) => {
      for (const name of inner) if (isBelow(path, name.path) || isBelow(name.path, path)) answered.add(name);
    },
    besides: async (listing) => {
      const unlisted = inner.filter((name) => !answered.has(name) && !listing.some((path) => isBelow(path, name.path)));
      const found = await Promise.all(
        unlisted.map(async ({ path }) => {
          const isFile = (await files.stat(join(root, path)))?.kind === "file";
          return isFile && (await strangerOf(project, root, join(root, path))) === undefined ? [path] : [];
        }),
      );
      return found.flat();
    },
    unanswered: () =>
      Promise.all(names.filter((name) => !answered.has(name)).map((name) => unanswered(project, root, name))),
  };
}

async function unanswered(project: Project, root: string, { given, path }: Name): Promise<Unchecked> {
  const { files } = project.host;
  const file = project.show(given);
  if (isOutside(path)) {
    const isLink = !isOutside(posixPath(root, given));
    const reason = "it is a symlink out of the repository: git publishes the link, not its target";
    return isLink ? { file, reason } : elsewhere(project, given, join(given, ".."));
  }
  const stat = await files.stat(join(root, path));
  if (stat === undefined) return { file, reason: "no such file" };
  const stranger = await strangerOf(project, root, join(root, path, stat.kind === "directory" ? "x" : ""));
  if (stranger !== undefined) return elsewhere(project, given, stranger);
  if (stat.kind !== "directory") return { file, reason: "it is not a regular file" };
  return {
    file,
    reason: "there is nothing in it to check",
    hint: "ignored files are checked only if you name them",
  };
}

/** The root of the other repository that this path belongs to, if it does. */
async function strangerOf(project: Project, root: string, path: string): Promise<string | undefined> {
  const found = (await project.repository(path))?.root;
  return found === root ? undefined : found;
}
