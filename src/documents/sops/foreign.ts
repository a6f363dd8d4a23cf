/**
 * Which keys that only sops can use does this document name, and which of them are wanted?
 *
 * Their entries are kept or left out, and never made: what is wrapped for them only they can open.
 */
import type { Tree } from "../../formats/format.ts";
import { isMapping } from "../../formats/tree.ts";
import { foreignKinds } from "../../keys/entries/index.ts";
import { isMeant, type Fields, type ForeignKey } from "../../keys/entries/entry.ts";
import type { KeyGroup } from "./metadata.ts";
import { fieldName } from "./metadata-fields.ts";

export interface ForeignEntry {
  readonly type: string;
  /** As it stands in the file. */
  readonly tree: Tree;
  readonly key: ForeignKey;
}

/** In the order of the file. */
export function foreignEntries({ others }: KeyGroup): ForeignEntry[] {
  return [...others].flatMap(([type, trees]) => {
    const kind = foreignKinds.find((known) => known.type === type);
    return kind === undefined ? [] : trees.map((tree) => ({ type, tree, key: kind.fromEntry(fieldsOf(tree)) }));
  });
}

/** How the foreign keys of a group differ from those that are wanted in it; `kept`: what both have. */
export interface ForeignDifference {
  readonly missing: readonly ForeignKey[];
  readonly extra: readonly ForeignEntry[];
  readonly kept: readonly ForeignEntry[];
}

/** @param wanted undefined: whatever the file has. */
export function compareForeign(group: KeyGroup, wanted: readonly ForeignKey[] | undefined): ForeignDifference {
  const entries = foreignEntries(group);
  if (wanted === undefined) return { missing: [], extra: [], kept: entries };
  const isWanted = ({ key }: ForeignEntry) => wanted.some((each) => isMeant(each, key));
  return {
    missing: wanted.filter((each) => !entries.some(({ key }) => isMeant(each, key))),
    extra: entries.filter((entry) => !isWanted(entry)),
    kept: entries.filter(isWanted),
  };
}

/** The lists of these entries, as the metadata has them. */
export function listsOf(entries: readonly ForeignEntry[]): KeyGroup["others"] {
  const lists = new Map<string, Tree[]>();
  for (const { type, tree } of entries) lists.set(type, [...(lists.get(type) ?? []), tree]);
  return lists;
}

function fieldsOf(tree: Tree): Fields {
  const field = (name: string): Tree => (isMapping(tree) ? (tree.get(fieldName(tree, name) ?? "") ?? null) : null);
  return {
    text: (name) => textOf(field(name)),
    texts: (name) => {
      const value = field(name);
      return new Map(isMapping(value) ? [...value].map(([key, each]) => [key, textOf(each)] as const) : []);
    },
  };
}

function textOf(tree: Tree): string {
  return tree === null || typeof tree === "object" ? "" : String(tree);
}
