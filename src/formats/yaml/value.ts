/**
 * What does a piece of YAML say, however it is written?
 */
import type { Scalar, Step } from "../format.ts";
import { isSameValue } from "../scalar.ts";
import type { Stream, YamlNode } from "./node.ts";
import { scalarOfNode } from "./typing.ts";

export type Value =
  /** `line`: to be written on one line, where a block would swallow what follows. */
  | { readonly kind: "scalar"; readonly scalar: Scalar; readonly line?: boolean }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Value])[] };

/** What a node says, without comments, aliases followed. */
export function valueOfNode(node: YamlNode): Value {
  if (node.kind === "alias") return valueOfNode(node.target);
  if (node.kind === "scalar") return { kind: "scalar", scalar: scalarOfNode(node) };
  if (node.kind === "sequence") return { kind: "list", items: node.items.map(valueOfNode) };
  const entries = node.pairs.map(
    ({ key, value }) => [key.kind === "scalar" ? key.value : "", valueOfNode(value)] as const,
  );
  return { kind: "map", entries };
}

/** What all documents say; an empty one is an empty mapping. */
export function valuesOf(stream: Stream): Value[] {
  const values = stream.documents.map(({ root }) => valueOfNode(root));
  return values.map((value) => (value.kind === "scalar" ? EMPTY : value));
}

/** An empty mapping. */
export const EMPTY: Value = { kind: "map", entries: [] };

/** Deep equality, the order of keys included. */
function sameValue(a: Value, b: Value): boolean {
  if (a.kind === "scalar") return b.kind === "scalar" && isSameValue(a.scalar, b.scalar);
  if (a.kind === "list") return b.kind === "list" && sameAll(a.items, b.items, sameValue);
  if (b.kind !== "map") return false;
  return sameAll(a.entries, b.entries, ([key, each], [name, other]) => key === name && sameValue(each, other));
}

/** Equal lists of values. */
export function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  return sameAll(a, b, sameValue);
}

function sameAll<T>(a: readonly T[], b: readonly T[], same: (one: T, other: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((each, at) => {
      const other = b[at];
      return other !== undefined && same(each, other);
    })
  );
}

/** The value inside the containers that the steps ask for. */
export function wrapped(steps: readonly Step[], value: Value): Value {
  return steps.reduceRight<Value>(
    (inner, step) =>
      typeof step === "string" ? { kind: "map", entries: [[step, inner]] } : { kind: "list", items: [inner] },
    value,
  );
}

/** `whole` with `value` at the steps: what is missing is created, a position past the end appends. */
export function withValue(whole: Value, steps: readonly Step[], value: Value): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (whole.kind === "map" && typeof step === "string") {
    const at = whole.entries.findIndex(([key]) => key === step);
    const standing = whole.entries[at];
    if (standing === undefined) return { kind: "map", entries: [...whole.entries, [step, wrapped(rest, value)]] };
    return { kind: "map", entries: whole.entries.with(at, [step, withValue(standing[1], rest, value)]) };
  }
  if (whole.kind === "list" && typeof step === "number") {
    const standing = whole.items[step];
    if (standing === undefined) return { kind: "list", items: [...whole.items, wrapped(rest, value)] };
    return { kind: "list", items: whole.items.with(step, withValue(standing, rest, value)) };
  }
  return wrapped(steps, value);
}

/** `whole` without what stands at the steps. */
export function withoutValue(whole: Value, steps: readonly Step[]): Value {
  const [step, ...rest] = steps;
  if (whole.kind === "map") {
    const at = whole.entries.findIndex(([key]) => key === step);
    const standing = whole.entries[at];
    if (standing === undefined) return whole;
    if (rest.length === 0) return { kind: "map", entries: whole.entries.toSpliced(at, 1) };
    return { kind: "map", entries: whole.entries.with(at, [standing[0], withoutValue(standing[1], rest)]) };
  }
  if (whole.kind !== "list" || typeof step !== "number") return whole;
  const standing = whole.items[step];
  if (standing === undefined) return whole;
  if (rest.length === 0) return { kind: "list", items: whole.items.toSpliced(step, 1) };
  return { kind: "list", items: whole.items.with(step, withoutValue(standing, rest)) };
}

/** The same with all texts of several lines marked to be written on one. */
export function onLines(value: Value): Value {
  if (value.kind === "scalar") return { ...value, line: true };
  if (value.kind === "list") return { kind: "list", items: value.items.map(onLines) };
  return { kind: "map", entries: value.entries.map(([key, each]) => [key, onLines(each)] as const) };
}
