/**
 * What changes in a YAML text when a value is set?
 *
 * As sops sets it (sops.md 8.3): missing keys are created, a position past the end appends, a scalar on the way gives way to
 * a container. Only the value's own text changes; a new entry goes to the end of its collection, at its column.
 */
import { SecretsError } from "../../errors.ts";
import type { Scalar, Step } from "../format.ts";
import { spliced, type Splice } from "../../text/splice.ts";
import { contentOfJson, parseJson } from "../json-syntax.ts";
import { misfit, stepsText } from "../place.ts";
import { composeStream } from "./compose.ts";
import { entryLines, flowEntry, flowSource, listLines, mappingLines, ourHand } from "./emit.ts";
import { childOf, rootOf, type Slot } from "./find.ts";
import { holeOf } from "./hole.ts";
import { behindBlankLines, layoutOf, lineEndOf, lineStartOf, nextLineOf, type Layout } from "./layout.ts";
import type { MappingNode, ScalarNode, SequenceNode, Stream, YamlNode } from "./node.ts";
import { EMPTY, onLines, sameValues, valuesOf, withValue, wrapped, type Value } from "./value.ts";

interface Setting {
  readonly stream: Stream;
  readonly layout: Layout;
  /** Whether the new scalar takes over the quotes or the block of the old one. */
  readonly keepsStyle: boolean;
}

/**
 * The text of the stream with the value at `steps` set to the one that `json` spells.
 * @throws SecretsError `usage` for no steps, `not-found` for a position in a mapping or a key in a list, `refused` where the
 * way leads through an alias or the text cannot hold it, `malformed` where `json` is none.
 */
export function setEntry(stream: Stream, steps: readonly Step[], json: string): string {
  if (steps.length === 0) throw new SecretsError("usage", "the whole document cannot be set");
  const value: Value = contentOfJson(parseJson(json));
  const setting = { stream, layout: layoutOf(stream) };
  const values = valuesOf(stream);
  const meant = values.toSpliced(stream.current, 1, withValue(values[stream.current] ?? EMPTY, steps, value));
  // An empty block would take a comment below it for its content: then the value is written in a style of its own.
  for (const keepsStyle of [true, false]) {
    for (const each of [value, onLines(value)]) {
      const text = spliced(stream.text, splicesFor({ ...setting, keepsStyle }, steps, each));
      if (says(text, meant)) return text;
    }
  }
  throw new SecretsError("refused", `the value at ${stepsText(steps)} does not fit into this layout; edit the file`);
}

/** Whether a text says what it should: a block may swallow a comment below it, and layouts are endless. */
export function says(text: string, meant: readonly Value[]): boolean {
  try {
    return sameValues(valuesOf(composeStream(text)), meant);
  } catch {
    return false;
  }
}

function splicesFor(setting: Setting, steps: readonly Step[], value: Value): readonly Splice[] {
  let slot = rootOf(setting.stream);
  if (slot === undefined || slot.node.kind === "scalar") return fillEmpty(setting, steps, value);
  for (const [depth, step] of steps.entries()) {
    const { node } = slot;
    if (node.kind === "alias") throw new SecretsError("refused", `${stepsText(steps.slice(0, depth))} is an alias`);
    if (node.kind === "scalar") return replaced(setting, slot, wrapped(steps.slice(depth), value));
    if ((node.kind === "mapping") !== (typeof step === "string"))
      throw misfit(steps.slice(0, depth), step, "a mapping");
    const next = childOf(slot, step);
    if (next === undefined) return appended(setting, slot, { step, value: wrapped(steps.slice(depth + 1), value) });
    slot = next;
  }
  return replaced(setting, slot, value);
}

/** The first entries of a document that has none. */
function fillEmpty({ stream, layout }: Setting, steps: readonly Step[], value: Value): readonly Splice[] {
  const whole = wrapped(steps, value);
  if (whole.kind !== "map") throw new SecretsError("not-found", "the top level is a mapping, which has no positions");
  const { text, documents, current } = stream;
  const root = documents[current]?.root;
  const lines = mappingLines(ourHand(layout.unit), whole.entries, 0).join(layout.eol);
  if (root !== undefined && root.start < root.end) {
    const source = (lineStartOf(text, root.start) === root.start ? "" : layout.eol) + lines;
    return [{ start: root.start, end: root.end, source }];
  }
  const at = documents[current]?.end ?? text.length;
  const fresh = at === lineStartOf(text, at);
  return [{ start: at, end: at, source: fresh ? lines + layout.eol : layout.eol + lines }];
}

