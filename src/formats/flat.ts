/**
 * How do formats without nesting hold the metadata?
 *
 * sops.md 3.9: every leaf has a name, the keys and positions on the way joined by `__map_` and `__list_`. Empty lists and mappings vanish.
 */
import { SecretsError } from "../errors.ts";
import { atMost, DOCUMENT_LIMITS } from "../limits.ts";
import type { Tree } from "./format.ts";
import { isList, isMapping } from "./tree.ts";

/** The leaves by their names, in the order of the tree. A newline in a value is the two characters `\n`. */
export function flattened(tree: Tree): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: Tree, name: string): void => {
    if (isMapping(value)) for (const [key, inner] of value) walk(inner, name === "" ? key : `${name}__map_${key}`);
    else if (isList(value)) for (const [index, inner] of value.entries()) walk(inner, `${name}__list_${index}`);
    else if (value !== null) found.set(name, String(value).replaceAll("\n", String.raw`\n`));
  };
  walk(tree, "");
  return found;
}

const STEP = /__(map|list)_/;

/** @throws SecretsError `malformed` where names contradict each other or a list has a gap */
export function unflattened(leaves: ReadonlyMap<string, string>): ReadonlyMap<string, Tree> {
  atMost(leaves.size, DOCUMENT_LIMITS.metadata, { at: undefined, code: "malformed" });
  const top: Building = { kind: "map", entries: new Map() };
  for (const [name, text] of leaves) {
    const [first = "", ...rest] = name.split(STEP);
    atMost(rest.length / 2, DOCUMENT_LIMITS.depth, { at: undefined, code: "malformed" });
    let at = top;
    let key = first;
    for (let index = 0; index < rest.length; index += 2) {
      at = inside(at, key, rest[index] === "map" ? "map" : "list");
      key = rest[index + 1] ?? "";
    }
    if (at.entries.has(key)) throw contradiction();
    at.entries.set(key, text.replaceAll(String.raw`\n`, "\n"));
  }
  return new Map([...top.entries].map(([key, value]) => [key, treeOf(value)]));
}

interface Building {
  readonly kind: "map" | "list";
  readonly entries: Map<string, Building | string>;
}

function inside(parent: Building, key: string, kind: Building["kind"]): Building {
  const known = parent.entries.get(key) ?? { kind, entries: new Map<string, Building | string>() };
  if (typeof known === "string" || known.kind !== kind) throw contradiction();
  parent.entries.set(key, known);
  return known;
}

function treeOf(value: Building | string): Tree {
  if (typeof value === "string") return value;
  const { kind, entries } = value;
  if (kind === "map") return new Map([...entries].map(([key, inner]) => [key, treeOf(inner)]));
  return Array.from({ length: entries.size }, (_, index) => {
    const item = entries.get(String(index));
    if (item === undefined) throw contradiction();
    return treeOf(item);
  });
}

function contradiction(): SecretsError {
  return new SecretsError("malformed", "the names of the sops metadata contradict each other");
}
