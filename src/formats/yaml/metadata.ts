/**
 * Where does the `sops` block stand, and how is it read, put in, changed and taken out?
 *
 * What is put in can be taken out again without a trace; what stands there is changed field by field and never reprinted
 * (yaml-holes section 5).
 */
import type { Tree } from "../format.ts";
import { spliced, type Splice } from "../../text/splice.ts";
import { malformedAt } from "../place.ts";
import { textOfScalar } from "../scalar.ts";
import { contentOfTree, isList, isMapping, sameTree } from "../tree.ts";
import { isBreak } from "./characters.ts";
import { entryLines, flowSource, listLines, ourHand } from "./emit.ts";
import { layoutOf, sopsUnit, lineEndOf, lineStartOf, nextLineOf, type Layout } from "./layout.ts";
import type { DocumentNode, MappingNode, Pair, ScalarNode, SequenceNode, Stream, YamlNode } from "./node.ts";
import { scalarOfNode } from "./typing.ts";
import { metadataPair } from "./walk.ts";

const KEY = "sops";

/**
 * The metadata of the first document; on the open side, where there should be none, of any. Timestamps keep their text.
 */
export function metadataOf(stream: Stream, side: "open" | "sealed"): Tree | undefined {
  const documents = side === "open" ? stream.documents : stream.documents.slice(0, 1);
  const pair = documents.map(metadataPair).find((each) => each !== undefined);
  return pair === undefined ? undefined : treeOf(pair.value);
}

function treeOf(node: YamlNode): Tree {
  if (node.kind === "alias") return treeOf(node.target);
  if (node.kind === "sequence") return node.items.map(treeOf);
  if (node.kind === "mapping") {
    return new Map(node.pairs.map(({ key, value }) => [key.kind === "scalar" ? key.value : "", treeOf(value)]));
  }
  const scalar = scalarOfNode(node);
  const text = textOfScalar(scalar) ?? "";
  if (scalar.type === "null") return null;
  if (scalar.type === "bool") return text === "True";
  // A number is one only if it is spelled like one; everything else keeps its text.
  return scalar.type === "int" && text === node.value && Number.isSafeInteger(Number(text)) ? Number(text) : node.value;
}

/** The splices that write the metadata into every document, or take it out of all. */
export function metadataSplices(stream: Stream, metadata: Tree | undefined, indent?: number): readonly Splice[] {
  if (metadata === undefined) return stream.documents.flatMap((document) => removal(stream, document));
  if (stream.documents.length === 0) return [insertion(stream, undefined, { metadata, indent })];
  return stream.documents.flatMap((document) => {
    const pair = metadataPair(document);
    return pair === undefined
      ? [insertion(stream, document, { metadata, indent })]
      : changes(stream, document, { pair, metadata });
  });
}

/**
 * The splices that write the metadata into every document of an open text as it stood in the sealed text before, changed
 * where it differs.
 */
export function carriedSplices(stream: Stream, previous: Stream, metadata: Tree): readonly Splice[] {
  const documents = stream.documents.length === 0 ? [undefined] : stream.documents;
  return documents.map((document, index) => {
    const before = previous.documents[index] ?? previous.documents[0];
    const fits = before !== undefined && columnOf(before) === columnOf(document);
    return insertion(stream, document, { metadata, lines: fits ? standing(previous, before, metadata) : undefined });
  });
}

/** The column of a document's top-level keys. */
function columnOf(document: DocumentNode | undefined): number {
  return document?.root.kind === "mapping" && !document.root.flow ? document.root.indent : 0;
}

/** The lines of a document's block with what changed in them; undefined where it does not stand in lines of its own. */
function standing(stream: Stream, document: DocumentNode, metadata: Tree): readonly string[] | undefined {
  const pair = metadataPair(document);
  if (pair === undefined || document.root.kind !== "mapping" || document.root.flow) return undefined;
  const start = lineStartOf(stream.text, pair.start);
  if (stream.text.slice(start, pair.start).trim() !== "") return undefined;
  const end = lineEndOf(stream.text, pair.value.end);
  const moved = changes(stream, document, { pair, metadata }).map((splice) => {
    return { ...splice, start: splice.start - start, end: splice.end - start };
  });
  return spliced(stream.text.slice(start, end), moved).split(/\r?\n/);
}

