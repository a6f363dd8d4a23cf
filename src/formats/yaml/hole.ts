/**
 * Which stretch of the text does sealing replace, and by what on each side?
 *
 * yaml-holes section 3: the quotes, the block header and whatever stands around a value stay, so that opening can put back
 * what was there.
 */
import type { Scalar } from "../format.ts";
import { malformedAt } from "../place.ts";
import { textOfScalar } from "../scalar.ts";
import { blockSource, type BlockSource, type BlockSpot } from "./block-source.ts";
import { breaksBehind } from "./characters.ts";
import { composeStream } from "./compose.ts";
import { lineEndOf, nextColumn, type Layout } from "./layout.ts";
import type { ScalarNode } from "./node.ts";
import { doubleQuoted, isBare, isPlain, lineSource, openedSource, singleQuoted, textSource } from "./quoting.ts";
import type { BlockBody } from "./token.ts";
import { isTypeTag } from "./typing.ts";
import type { Holder, Where } from "./walk.ts";

/** Everything that writing a value needs to know of its surroundings. */
export interface Surroundings {
  readonly text: string;
  readonly layout: () => Layout;
  /** The offset of the metadata block that will be cut off together with the line break before it, or -1. */
  readonly cut: number;
  readonly where: Where;
  readonly holder: Holder;
}

export interface Hole {
  readonly start: number;
  readonly end: number;
  readonly place: string;
  readonly seal: (enc: string) => string;
  readonly open: (scalar: Scalar) => string;
}

/** The hole of a scalar. */
export function holeOf(node: ScalarNode, around: Surroundings): Hole {
  const { text, where } = around;
  const place = where.flow ? "flow" : "block";
  if (node.block !== undefined) return blockHole(node, node.block, around);
  const prefix = prefixOf(node, text);
  const start = prefix === undefined || node.tag === undefined ? node.contentStart : node.tag.start;
  return {
    start,
    end: node.end,
    place,
    seal: (enc) => (prefix ?? "") + sealedLine(node, where.flow, enc),
    open: (scalar) => (prefix ?? "") + openLine(node, around, scalar),
  };
}

/** What stays of the properties where a type tag goes: an anchor behind it. Undefined where no tag goes. */
function prefixOf(node: ScalarNode, text: string): string | undefined {
  if (node.tag === undefined || !isTypeTag(node.tag.text)) return undefined;
  const rest = text.slice(node.tag.end, node.contentStart);
  if (rest.includes("\n")) throw malformedAt("a type tag must be on the line of its value", node.line, node.column);
  return rest.trimStart();
}

function sealedLine(node: ScalarNode, flow: boolean, enc: string): string {
  if (node.style === "double") return `"${enc}"`;
  // ENC texts hold brackets and commas.
  return node.style === "single" || flow ? `'${enc}'` : enc;
}

function openLine(node: ScalarNode, around: Surroundings, scalar: Scalar): string {
  const { flow } = around.where;
  // A comment may follow a quote without a blank, but nothing else.
  const touched = around.text.charAt(node.end) === "#";
  const text = scalar.type === "str" || scalar.type === "bytes" ? textOfScalar(scalar) : undefined;
  if (text === undefined) return otherSource(scalar, flow) + (touched ? " " : "");
  if (node.style === "double") return doubleQuoted(text);
  // In flow, what was plain had to be quoted for its ENC text.
  if (node.style === "single") return flow && !touched && isBare(text, true) ? text : inQuotes(text);
  if (isForced(node) && isPlain(text, flow)) return text;
  if (text.includes("\n") && !flow) return newBlock(text, around, node.end) ?? doubleQuoted(text);
  return textSource(text, flow);
}

/** Whether a tag that stays makes any text a text. */
function isForced({ tag }: ScalarNode): boolean {
  return tag !== undefined && tag.text !== "!" && !isTypeTag(tag.text);
}

/** What is not a text, or not UTF-8. */
function otherSource(scalar: Scalar, flow: boolean): string {
  return scalar.type === "str" || scalar.type === "bytes" ? lineSource(scalar, flow) : openedSource(scalar);
}

function inQuotes(text: string): string {
  return singleQuoted(text) ?? doubleQuoted(text);
}

