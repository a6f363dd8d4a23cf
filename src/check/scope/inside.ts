/**
 * Where in the repository is this path?
 */
import { isAbsolute, relative, sep } from "node:path";
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

/** What is said of a path that somebody named and that another repository has to answer for. */
export function elsewhere(project: Project, path: string, directory: string): Unchecked {
  const reason = "it is not part of this repository";
  return { file: project.show(path), reason, hint: `secrets -C ${project.show(directory)} check` };
}
