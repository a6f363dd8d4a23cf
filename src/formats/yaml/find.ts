/**
 * What stands at these steps, and in which gap of the text?
 */
import { SecretsError } from "../../errors.ts";
import type { Step } from "../format.ts";
import { stepsText } from "../place.ts";
import type { MappingNode, SequenceNode, Stream, YamlNode } from "./node.ts";

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
export function childOf(slot: Slot, step: Step): Slot | undefined {
  const { node } = slot;
  if (node.kind === "mapping" && typeof step === "string") {
    const position = node.pairs.findIndex(({ key }) => key.kind === "scalar" && key.value === step);
    const pair = node.pairs[position];
    return pair === undefined
      ? undefined
      : { node: pair.value, around: { node, position }, flow: slot.flow || node.flow };
  }
  if (node.kind !== "sequence" || typeof step !== "number") return undefined;
  const item = node.items[step];
  return item === undefined
    ? undefined
    : { node: item, around: { node, position: step }, flow: slot.flow || node.flow };
}

/** @returns the error for steps at which there is nothing. */
export function missing(steps: readonly Step[]): SecretsError {
  return new SecretsError("not-found", `there is nothing at ${stepsText(steps)}`);
}

/** The slot at the steps. @throws SecretsError `not-found`. */
export function slotAt(stream: Stream, steps: readonly Step[], follow: boolean): Slot {
  let slot = rootOf(stream);
  for (const step of steps) {
    if (follow && slot?.node.kind === "alias") slot = { ...slot, node: slot.node.target };
    slot = slot === undefined ? undefined : childOf(slot, step);
    if (slot === undefined) throw missing(steps);
  }
  if (slot === undefined) throw missing(steps);
  return slot;
}
