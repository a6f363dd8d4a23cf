/**
 * What changes in a YAML text when an entry is removed?
 *
 * Its lines go, with the comment on its line; comments above it stay, as in sops. The last entry leaves `{}` or `[]`.
 */
import { spliced, type Splice } from "../../text/splice.ts";
import { SecretsError } from "../../errors.ts";
import type { Step } from "../format.ts";
import { removeEntries } from "../json-edit.ts";
import { nothingAt, stepsText } from "../place.ts";
import { slotAt, type Slot } from "./find.ts";
import { behindBlankLines, lineEndOf, lineStartOf, nextLineOf } from "./layout.ts";
import type { MappingNode, SequenceNode, Stream, YamlNode } from "./node.ts";
import { lastScalar, says } from "./set.ts";
import { EMPTY, valuesOf, withoutValue } from "./value.ts";

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly value: YamlNode;
}

/**
 * The text of the stream without the entry at `steps`.
 * @throws SecretsError `usage` for no steps, `not-found`, `refused` where the way leads through an alias.
 */
export function unsetEntry(stream: Stream, steps: readonly Step[]): string {
  if (steps.length === 0) throw new SecretsError("usage", "the whole document cannot be removed");
  const above = slotAt(stream, steps.slice(0, -1), false);
  const { node } = above;
  if (node.kind === "alias") throw new SecretsError("refused", `${stepsText(steps.slice(0, -1))} is an alias`);
  const target = slotAt(stream, steps, false).around;
  if (target === undefined || (node.kind !== "mapping" && node.kind !== "sequence")) throw nothingAt(steps);
  const text = spliced(stream.text, removal(stream.text, { ...above, node }, target.position));
  const values = valuesOf(stream);
  const meant = values.toSpliced(stream.current, 1, withoutValue(values[stream.current] ?? EMPTY, steps));
  if (says(text, meant)) return text;
  throw new SecretsError("refused", `the entry at ${stepsText(steps)} cannot be cut out of this layout; edit the file`);
}

function removal(
  text: string,
  slot: Slot & { readonly node: MappingNode | SequenceNode },
  position: number,
): readonly Splice[] {
  const { node } = slot;
  const entries = stretchesOf(node);
  const entry = entries[position];
  if (entry === undefined) return [];
  if (node.flow) return removeEntries(entries, { start: node.opens, end: node.end }, (each) => each === entry);
  const lines = linesOf(text, { entry, before: entries[position - 1] }, node.indent);
  if (entries.length > 1) return [lines];
  return emptied(text, slot, { entry, lines });
}

function stretchesOf(node: MappingNode | SequenceNode): readonly Stretch[] {
  if (node.kind === "mapping") return node.pairs.map(({ start, value }) => ({ start, end: value.end, value }));
  return node.items.map((value, at) => ({
    start: node.flow ? value.start : (node.dashes[at] ?? value.start),
    end: value.end,
    value,
  }));
}

/** The lines of an entry. Where it shares its first line with a dash before it, what follows moves up to that. */
function linesOf(
  text: string,
  { entry, before }: { readonly entry: Stretch; readonly before: Stretch | undefined },
  indent: number,
): Splice {
  const { start, end, value } = entry;
  const lineStart = lineStartOf(text, start);
  const isFirst = text.slice(lineStart, start).trim() === "";
  let next = nextLineOf(text, end);
  // Blank lines belong to a `|+` block above them, or would come to.
  if (keepsBlanks(value) || (before !== undefined && keepsBlanks(before.value))) {
    next = behindBlankLines(text, next);
  }
  if (isFirst) return { start: lineStart, end: next, source: "" };
  const blanks = /^ */.exec(text.slice(next, next + indent))?.[0].length ?? 0;
  return { start, end: next + blanks, source: "" };
}

function keepsBlanks(node: YamlNode): boolean {
  return lastScalar(node)?.block?.chomp === "keep";
}

/** The collection without its only entry. */
function emptied(
  text: string,
  { node, around }: Slot & { readonly node: MappingNode | SequenceNode },
  { entry, lines }: { readonly entry: Stretch; readonly lines: Splice },
): readonly Splice[] {
  const empty = node.kind === "mapping" ? "{}" : "[]";
  const behind = gapOf(text, node, around);
  if (behind === undefined || lines.start < lineEndOf(text, behind)) {
    return [{ start: entry.start, end: Math.max(entry.end, entry.start), source: empty }];
  }
  return [{ start: behind, end: behind, source: ` ${empty}` }, lines];
}

/** Behind the colon or dash in front of a collection, and its tag and anchor. */
function gapOf(text: string, node: YamlNode, around: Slot["around"]): number | undefined {
  const properties = Math.max(node.anchor?.end ?? 0, node.tag?.end ?? 0);
  if (properties > 0) return properties;
  if (around === undefined) return undefined;
  if (around.node.kind === "sequence") return (around.node.dashes[around.position] ?? 0) + 1;
  const key = around.node.pairs[around.position]?.key;
  return key === undefined ? undefined : text.indexOf(":", key.end) + 1;
}