function insertion(
  stream: Stream,
  document: DocumentNode | undefined,
  {
    metadata,
    lines,
    indent,
  }: { readonly metadata: Tree; readonly lines?: readonly string[] | undefined; readonly indent?: number | undefined },
): Splice {
  const { text } = stream;
  const { eol } = layoutOf(stream);
  const root = document?.root;
  const bare = document === undefined ? undefined : bareBraces(stream, document);
  if (root?.kind === "mapping" && root.flow && bare === undefined) return flowInsertion(text, root, metadata);
  const column = columnOf(document);
  const block = (lines ?? entryLines(ourHand(sopsUnit(indent)), [KEY, contentOfTree(metadata)], column)).join(eol);
  if (bare !== undefined) return { ...bare, source: block };
  // Instead of a null that is spelled out.
  if (root?.kind === "scalar" && !root.absent) {
    return { start: root.start, end: lineEndOf(text, root.end), source: eol + block };
  }
  const at = document?.end ?? text.length;
  const fresh = at === lineStartOf(text, at);
  return { start: at, end: at, source: fresh ? block + eol : eol + block };
}

/** Empty braces that say only that there is a document. */
function bareBraces(stream: Stream, document: DocumentNode): { start: number; end: number } | undefined {
  const { root } = document;
  if (root.kind !== "mapping" || root.pairs.length > 0 || !isUnmarked(stream, document)) return undefined;
  return { start: root.start, end: root.end };
}

/** Whether an empty document would be gone if nothing stood in it: no marker, and no comment that stands alone, shows it. */
function isUnmarked({ documents, comments }: Stream, { marker }: DocumentNode): boolean {
  return marker === -1 && (documents.length > 1 || comments.length === 0);
}

