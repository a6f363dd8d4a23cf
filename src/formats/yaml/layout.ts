/**
 * How is this YAML text laid out, so that what is added looks like it?
 */
import type { MappingNode, Stream, YamlNode } from "./node.ts";
import { metadataPair } from "./walk.ts";

export interface Layout {
  readonly eol: string;
  /** By how many columns a nested mapping is indented, as sops counts: to the next multiple of it. */
  readonly unit: number;
}

/** What sops indents by unless told otherwise. */
const DEFAULT_UNIT = 4;

/** What sops indents by where it is told this; go-yaml takes 2 for what it cannot do. */
export function sopsUnit(indent = 0): number {
  if (indent === 0) return DEFAULT_UNIT;
  return indent < 2 || indent > 9 ? 2 : indent;
}

const layouts = new WeakMap<Stream, Layout>();

/** Found once for each stream, however many documents it has. */
export function layoutOf(stream: Stream): Layout {
  const known = layouts.get(stream);
  if (known !== undefined) return known;
  const layout = { eol: eolOf(stream.text), unit: unitOf(stream) };
  layouts.set(stream, layout);
  return layout;
}

function eolOf(text: string): string {
  const at = text.indexOf("\n");
  return at > 0 && text.charAt(at - 1) === "\r" ? "\r\n" : "\n";
}

/** The indentation of the metadata, which sops chose for the whole file; else of the first nested mapping. */
function unitOf(stream: Stream): number {
  for (const document of stream.documents) {
    const { root } = document;
    if (root.kind !== "mapping" || root.flow) continue;
    const metadata = metadataPair(document)?.value;
    const unit = (metadata === undefined ? undefined : nestedBy(root, metadata)) ?? firstNested(root);
    if (unit !== undefined) return unit;
  }
  return DEFAULT_UNIT;
}

function firstNested(root: MappingNode): number | undefined {
  for (const { value } of root.pairs) {
    const unit = nestedBy(root, value);
    if (unit !== undefined) return unit;
  }
  return undefined;
}

function nestedBy(root: MappingNode, node: YamlNode): number | undefined {
  if (node.kind !== "mapping" || node.flow) return undefined;
  const unit = node.indent - root.indent;
  return unit >= 1 && unit <= 9 ? unit : undefined;
}

/** The column of what is nested in a mapping at `column`. */
export function nextColumn(column: number, unit: number): number {
  return unit * Math.floor((column + unit) / unit);
}

/** The offset of the line break that ends the line of `offset`, or of the end of the text. */
export function lineEndOf(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  if (at === -1) return text.length;
  return at > offset && text.charAt(at - 1) === "\r" ? at - 1 : at;
}

/** The offset where the line of `offset` begins. */
export function lineStartOf(text: string, offset: number): number {
  const at = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  return at === 0 && text.charCodeAt(0) === 0xfeff ? 1 : at;
}

/** The offset behind the line break of the line of `offset`. */
export function nextLineOf(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at === -1 ? text.length : at + 1;
}

/** The beginning of the first line from this one on that is not blank, or the limit. */
export function behindBlankLines(text: string, from: number, limit = text.length): number {
  let at = from;
  while (at < limit && text.slice(at, lineEndOf(text, at)).trim() === "") at = nextLineOf(text, at);
  return at;
}
