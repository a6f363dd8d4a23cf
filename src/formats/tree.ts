/**
 * How are metadata trees compared, and what do they say, whatever format they stand in?
 */
import type { Content, Tree } from "./format.ts";
import { boolScalar, NULL, scalarOf } from "./scalar.ts";

/** Whether a tree is a list; `Array.isArray` does not narrow read-only arrays. */
export function isList(tree: Tree | undefined): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** Whether a tree is a mapping. */
export function isMapping(tree: Tree | undefined): tree is ReadonlyMap<string, Tree> {
  return tree instanceof Map;
}

/** Deep equality, the order of keys included. */
export function sameTree(a: Tree, b: Tree): boolean {
  if (isMapping(a) && isMapping(b)) {
    return (
      sameKeys([...a.keys()], [...b.keys()]) && [...a].every(([key, value]) => sameTree(value, b.get(key) ?? null))
    );
  }
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, index) => sameTree(item, b[index] ?? null));
  return a === b;
}

/** The same keys in the same order. */
export function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** What is said by a metadata tree. */
export function contentOfTree(tree: Tree): Content {
  if (isMapping(tree))
    return { kind: "map", entries: [...tree].map(([key, each]) => [key, contentOfTree(each)] as const) };
  if (isList(tree)) return { kind: "list", items: tree.map(contentOfTree) };
  if (tree === null) return { kind: "scalar", scalar: NULL };
  if (typeof tree === "boolean") return { kind: "scalar", scalar: boolScalar(tree) };
  return { kind: "scalar", scalar: scalarOf(typeof tree === "number" ? "int" : "str", String(tree)) };
}
