/**
 * How loosely may a metadata field be spelled?
 *
 * sops decodes weakly typed (sops.md 3.3): texts stand for numbers and booleans, one mapping for a list of one, and names
 * match without regard to case where they do not match exactly.
 */
import { SecretsError } from "../../errors.ts";
import type { Tree } from "../../formats/format.ts";
import { isList, isMapping } from "../../formats/tree.ts";

/** The key under which a mapping holds this field. */
export function fieldName(tree: ReadonlyMap<string, Tree>, name: string): string | undefined {
  if (tree.has(name)) return name;
  return [...tree.keys()].find((key) => key.toLowerCase() === name);
}

function wrong(name: string, kind: string): SecretsError {
  return new SecretsError("malformed", `${name} in the sops metadata is not a ${kind}`);
}

/** A text; "" where there is none. */
export function asText(tree: Tree | undefined, name: string): string {
  if (tree === undefined || tree === null) return "";
  if (isList(tree) || isMapping(tree)) throw wrong(name, "string");
  return String(tree);
}

/** A whole number that is not negative; 0 where there is none. `2.000000`, as sops up to 3.12 wrote it, is 2. */
export function asInteger(tree: Tree | undefined, name: string): number {
  const text = asText(tree, name);
  if (text === "") return 0;
  const value = /^\d{1,4}(?:\.0*)?$|^0[xob][0-9a-fA-F]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(name, "whole number");
  return value;
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["", "0", "f", "F", "FALSE", "false", "False"]);

/** A boolean in Go's spellings; false where there is none. */
export function asBoolean(tree: Tree | undefined, name: string): boolean {
  const text = asText(tree, name);
  if (!TRUE.has(text) && !FALSE.has(text)) throw wrong(name, "boolean");
  return TRUE.has(text);
}

/** A list; empty where there is none. */
export function asList(tree: Tree | undefined, name: string): readonly Tree[] {
  if (tree === undefined || tree === null || tree === "") return [];
  if (isMapping(tree)) return tree.size === 0 ? [] : [tree];
  if (!isList(tree)) throw wrong(name, "list");
  return tree;
}