/** In front of the closing brace. Behind a comma that stands there it ends with one, so that taking it out leaves that. */
function flowInsertion(text: string, root: MappingNode, metadata: Tree): Splice {
  const at = root.end - 1;
  const entry = `"${KEY}": ${flowSource(contentOfTree(metadata))}`;
  const last = root.pairs.at(-1);
  if (last === undefined) return { start: at, end: at, source: entry };
  // Comments apart.
  const hasComma = /^(?:[ \t\r\n]|#[^\n]*)*,/.test(text.slice(last.value.end, at));
  return { start: at, end: at, source: hasComma ? `${entry}, ` : `, ${entry}` };
}

function removal(stream: Stream, document: DocumentNode): readonly Splice[] {
  const { text } = stream;
  const pair = metadataPair(document);
  if (pair === undefined || document.root.kind !== "mapping") return [];
  if (document.root.flow) return [flowRemoval(text, document.root, pair)];
  const start = lineStartOf(text, pair.start);
  const end = nextLineOf(text, pair.value.end);
  const only = document.root.pairs.length === 1;
  // Behind a U+2028 that ends a block above.
  if (isBreak(text.charCodeAt(pair.start - 1)) && pair.start > start) return [{ start: pair.start, end, source: "" }];
  if (text.slice(start, pair.start).trim() !== "") {
    return [{ start: pair.start, end: lineEndOf(text, pair.value.end), source: only ? "{}" : "" }];
  }
  if (only && isUnmarked(stream, document))
    return [{ start: pair.start, end: lineEndOf(text, pair.value.end), source: "{}" }];
  // Put behind a text without a final line break, it brought one along in front.
  const alone = end === text.length && !text.endsWith("\n");
  return [{ start: alone ? breakBefore(text, start) : start, end, source: "" }];
}

function breakBefore(text: string, start: number): number {
  if (text.charAt(start - 1) !== "\n") return start;
  return text.charAt(start - 2) === "\r" ? start - 2 : start - 1;
}

function flowRemoval(text: string, root: MappingNode, pair: Pair): Splice {
  const index = root.pairs.indexOf(pair);
  const behind = /^(?:[ \t\r\n]*),[ \t]*/.exec(text.slice(pair.value.end, root.end))?.[0].length;
  const before = root.pairs[index - 1];
  if (before === undefined || behind !== undefined) {
    return { start: pair.start, end: pair.value.end + (behind ?? 0), source: "" };
  }
  const gap = text.slice(before.value.end, pair.start);
  return { start: before.value.end + gap.lastIndexOf(","), end: pair.value.end, source: "" };
}

interface Change {
  readonly pair: Pair;
  readonly metadata: Tree;
}

/** The smallest splices that turn what stands there into the new metadata. */
function changes(stream: Stream, document: DocumentNode, { pair, metadata }: Change): readonly Splice[] {
  const { value } = pair;
  const old = treeOf(value);
  if (sameTree(old, metadata)) return [];
  if (value.kind === "mapping" && !value.flow && value.pairs.length > 0 && isMapping(metadata) && metadata.size > 0) {
    return fieldChanges(stream, value, metadata);
  }
  if (document.root.kind !== "mapping") throw malformedAt("the metadata is not in a mapping", value.line);
  if (document.root.flow) return [{ start: value.start, end: value.end, source: flowSource(contentOfTree(metadata)) }];
  const { eol, unit } = layoutOf(stream);
  const lines = entryLines(ourHand(unit), [KEY, contentOfTree(metadata)], document.root.indent);
  const start = lineStartOf(stream.text, pair.start);
  return [{ start, end: lineEndOf(stream.text, value.end), source: lines.join(eol) }];
}

/** Changes the fields that differ; new ones go where their names sort, old ones go away with their lines. */
function fieldChanges(stream: Stream, node: MappingNode, metadata: ReadonlyMap<string, Tree>): readonly Splice[] {
  const { text } = stream;
  const layout = layoutOf(stream);
  const { unit } = layout;
  const splices: Splice[] = [];
  const names = node.pairs.map(({ key }) => (key.kind === "scalar" ? key.value : ""));
  for (const pair of node.pairs) {
    const { key, value, start } = pair;
    const name = key.kind === "scalar" ? key.value : "";
    const tree = metadata.get(name);
    const end = nextLineOf(text, value.end);
    if (tree === undefined && !metadata.has(name)) {
      splices.push({ start: lineStartOf(text, start), end, source: "" });
    } else if (tree !== undefined && !sameTree(treeOf(value), tree)) {
      splices.push(...valueChange({ text, layout, column: node.indent }, pair, tree));
    }
  }
  for (const [name, tree] of metadata) {
    if (names.includes(name)) continue;
    const before = names
      .filter((each) => each < name && metadata.has(each))
      .sort()
      .at(-1);
    const anchor = before === undefined ? undefined : node.pairs[names.indexOf(before)];
    const lines = entryLines(ourHand(unit), [name, contentOfTree(tree)], node.indent).join(layout.eol);
    if (anchor === undefined) {
      const at = lineStartOf(text, node.opens);
      splices.push({ start: at, end: at, source: lines + layout.eol });
    } else {
      const at = lineEndOf(text, anchor.value.end);
      splices.push({ start: at, end: at, source: layout.eol + lines });
    }
  }
  return splices;
}

interface FieldSpot {
  readonly text: string;
  readonly layout: Layout;
  readonly column: number;
}

/** A list whose entries only grew or changed keeps the entries that stay; a scalar keeps its quotes. */
function valueChange(spot: FieldSpot, { key, value, start }: Pair, tree: Tree): readonly Splice[] {
  const { text, layout, column } = spot;
  if (value.kind === "scalar" && value.block === undefined && !isList(tree) && !isMapping(tree)) {
    return [scalarChange(value, tree)];
  }
  if (value.kind === "sequence" && !value.flow && isList(tree) && tree.length > 0) {
    const items = listChanges(spot, value, tree);
    if (items !== undefined) return items;
  }
  const name = key.kind === "scalar" ? key.value : "";
  const lines = entryLines(ourHand(layout.unit), [name, contentOfTree(tree)], column);
  return [{ start: lineStartOf(text, start), end: lineEndOf(text, value.end), source: lines.join(layout.eol) }];
}

function scalarChange(value: ScalarNode, tree: Tree): Splice {
  // ENC texts stand plain in a block, as sops writes them.
  const isEnc = typeof tree === "string" && tree.startsWith("ENC[");
  const source = isEnc ? tree : flowSource(contentOfTree(tree));
  if (value.absent) return { start: value.end, end: value.end, source: ` ${source}` };
  const single = value.style === "single" && typeof tree === "string" && !tree.includes("'") && !tree.includes("\n");
  return { start: value.start, end: value.end, source: single ? `'${tree}'` : source };
}

/**
 * The splices of a list: equal items keep their lines, comments below them included; others are rewritten. Undefined
 * where an item shares its line with what is around the list.
 */
function listChanges(
  { text, layout }: FieldSpot,
  node: SequenceNode,
  tree: readonly Tree[],
): readonly Splice[] | undefined {
  const { eol, unit } = layout;
  const starts = node.dashes.map((dash) => lineStartOf(text, dash));
  if (starts.some((start, index) => text.slice(start, node.dashes[index]).trim() !== "")) return undefined;
  const end = lineEndOf(text, node.end);
  const chunks = node.items.map((item, index) => {
    const next = starts[index + 1];
    return {
      tree: treeOf(item),
      source: next === undefined ? text.slice(starts[index], end) + eol : text.slice(starts[index], next),
    };
  });
  const parts: string[] = [];
  let from = 0;
  for (const each of tree) {
    const found = chunks.findIndex((chunk, at) => at >= from && sameTree(chunk.tree, each));
    const standing = chunks[found];
    if (standing !== undefined) from = found + 1;
    parts.push(standing?.source ?? listLines(ourHand(unit), [contentOfTree(each)], node.indent).join(eol) + eol);
  }
  return [{ start: starts[0] ?? node.opens, end, source: parts.join("").slice(0, -eol.length) }];
}
