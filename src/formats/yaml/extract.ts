/**
 * What does a piece of a YAML document look like alone?
 */
import type { Step } from "../format.ts";
import { flowSource, listLines, mappingLines } from "./emit.ts";
import { slotAt } from "./find.ts";
import { layoutOf } from "./layout.ts";
import type { Stream } from "./node.ts";
import { lineSource } from "./quoting.ts";
import { scalarOfNode } from "./typing.ts";
import { valueOfNode, type Value } from "./value.ts";

/**
 * The bytes of a text without a line break added; any other value as YAML with one, as sops prints it.
 * @throws SecretsError `not-found`.
 */
export function extractEntry(stream: Stream, steps: readonly Step[]): Uint8Array {
  if (steps.length === 0) return Buffer.from(stream.text);
  const found = slotAt(stream, steps, true).node;
  const node = found.kind === "alias" ? found.target : found;
  const { eol, unit } = layoutOf(stream);
  if (node.kind === "scalar") {
    const scalar = scalarOfNode(node);
    return scalar.type === "str" ? scalar.bytes : Buffer.from(lineSource(scalar, false) + eol);
  }
  return Buffer.from(linesOf(valueOfNode(node), unit).join(eol) + eol);
}

function linesOf(value: Value, unit: number): string[] {
  if (value.kind === "map" && value.entries.length > 0) return mappingLines(value.entries, 0, unit);
  if (value.kind === "list" && value.items.length > 0) return listLines(value.items, 0, unit);
  return [flowSource(value)];
}
