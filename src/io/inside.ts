/**
 * Does a path lie inside a directory?
 */
import { isAbsolute, relative } from "node:path";

/** Whether `path` is `root` or lies below it, by their names alone: both absolute, symlinks resolved before. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith("../") && !way.startsWith("..\\");
}
