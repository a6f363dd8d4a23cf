/**
 * Where in the repository is this path?
 */
import { isAbsolute, relative, sep } from "node:path";
import type { Files } from "../../io/host.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Unchecked } from "./scope.ts";

/** Relative to the root, with `/`. */
export function posixPath(root: string, path: string): string {
  const inside = relative(root, path);
  return sep === "/" ? inside : inside.split(sep).join("/");
}

/** Both POSIX and relative to the root, which is "". */
export function isBelow(path: string, directory: string): boolean {
  return directory === "" || path === directory || path.startsWith(`${directory}/`);
}

/** Whether what `posixPath` answers leads out of the root. */
export function isOutside(inside: string): boolean {
  return inside === ".." || inside.startsWith("../") || isAbsolute(inside);
}

/** Whether a path is really inside of a directory, behind links; or is that. Both absolute. */
export async function liesIn({ host }: Pick<Project, "host">, path: string, directory: string): Promise<boolean> {
  const real = async (each: string) => `${await realPath(host.files, each)}${sep}`;
  return (await real(path)).startsWith(await real(directory));
}

/** Where a path leads behind links; itself where it leads nowhere. */
export function realPath(files: Files, path: string): Promise<string> {
  return files.realpath(path).catch(() => path);
}

/** What is said of a path that somebody named and that another repository has to answer for. */
export function elsewhere(project: Project, path: string, directory: string): Unchecked {
  const reason = "it is not part of this repository";
  return { file: project.show(path), reason, hint: `secrets -C ${project.show(directory)} check` };
}
