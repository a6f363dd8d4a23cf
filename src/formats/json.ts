/**
 * Where in this JSON are the leaves, and how do `set`, `unset` and the metadata change it?
 *
 * sops.md 3.5. Sealing and opening replace scalars in place; the metadata is the last entry of the root, written in the
 * style of the file. Nothing else is ever reprinted.
 */
import { spliced, type Splice } from "../text/splice.ts";
import type { Doubt, Format, Leaf, ParsedText, Replacement, Step, Tree } from "./format.ts";
import { childOf, removeEntries, setEntry, unsetEntry } from "./json-edit.ts";
import { contentSource, jsonSource, relaid, sopsLayout, sopsQuoted, styleOf, type JsonLayout } from "./json-layout.ts";
import {
  contentOfJson,
  parseJson,
  type JsonArray,
  type JsonEntry,
  type JsonNode,
  type JsonObject,
  type JsonScalar,
} from "./json-syntax.ts";
import { duplicateAt, malformedAt, nothingAt } from "./place.ts";
import { knownBeside, PLAIN_LEAF } from "./parsed.ts";
import { textOfScalar } from "./scalar.ts";
import { utf8 } from "./text.ts";
import { contentOfTree, isMapping, sameKeys, sameTree } from "./tree.ts";

const METADATA_KEY = "sops";

interface Place {
  readonly list: JsonArray;
  readonly item: JsonNode;
}

/** What the neutral `ParsedText` does not say: the root, and which list a leaf is an element of. */
interface JsonText {
  readonly root: JsonObject;
  readonly places: ReadonlyMap<Leaf, Place>;
}

const { keep, of: inside } = knownBeside<JsonText>();

export const json: Format = {
  name: "json",
  ...utf8,
  parse: parseText,
  print,
  set(parsed, steps, source) {
    const { root } = inside(parsed);
    return setEntry({ text: parsed.text, root, steps, value: { text: source, node: parseJson(source) } });
  },
  unset(parsed, steps) {
    const { root } = inside(parsed);
    return unsetEntry(parsed.text, root, steps);
  },
  extract,
  empty: "{}\n",
  read: (parsed) => [contentOfJson(inside(parsed).root)],
  write: (content, indent) => contentSource(content, sopsLayout(indent)) + (content.kind === "map" ? "\n" : ""),
};

function parseText(text: string): ParsedText {
  const root = parseJson(text);
  if (root.kind !== "object")
    throw malformedAt("the top level of a JSON document must be an object", root.line, root.column);
  const places = new Map<Leaf, Place>();
  const leaves: Leaf[] = [];
  const doubts: Doubt[] = [];
  const open = openedAs(text);
  const collect = (node: JsonNode, path: readonly string[], steps: readonly Step[]): void => {
    if (node.kind === "scalar") {
      leaves.push(leafOf(node, { path, steps, open }));
    } else if (node.kind === "object") {
      const seen = new Set<string>();
      for (const entry of node.entries) {
        if (node === root && entry.key === METADATA_KEY) continue;
        const below = [...path, entry.key];
        const way = steps === path ? below : [...steps, entry.key];
        if (seen.has(entry.key)) doubts.push(duplicateAt(way, entry.value));
        seen.add(entry.key);
        collect(entry.value, below, way);
      }
    } else {
      for (const [index, item] of node.items.entries()) {
        collect(item, path, [...steps, index]);
        const leaf = leaves.at(-1);
        if (item.kind === "scalar" && leaf !== undefined) places.set(leaf, { list: node, item });
      }
    }
  };
  const top: readonly string[] = [];
  collect(root, top, top);
  const metadata = metadataEntry(root);
  const parsed: ParsedText = {
    text,
    leaves,
    doubts,
    metadata: metadata === undefined ? undefined : treeOf(text, metadata.value),
  };
  return keep(parsed, { root, places });
}

/** With the escapes that Go writes for `&`, `<` and `>` where the text has these and no others, so sops wrote it. */
function openedAs(text: string): Leaf["open"] {
  if (!/\\u00(?:26|3[ce])/.test(text) || /[&<>]/.test(text)) return (scalar) => jsonSource(scalar);
  return (scalar) => jsonSource(scalar, sopsQuoted);
}

function leafOf(node: JsonScalar, { path, steps, open }: Pick<Leaf, "path" | "steps" | "open">): Leaf {
  const { start, end, line, column, scalar } = node;
  return {
    ...PLAIN_LEAF,
    kind: "value",
    start,
    end,
    line,
    column,
    path,
    steps,
    scalar,
    seal: (enc) => `"${enc}"`,
    open,
  };
}

