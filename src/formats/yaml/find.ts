/**
 * What stands at these steps, in which gap of the text, and what does it look like alone?
 */
import type { Step } from "../format.ts";
import { nothingAt } from "../place.ts";
import { linesOf, ourHand } from "./emit.ts";
import { layoutOf } from "./layout.ts";
import type { MappingNode, SequenceNode, Stream, YamlNode } from "./node.ts";
import { scalarOfNode } from "./typing.ts";
import { valueOfNode } from "./value.ts";

/** A node and the place that it fills. */
export interface Slot {
  readonly node: YamlNode;
  /** The collection around it and its position there; undefined for the root. */
  readonly around: { readonly node: MappingNode | SequenceNode; readonly position: number } | undefined;
  /** Whether a `[` or `{` is open around it. */
  readonly flow: boolean;
}

/** The root of the document where `set`, `unset` and `extract` work; undefined for an empty text. */
export function rootOf(stream: Stream): Slot | undefined {
  const document = stream.documents[stream.current];
  return document === undefined ? undefined : { node: document.root, around: undefined, flow: false };
}

/** The child of a collection, aliases not followed. */
export function childOf({ node, flow }: Slot, step: Step): Slot | undefined {
  if (node.kind !== "mapping" && node.kind !== "sequence") return undefined;
  const position =
    node.kind === "sequence" ? step : node.pairs.findIndex(({ key }) => key.kind === "scalar" && key.value === step);
  if (typeof position !== "number") return undefined;
  const child = node.kind === "sequence" ? node.items[position] : node.pairs[position]?.value;
  return child && { node: child, around: { node, position }, flow: flow || node.flow };
}

/** The slot at the steps. @throws SecretsError `not-found`. */
export function slotAt(stream: Stream, steps: readonly Step[], follow: boolean): Slot {
  let slot = rootOf(stream);
  for (const step of steps) {
    if (follow && slot?.node.kind === "alias") slot = { ...slot, node: slot.node.target };
    slot = slot === undefined ? undefined : childOf(slot, step);
    if (slot === undefined) throw nothingAt(steps);
  }
  if (slot === undefined) throw nothingAt(steps);
  return slot;
}

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
  return Buffer.from(linesOf(ourHand(unit), valueOfNode(node)).join(eol) + eol);
}