/** A literal block where a plain ENC text stood, or undefined where it would swallow what follows or cannot be. */
function newBlock(text: string, around: Surroundings, end: number): string | undefined {
  const { where, holder, layout } = around;
  if (lineEndOf(around.text, end) > end) return undefined;
  const { eol, unit } = layout();
  const parent = where.indent;
  const indent = holder.sequence === undefined ? nextColumn(parent, unit) : parent + 2;
  const follows = followingOf(around, end);
  if (follows.deepest >= indent) return undefined;
  const spot: BlockSpot = { parent, indent, eol, breaks: follows.breaks, folded: false, header: undefined };
  const source = blockSource(text, spot);
  // Blank lines at its end would not be part of the hole when the text is read again.
  if (source === undefined || source.body.endsWith("\n") || !readsBack(text, source, spot)) return undefined;
  return source.header + eol + source.body;
}

/** How many line breaks follow, and how far what follows them is indented: blank lines, and a comment. */
function followingOf({ text, cut }: Surroundings, end: number): { breaks: number; deepest: number } {
  let breaks = 0;
  let deepest = 0;
  let at = lineEndOf(text, end);
  while (at < text.length) {
    at = text.indexOf("\n", at) + 1;
    if (at === cut) return { breaks, deepest };
    breaks += 1;
    const blanks = /^ */.exec(text.slice(at, lineEndOf(text, at)))?.[0].length ?? 0;
    const next = text.charAt(at + blanks);
    if (next === "" || next === "#" || next === "\n" || next === "\r") deepest = Math.max(deepest, blanks);
    if (next !== "\n" && next !== "\r") break;
    at += blanks;
  }
  return { breaks, deepest };
}

/** Whether the block says what it should: the rules for blanks, line ends and folding are too many to trust in. */
function readsBack(text: string, { header, body }: BlockSource, spot: BlockSpot): boolean {
  const tail = "\n".repeat(spot.breaks) + (spot.breaks > 0 ? `${" ".repeat(spot.parent)}z: 0` : "");
  const lines = body === "" ? "" : `\n${body.replaceAll("\r\n", "\n")}`;
  try {
    const { documents } = composeStream(`${" ".repeat(spot.parent)}k: ${header}${lines}${tail}`);
    const root = documents[0]?.root;
    const value = root?.kind === "mapping" ? root.pairs[0]?.value : undefined;
    return value?.kind === "scalar" && value.value === text;
  } catch {
    return false;
  }
}

/** The hole of a block: from its header on, or from the end of the header line where a comment stands in that. */
function blockHole(node: ScalarNode, block: BlockBody, around: Surroundings): Hole {
  const { text } = around;
  const lineEnd = lineEndOf(text, block.headerEnd);
  const start = block.comment ? lineEnd : node.contentStart;
  const end = block.empty && block.comment ? lineEnd : block.end;
  const header = text.slice(node.contentStart, block.headerEnd);
  const pad = " ".repeat(block.indent);
  return {
    start,
    end,
    place: block.comment ? "body" : "block",
    seal(enc) {
      if (/[\u2028\u2029]/.test(breaksBehind(text, block.end)))
        throw malformedAt(
          "a block that ends in U+2028 or U+2029 cannot be encrypted: quote it",
          node.line,
          node.column,
        );
      return (block.comment ? "" : header) + around.layout().eol + pad + enc;
    },
    open(scalar) {
      const { digit, chomp, indent, comment } = block;
      const standing = { digit, chomp, source: header };
      const [parent, folded, { breaks }] = [around.where.indent, node.style === "folded", followingOf(around, end)];
      const { eol } = around.layout();
      const spot: BlockSpot = { parent, indent, eol, breaks, folded, header: standing };
      const text = scalar.type === "str" || scalar.type === "bytes" ? textOfScalar(scalar) : undefined;
      const written = text === undefined ? undefined : blockSource(text, spot);
      const source = written && readsBack(text ?? "", written, spot) ? written : undefined;
      if (source === undefined && !comment) return text === undefined ? otherSource(scalar, false) : doubleQuoted(text);
      if (source === undefined || (comment && source.header !== header)) {
        throw malformedAt("a value does not fit its block", node.line, node.column);
      }
      return (comment ? "" : source.header) + (source.body === "" ? "" : eol + source.body);
    },
  };
}
