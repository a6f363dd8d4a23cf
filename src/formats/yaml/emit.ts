/**
 * How is a new piece of YAML written: metadata, a value that is set, a container that is extracted, a whole document?
 *
 * Laid out as sops 3.13 does it (sops.md 3.4 "Emission"): nested mappings and lists indented to the next multiple of the unit,
 * a mapping in a list two columns behind its dash, texts of several lines as literal blocks. How keys and scalars are spelled
 * is a `Hand`'s: ours here, the one of sops in `print.ts`.
 */
import type { Scalar } from "../format.ts";
import { textOfScalar } from "../scalar.ts";
import { blockSource } from "./block-source.ts";
import { nextColumn } from "./layout.ts";
import { keySource, lineSource } from "./quoting.ts";
import type { Value } from "./value.ts";

/** The column of the collection around a block, and the one of the block's lines. */
export interface BlockColumns {
  readonly parent: number;
  readonly indent: number;
}

/** How keys and scalars are spelled. */
export interface Hand {
  /** By how many columns what is nested is indented: to the next multiple of it. */
  readonly unit: number;
  /** A scalar on one line, outside of `[ ]` and `{ }`. */
  line(scalar: Scalar): string;
  /** The header and the lines of a text as a block, or undefined where it has to stand on one line. */
  block(text: string, at: BlockColumns): readonly string[] | undefined;
  /** What stands of an entry up to its colon: whole lines above, of a key that needs `?`, and the line of the colon. */
  key(entry: readonly [key: string, value: Value], at: BlockColumns): { above: readonly string[]; head: string };
}

/** As we write. @param unit as `Hand.unit` */
export function ourHand(unit: number): Hand {
  return {
    unit,
    line: (scalar) => lineSource(scalar, false),
    block(text, at) {
      const block = blockSource(text, { ...at, eol: "\n", breaks: 1, folded: false, header: undefined });
      // sops writes a wrong indentation digit inside lists; quotes say the same.
      if (block === undefined || /\d/.test(block.header)) return undefined;
      return [block.header, ...block.body.split("\n")];
    },
    key: ([key], { parent }) => ({ above: [], head: `${" ".repeat(parent)}${keySource(key, false)}:` }),
  };
}

/** A value on one line, for the inside of `[ ]` and `{ }`. */
export function flowSource(value: Value): string {
  if (value.kind === "scalar") return lineSource(value.scalar, true);
  if (value.kind === "list") return `[${value.items.map(flowSource).join(", ")}]`;
  return `{${value.entries.map(([key, each]) => flowEntry(key, each)).join(", ")}}`;
}

/** One entry of a mapping on one line. */
export function flowEntry(key: string, value: Value): string {
  return `${keySource(key, true)}: ${flowSource(value)}`;
}

/** The lines of a value that stands alone. */
export function linesOf(hand: Hand, value: Value): string[] {
  if (value.kind === "scalar") return [hand.line(value.scalar)];
  return isEmpty(value) ? [flowSource(value)] : collectionLines(hand, value, 0);
}

type Collection = Exclude<Value, { kind: "scalar" }>;

function isEmpty(value: Collection): boolean {
  return (value.kind === "list" ? value.items : value.entries).length === 0;
}

function collectionLines(hand: Hand, value: Collection, column: number): string[] {
  return value.kind === "map" ? mappingLines(hand, value.entries, column) : listLines(hand, value.items, column);
}

/** The lines of a mapping at a column. */
export function mappingLines(hand: Hand, entries: readonly (readonly [string, Value])[], column: number): string[] {
  return entries.flatMap((entry) => entryLines(hand, entry, column));
}

/** The lines of one entry of a mapping at a column. */
export function entryLines(hand: Hand, entry: readonly [string, Value], column: number): string[] {
  const [, value] = entry;
  const at = { parent: column, indent: nextColumn(column, hand.unit) };
  const { above, head } = hand.key(entry, at);
  if (value.kind === "scalar") return [...above, ...scalarLines(head, value, { ...at, hand })];
  if (isEmpty(value)) return [...above, `${head} ${flowSource(value)}`];
  const inner = collectionLines(hand, value, at.indent);
  return above.length === 0 ? [head, ...inner] : [...above, ...behind(head, inner)];
}

/** The lines of a list whose dashes stand at a column. */
export function listLines(hand: Hand, items: readonly Value[], column: number): string[] {
  const dash = `${" ".repeat(column)}-`;
  return items.flatMap((item) => {
    if (item.kind === "scalar") return scalarLines(dash, item, { parent: column, indent: column + 2, hand });
    return isEmpty(item) ? [`${dash} ${flowSource(item)}`] : behind(dash, collectionLines(hand, item, column + 2));
  });
}

/** Lines of which the first begins on the line of a dash or colon. */
function behind(head: string, [first = "", ...rest]: readonly string[]): string[] {
  return [head + first.slice(head.length), ...rest];
}

function scalarLines(
  head: string,
  { scalar, line }: Extract<Value, { kind: "scalar" }>,
  { hand, ...at }: BlockColumns & { readonly hand: Hand },
): string[] {
  const text = scalar.type === "str" && line !== true ? textOfScalar(scalar) : undefined;
  const [header, ...body] = (text?.includes("\n") === true ? hand.block(text, at) : undefined) ?? [hand.line(scalar)];
  return [`${head} ${header}`, ...body];
}