function metadataEntry(root: JsonObject): JsonEntry | undefined {
  const [entry, second] = root.entries.filter(({ key }) => key === METADATA_KEY);
  if (second !== undefined)
    throw malformedAt('more than one top-level key "sops"', second.value.line, second.value.column);
  return entry;
}

function treeOf(text: string, node: JsonNode): Tree {
  if (node.kind === "array") return node.items.map((item) => treeOf(text, item));
  if (node.kind === "object") return new Map(node.entries.map(({ key, value }) => [key, treeOf(text, value)]));
  const { type } = node.scalar;
  if (type === "null") return null;
  if (type === "bool") return text[node.start] === "t";
  if (type === "str") return textOfScalar(node.scalar) ?? "";
  return Number(text.slice(node.start, node.end));
}

function print(parsed: ParsedText, replacements: readonly Replacement[], metadata: Tree | undefined): string {
  const { root, places } = inside(parsed);
  const splices: Splice[] = [];
  const gone = new Map<JsonArray, Set<JsonNode>>();
  for (const { leaf, source } of replacements) {
    const place = source === "" ? places.get(leaf) : undefined;
    if (place !== undefined) gone.set(place.list, (gone.get(place.list) ?? new Set()).add(place.item));
    else if (source === "") throw malformedAt("an encrypted comment where JSON has a value", leaf.line, leaf.column);
    else splices.push({ start: leaf.start, end: leaf.end, source });
  }
  for (const [list, items] of gone) splices.push(...removeEntries(list.items, list, (item) => items.has(item)));
  splices.push(...metadataSplices(parsed, root, metadata));
  return spliced(parsed.text, splices);
}

function metadataSplices(parsed: ParsedText, root: JsonObject, metadata: Tree | undefined): readonly Splice[] {
  const { text } = parsed;
  const entry = metadataEntry(root);
  if (metadata === undefined) {
    if (entry === undefined) return [];
    const stretches = root.entries.map((each) => ({ start: each.keyStart, end: each.value.end, entry: each }));
    if (root.entries.length === 1) return [{ start: root.start + 1, end: entry.value.end, source: "" }];
    return removeEntries(stretches, root, (each) => each.entry === entry);
  }
  const style = styleOf(text, root);
  if (entry !== undefined)
    return updates({ text, node: entry.value, old: treeOf(text, entry.value) }, metadata, { style, depth: 1 });
  const value = `"${METADATA_KEY}"${style.colon}${contentSource(contentOfTree(metadata), { style, depth: 1 })}`;
  const last = root.entries.at(-1);
  if (last === undefined) {
    const tight = root.end - root.start === 2;
    return [
      { start: root.start + 1, end: root.start + 1, source: tight ? value : style.eol + (style.unit ?? "") + value },
    ];
  }
  const before = root.entries.at(-2)?.value.end ?? root.start + 1;
  const gap = text.slice(before, last.keyStart).replace(",", "");
  return [{ start: last.value.end, end: last.value.end, source: `,${gap}${value}` }];
}

interface Standing {
  readonly text: string;
  readonly node: JsonNode;
  readonly old: Tree;
}

/** The smallest splices that turn a standing metadata tree into the new one; what is equal keeps its spelling. */
function updates(standing: Standing, tree: Tree, at: JsonLayout): readonly Splice[] {
  const { text, node, old } = standing;
  if (sameTree(old, tree)) return [];
  const below = { style: at.style, depth: at.depth + 1 };
  if (node.kind === "object" && isMapping(tree) && isMapping(old) && sameKeys([...old.keys()], [...tree.keys()])) {
    return node.entries.flatMap(({ key, value }) =>
      updates({ text, node: value, old: old.get(key) ?? null }, tree.get(key) ?? null, below),
    );
  }
  return [{ start: node.start, end: node.end, source: contentSource(contentOfTree(tree), at) }];
}

/** Objects with a final line break, as sops prints them; strings raw; everything else as JSON without one. */
function extract(parsed: ParsedText, steps: readonly Step[]): Uint8Array {
  const { text } = parsed;
  const { root } = inside(parsed);
  if (steps.length === 0) return Buffer.from(text);
  let node: JsonNode = root;
  for (const [index, step] of steps.entries()) {
    const next = childOf(node, step);
    if (next === undefined) throw nothingAt(steps.slice(0, index + 1));
    node = next;
  }
  if (node.kind === "scalar") {
    return node.scalar.type === "str" ? node.scalar.bytes : Buffer.from(text.slice(node.start, node.end));
  }
  const style = styleOf(text, root);
  return Buffer.from(relaid(text, node, { style, depth: 0 }) + (node.kind === "object" ? style.eol : ""));
}
