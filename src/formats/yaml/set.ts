/**
 * What changes in a YAML text when a value is set?
 *
 * As sops sets it (sops.md 8.3): missing keys are created, a position past the end appends, a scalar on the way gives way to
 * a container. Only the value's own text changes; a new entry goes to the end of its collection, at its column.
 */
import { SecretsError } from "../../errors.ts";
import type { Step } from "../format.ts";
import { spliced, type Splice } from "../json-edit.ts";
import { parseJson } from "../json-syntax.ts";
import { stepsText } from "../place.ts";
import { sameScalar } from "../scalar.ts";
import { valueOfNode } from "./aliases.ts";
import { composeStream } from "./compose.ts";
import { entryLines, flowEntry, flowSource, listLines, mappingLines, valueOfJson, type Value } from "./emit.ts";
import { childOf, rootOf, slotAt, type Slot } from "./find.ts";
import { holeOf } from "./hole.ts";
import { layoutOf, lineEndOf, lineStartOf, nextLineOf, type Layout } from "./layout.ts";
import type { MappingNode, ScalarNode, SequenceNode, Stream, YamlNode } from "./node.ts";

interface Setting {
  readonly stream: Stream;
  readonly layout: Layout;
}

/**
 * The text of the stream with the value at `steps` set to the one that `json` spells.
 * @throws SecretsError `usage` for no steps, `not-found` for a position in a mapping or a key in a list, `refused` where the
 * way leads through an alias or the text cannot hold it, `malformed` where `json` is none.
 */
export function setEntry(stream: Stream, steps: readonly Step[], json: string): string {
  if (steps.length === 0) throw new SecretsError("usage", "the whole document cannot be set");
  const value = valueOfJson(parseJson(json));
  const setting: Setting = { stream, layout: layoutOf(stream) };
  const text = spliced(stream.text, splicesFor(setting, steps, value));
  if (!says(text, steps, value)) {
    throw new SecretsError(
      "refused",
      `the value at ${stepsText(steps)} cannot be written into this layout; edit the file`,
    );
  }
  return text;
}

function splicesFor(setting: Setting, steps: readonly Step[], value: Value): readonly Splice[] {
  let slot = rootOf(setting.stream);
  if (slot === undefined || slot.node.kind === "scalar") return fillEmpty(setting, steps, value);
  for (const [depth, step] of steps.entries()) {
    const { node } = slot;
    if (node.kind === "alias") throw new SecretsError("refused", `${stepsText(steps.slice(0, depth))} is an alias`);
    if (node.kind === "scalar") return replaced(setting, slot, wrapped(steps.slice(depth), value));
    if ((node.kind === "mapping") !== (typeof step === "string")) throw mismatch(node, steps.slice(0, depth), step);
    const next = childOf(slot, step);
    if (next === undefined) return appended(setting, slot, { step, value: wrapped(steps.slice(depth + 1), value) });
    slot = next;
  }
  return replaced(setting, slot, value);
}

function mismatch(node: MappingNode | SequenceNode, steps: readonly Step[], step: Step): SecretsError {
  const where = steps.length === 0 ? "the top level" : stepsText(steps);
  const what = node.kind === "mapping" ? "a mapping, which has no positions" : "a list, which has no keys";
  const kind = typeof step === "string" ? "key" : "position";
  return new SecretsError("not-found", `${where} is ${what}: there is no ${kind} ${step}`);
}

/** The value inside the containers that the steps ask for. */
function wrapped(steps: readonly Step[], value: Value): Value {
  return steps.reduceRight<Value>(
    (inner, step) =>
      typeof step === "string" ? { kind: "map", entries: [[step, inner]] } : { kind: "list", items: [inner] },
    value,
  );
}

/** The first entries of a document that has none. */
function fillEmpty({ stream, layout }: Setting, steps: readonly Step[], value: Value): readonly Splice[] {
  const whole = wrapped(steps, value);
  if (whole.kind !== "map") throw new SecretsError("not-found", "the top level is a mapping, which has no positions");
  const { text, documents } = stream;
  const root = documents[0]?.root;
  const lines = mappingLines(whole.entries, 0, layout.unit).join(layout.eol);
  if (root !== undefined && root.start < root.end) {
    const source = (lineStartOf(text, root.start) === root.start ? "" : layout.eol) + lines;
    return [{ start: root.start, end: root.end, source }];
  }
  const at = documents[0]?.end ?? text.length;
  const fresh = at === lineStartOf(text, at);
  return [{ start: at, end: at, source: fresh ? lines + layout.eol : layout.eol + lines }];
}