/** Another value in a slot. */
function replaced(setting: Setting, slot: Slot, value: Value): readonly Splice[] {
  const { node, flow, around } = slot;
  if (setting.keepsStyle && node.kind === "scalar" && value.kind === "scalar" && takesInPlace(node, value.scalar)) {
    const hole = holeIn(setting, slot, node);
    return [{ start: hole.start, end: hole.end, source: hole.open(value.scalar) }];
  }
  if (flow) return [inFlow(setting.stream.text, slot, flowSource(value))];
  if (around?.node.kind === "sequence") return [replacedItem(setting, slot, value)];
  return [replacedEntry(setting, slot, value)];
}

/** Whether the quotes, block header and tag of a scalar can stay around the new one. A whole float would lose its point. */
function takesInPlace(node: ScalarNode, scalar: Scalar): boolean {
  if (scalar.type === "float") return false;
  return !node.absent && node.block?.comment !== true && (node.tag === undefined || scalar.type === "str");
}

function holeIn({ stream, layout }: Setting, { around, flow }: Slot, node: ScalarNode): ReturnType<typeof holeOf> {
  const sequence = around?.node.kind === "sequence" ? around.node : undefined;
  const indent = around?.node.indent ?? 0;
  const where = { document: stream.current, path: [], steps: [], alias: undefined, flow, indent, above: undefined };
  const holder = { sequence, position: around?.position ?? 0 };
  return holeOf(node, { text: stream.text, layout: () => layout, cut: -1, where, holder });
}

function inFlow(text: string, { node, around }: Slot, source: string): Splice {
  if (node.kind !== "scalar" || !node.absent) return { start: node.start, end: node.end, source };
  const key = around?.node.kind === "mapping" ? around.node.pairs[around.position]?.key : undefined;
  const hasColon = key === undefined || text.slice(key.end, node.end).includes(":");
  return { start: node.end, end: node.end, source: (hasColon ? " " : ": ") + source };
}

