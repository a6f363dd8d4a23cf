/**
 * How is a new piece of YAML written: metadata, a value that is set, a container that is extracted?
 *
 * As sops 3.13 writes it (sops.md 3.4 "Emission"): nested mappings and lists indented to the next multiple of the unit, a
 * mapping in a list two columns behind its dash, texts of several lines as literal blocks.
 */
import { textOfScalar } from "../scalar.ts";
import { blockSource } from "./block-source.ts";
import { nextColumn } from "./layout.ts";
import { lineSource, textSource } from "./quoting.ts";
import type { Value } from "./value.ts";

function isEmpty(value: Value): boolean {
  return (value.kind === "list" && value.items.length === 0) || (value.kind === "map" && value.entries.length === 0);
}

/** A value on one line, for the inside of `[ ]` and `{ }`. */
export function flowSource(value: Value): string {
  if (value.kind === "scalar") return lineSource(value.scalar, true);
  if (value.kind === "list") return `[${value.items.map(flowSource).join(", ")}]`;
  return `{${value.entries.map(([key, each]) => flowEntry(key, each)).join(", ")}}`;
}

/** One entry of a mapping on one line. */
export function flowEntry(key: string, value: Value): string {
  return `${textSource(key, true)}: ${flowSource(value)}`;
}

/** The lines of a mapping at a column. */
export function mappingLines(entries: readonly (readonly [string, Value])[], column: number, unit: number): string[] {
  return entries.flatMap(([key, value]) => entryLines(key, value, { column, unit }));
}

/** The lines of one entry of a mapping at a column. */
export function entryLines(
  key: string,
  value: Value,
  at: { readonly column: number; readonly unit: number },
): string[] {
  const { column, unit } = at;
  const head = `${" ".repeat(column)}${textSource(key, false)}:`;
  const inner = nextColumn(column, unit);
  if (isEmpty(value)) return [`${head} ${flowSource(value)}`];
  if (value.kind === "scalar") return scalarLines(head, value, { parent: column, indent: inner });
  return [
    head,
    ...(value.kind === "map" ? mappingLines(value.entries, inner, unit) : listLines(value.items, inner, unit)),
  ];
}

/** The lines of a list whose dashes stand at a column. */
export function listLines(items: readonly Value[], column: number, unit: number): string[] {
  const dash = `${" ".repeat(column)}-`;
  return items.flatMap((item) => {
    if (isEmpty(item)) return [`${dash} ${flowSource(item)}`];
    if (item.kind === "scalar") return scalarLines(dash, item, { parent: column, indent: column + 2 });
    const inner =
      item.kind === "map" ? mappingLines(item.entries, column + 2, unit) : listLines(item.items, column + 2, unit);
    return [dash + (inner[0] ?? "").slice(column + 1), ...inner.slice(1)];
  });
}

function scalarLines(
  head: string,
  { scalar, line }: Extract<Value, { kind: "scalar" }>,
  at: { readonly parent: number; readonly indent: number },
): string[] {
  const text = scalar.type === "str" && line !== true ? textOfScalar(scalar) : undefined;
  const block =
    text?.includes("\n") === true
      ? blockSource(text, { ...at, eol: "\n", breaks: 1, folded: false, header: undefined })
      : undefined;
  // sops writes a wrong indentation digit inside lists; quotes say the same.
  if (block === undefined || /\d/.test(block.header)) return [`${head} ${lineSource(scalar, false)}`];
  return [`${head} ${block.header}`, ...block.body.split("\n")];
}