/** Another value in a slot. */
function replaced(setting: Setting, slot: Slot, value: Value): readonly Splice[] {
  const { node, flow, around } = slot;
  if (node.kind === "scalar" && value.kind === "scalar" && !node.absent) {
    const hole = holeIn(setting, slot, node);
    return [{ start: hole.start, end: hole.end, source: hole.open(value.scalar) }];
  }
  if (flow) return [inFlow(setting.stream.text, slot, flowSource(value))];
  if (around?.node.kind === "sequence") return [replacedItem(setting, slot, value)];
  return [replacedEntry(setting, slot, value)];
}

function holeIn({ stream, layout }: Setting, { around, flow }: Slot, node: ScalarNode): ReturnType<typeof holeOf> {
  const sequence = around?.node.kind === "sequence" ? around.node : undefined;
  const indent = around?.node.indent ?? 0;
  const where = { document: 0, path: [], steps: [], alias: undefined, flow, indent };
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

function replacedItem({ layout }: Setting, { node, around }: Slot, value: Value): Splice {
  const list = around?.node.kind === "sequence" ? around.node : undefined;
  const start = list?.dashes[around?.position ?? 0] ?? node.start;
  const lines = listLines([value], list?.indent ?? 0, layout.unit).join(layout.eol);
  return { start, end: node.end, source: lines.trimStart() };
}

/** From the colon on; a comment on the key's line stays there. */
function replacedEntry({ stream, layout }: Setting, { node, around }: Slot, value: Value): Splice {
  const { text } = stream;
  if (around?.node.kind !== "mapping") throw new SecretsError("refused", "the whole document cannot be set");
  const colon = text.indexOf(":", around.node.pairs[around.position]?.key.end ?? 0) + 1;
  const isBelow = isCollection(node) && !node.flow && node.end > lineEndOf(text, colon);
  const comment = commentBehind(text, isBelow ? colon : node.end);
  // The same entry under a key of one letter: what follows the colon does not depend on the key.
  const [first = "", ...rest] = entryLines("k", value, { column: around.node.indent, unit: layout.unit });
  const head = first.slice(first.indexOf("k:") + 2);
  const end = isBelow ? node.end : node.end + comment.length;
  return { start: colon, end, source: [head + comment, ...rest].join(layout.eol) };
}

function isCollection(node: YamlNode): node is MappingNode | SequenceNode {
  return node.kind === "mapping" || node.kind === "sequence";
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
  const { column, unit } = { column: node.indent, unit: setting.layout.unit };
  const lines =
    node.kind === "mapping" ? entryLines(String(step), value, { column, unit }) : listLines([value], column, unit);
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
  const lines = whole.kind === "map" ? mappingLines(whole.entries, 0, layout.unit) : [];
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
  if (at < text.length || text.endsWith("\n")) return [{ start: at, end: at, source: source + layout.eol }];
  const splice = { start: at, end: at, source: layout.eol + source };
  if (last?.block?.chomp !== "clip" || last.end < text.length) return [splice];
  // A block that ended with the text had no final line break; now one follows it.
  return [splice, { start: last.block.headerEnd, end: last.block.headerEnd, source: "-" }];
}

/** The beginning of the line behind all that belongs to a collection; blank lines of a `|+` block do. */
function behind({ text, documents }: Stream, node: MappingNode | SequenceNode, last: ScalarNode | undefined): number {
  const [document] = documents;
  const foot = document?.root === node ? (document.foot.at(-1)?.end ?? 0) : 0;
  let at = nextLineOf(text, Math.max(endOf(node), foot));
  if (last?.block?.chomp === "keep") while (isBlankLine(text, at)) at = nextLineOf(text, at);
  return at;
}

function isBlankLine(text: string, at: number): boolean {
  return at < text.length && text.slice(at, lineEndOf(text, at)).trim() === "";
}

function lastScalar(node: YamlNode): ScalarNode | undefined {
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

/** Whether the text has the value there. */
function says(text: string, steps: readonly Step[], value: Value): boolean {
  try {
    const stream = composeStream(text);
    const position = steps.findIndex((step) => typeof step === "number");
    // A position past the end was appended, so only the way down to the first position is sure.
    if (position !== -1) return slotAt(stream, steps.slice(0, position), false).node.kind === "sequence";
    return sameValue(valueOfNode(slotAt(stream, steps, false).node), value);
  } catch {
    return false;
  }
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === "scalar" && b.kind === "scalar") return sameScalar(a.scalar, b.scalar);
  if (a.kind === "list" && b.kind === "list") {
    return a.items.length === b.items.length && a.items.every((item, at) => sameValue(item, b.items[at] ?? item));
  }
  if (a.kind !== "map" || b.kind !== "map" || a.entries.length !== b.entries.length) return false;
  return a.entries.every(([key, each], at) => {
    const other = b.entries[at];
    return other !== undefined && other[0] === key && sameValue(each, other[1]);
  });
}