/** A comment on the rest of the line, with the blanks before it. */
function commentBehind(text: string, from: number): string {
  return /^[^\n\r#]*?([ \t]+#[^\n\r]*)/.exec(text.slice(from, lineEndOf(text, from)))?.[1] ?? "";
}

function replacedItem({ stream, layout }: Setting, { node, around }: Slot, value: Value): Splice {
  const { text } = stream;
  const list = around?.node.kind === "sequence" ? around.node : undefined;
  const start = list?.dashes[around?.position ?? 0] ?? node.start;
  const [first = "", ...rest] = listLines(ourHand(layout.unit), [value], list?.indent ?? 0);
  const { comment, end } = lineTail(text, node, start);
  return { start, end, source: [first.trimStart() + comment, ...rest].join(layout.eol) };
}

/** From the colon on; a comment on the key's line stays there. */
function replacedEntry({ stream, layout }: Setting, { node, around }: Slot, value: Value): Splice {
  const { text } = stream;
  if (around?.node.kind !== "mapping") throw new SecretsError("refused", "the whole document cannot be set");
  const colon = text.indexOf(":", around.node.pairs[around.position]?.key.end ?? 0) + 1;
  // The same entry under a key of one letter: what follows the colon does not depend on the key.
  const [first = "", ...rest] = entryLines(ourHand(layout.unit), ["k", value], around.node.indent);
  const { comment, end } = lineTail(text, node, colon);
  return { start: colon, end, source: [first.slice(first.indexOf("k:") + 2) + comment, ...rest].join(layout.eol) };
}

/** The comment on the first line of a value that is replaced, and where that ends, blanks behind it included. */
function lineTail(text: string, node: YamlNode, from: number): { comment: string; end: number } {
  const header = node.kind === "scalar" && node.block !== undefined ? node.block.headerEnd : undefined;
  const isBelow = "flow" in node && !node.flow && node.end > lineEndOf(text, from);
  const comment = commentBehind(text, header ?? (isBelow ? from : node.end));
  const end = header === undefined && !isBelow ? node.end + comment.length : node.end;
  const blanks = /^[ \t]*/.exec(text.slice(end, lineEndOf(text, end)))?.[0].length ?? 0;
  return { comment, end: end + blanks === lineEndOf(text, end) ? end + blanks : end };
}

interface Addition {
  readonly step: Step;
  readonly value: Value;
}

/** A new last entry of a collection. */
function appended(setting: Setting, slot: Slot, addition: Addition): readonly Splice[] {
  const { node } = slot;
  const { step, value } = addition;
  if (node.kind !== "mapping" && node.kind !== "sequence") return [];
  if (node.flow) return appendedInFlow(setting, slot, addition);
  const hand = ourHand(setting.layout.unit);
  const lines =
    node.kind === "mapping"
      ? entryLines(hand, [String(step), value], node.indent)
      : listLines(hand, [value], node.indent);
  return insertedBehind(setting, node, lines);
}

function appendedInFlow(setting: Setting, slot: Slot, { step, value }: Addition): readonly Splice[] {
  const { node, around, flow } = slot;
  if (node.kind !== "mapping" && node.kind !== "sequence") return [];
  const last = node.kind === "mapping" ? node.pairs.at(-1)?.value : node.items.at(-1);
  const isList = node.kind === "sequence";
  if (last !== undefined) {
    const source = isList ? flowSource(value) : flowEntry(String(step), value);
    return [{ start: last.end, end: last.end, source: `, ${source}` }];
  }
  const whole: Value = isList ? { kind: "list", items: [value] } : { kind: "map", entries: [[String(step), value]] };
  if (flow) return [{ start: node.opens, end: node.end, source: flowSource(whole) }];
  if (around !== undefined) return replaced(setting, slot, whole);
  const { layout } = setting;
  const lines = whole.kind === "map" ? mappingLines(ourHand(layout.unit), whole.entries, 0) : [];
  return [{ start: node.start, end: node.end, source: lines.join(layout.eol) }];
}

/** New lines behind a block collection and the comments below it that belong to it. */
function insertedBehind(
  { stream, layout }: Setting,
  node: MappingNode | SequenceNode,
  lines: string[],
): readonly Splice[] {
  const { text } = stream;
  const last = lastScalar(node);
  const at = behind(stream, node, last);
  const source = lines.join(layout.eol);
  if (at < text.length || at === lineStartOf(text, at)) return [{ start: at, end: at, source: source + layout.eol }];
  const splice = { start: at, end: at, source: layout.eol + source };
  if (last?.block === undefined || last.block.chomp === "strip" || last.end < text.length) return [splice];
  // A block that ended with the text had no final line break; now one follows it.
  const { contentStart: start, block } = last;
  const header = `${text.slice(start, block.headerEnd).replace("+", "")}-`;
  return [splice, { start, end: block.headerEnd, source: header }];
}

/** The beginning of the line behind all that belongs to a collection; blank lines of a `|+` block do. */
function behind(
  { text, documents, current }: Stream,
  node: MappingNode | SequenceNode,
  last: ScalarNode | undefined,
): number {
  const document = documents[current];
  const foot = document?.root === node ? (document.foot.at(-1)?.end ?? 0) : 0;
  const limit = document?.end ?? text.length;
  const at = Math.min(nextLineOf(text, Math.max(endOf(node), foot)), limit);
  return last?.block?.chomp === "keep" ? behindBlankLines(text, at, limit) : at;
}

/** The scalar that ends a node. */
export function lastScalar(node: YamlNode): ScalarNode | undefined {
  if (node.kind === "scalar") return node;
  const last =
    node.kind === "mapping" ? node.pairs.at(-1)?.value : node.kind === "sequence" ? node.items.at(-1) : undefined;
  return last === undefined ? undefined : lastScalar(last);
}

/** Behind the node and all comments in it. */
function endOf(node: YamlNode): number {
  let end = node.end;
  for (const line of [...node.head, ...node.inline, ...node.foot, ...node.lost]) end = Math.max(end, line.end);
  if (node.kind === "sequence") for (const item of node.items) end = Math.max(end, endOf(item));
  if (node.kind === "mapping") {
    for (const { key, value } of node.pairs) end = Math.max(end, endOf(key), endOf(value));
  }
  return end;
}
