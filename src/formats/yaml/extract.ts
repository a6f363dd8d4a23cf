/**
 * What does a piece of a YAML document look like alone?
 */
import type { Step } from "../format.ts";
import { linesOf } from "./emit.ts";
import { slotAt } from "./find.ts";
import { layoutOf } from "./layout.ts";
import type { Stream } from "./node.ts";
import { scalarOfNode } from "./typing.ts";
import { valueOfNode } from "./value.ts";

/**
 * The bytes of a text without a line break added; any other value as YAML with one, as sops prints it.
 * @throws SecretsError `not-found`.
 */
export function extractEntry(stream: Stream, steps: readonly Step[]): Uint8Array {
  if (steps.length === 0) return Buffer.from(stream.text);
  const found = slotAt(stream, steps, true).node;
  const node = found.kind === "alias" ? found.target : found;
  const scalar = node.kind === "scalar" ? scalarOfNode(node) : undefined;
  if (scalar?.type === "str") return scalar.bytes;
  const { eol, unit } = layoutOf(stream);
  return Buffer.from(linesOf(valueOfNode(node), unit).join(eol) + eol);
}
