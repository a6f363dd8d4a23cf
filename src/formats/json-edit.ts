/**
 * What changes in a JSON text when an entry is set or removed?
 */
import { SecretsError } from "../errors.ts";
import { spliced, type Splice } from "../text/splice.ts";
import type { Step } from "./format.ts";
import { container, quoted, relaid, styleOf, type JsonStyle } from "./json-layout.ts";
import type { JsonNode, JsonObject } from "./json-syntax.ts";
import { misfit, nothingAt } from "./place.ts";

/** The splices that take elements out of a container together with the commas that they leave. */
export function removeEntries<T extends { readonly start: number; readonly end: number }>(
  items: readonly T[],
  around: { readonly start: number; readonly end: number },
  isGone: (item: T) => boolean,
): readonly Splice[] {
  const kept = items.filter((item) => !isGone(item));
  const last = kept.at(-1);
  if (last === undefined) return [{ start: around.start + 1, end: around.end - 1, source: "" }];
  const splices: Splice[] = [];
  let from: number | undefined;
  for (const item of items) {
    if (isGone(item)) {
      if (item.start < last.start) from ??= item.start;
    } else if (from !== undefined) {
      splices.push({ start: from, end: item.start, source: "" });
      from = undefined;
    }
  }
  const end = items.at(-1)?.end ?? last.end;
  if (end > last.end) splices.push({ start: last.end, end, source: "" });
  return splices;
}

/** Setting one value: `value` is the source to put there, parsed. */
export interface Setting {
  readonly text: string;
  readonly root: JsonObject;
  readonly steps: readonly Step[];
  readonly value: { readonly text: string; readonly node: JsonNode };
}

/**
 * The text with the value set as sops does (sops.md 8.3): missing keys are created, a position past the end appends, a
 * scalar on the way gives way to a container.
 * @throws SecretsError `usage` for no steps, `not-found` for a position in an object or a key in a list.
 */
export function setEntry(setting: Setting): string {
  const { text, root, steps, value } = setting;
  if (steps.length === 0) throw new SecretsError("usage", "the whole document cannot be set");
  const style = styleOf(text, root);
  let node: JsonNode = root;
  for (const [depth, step] of steps.entries()) {
    if (node.kind === "scalar") {
      return spliced(text, [{ start: node.start, end: node.end, source: wrapped(setting, depth, style) }]);
    }
    if ((node.kind === "object") !== (typeof step === "string")) throw misfit(steps.slice(0, depth), step, "an object");
    const next = childOf(node, step);
    if (next === undefined) return spliced(text, [appended(setting, { node, depth }, style)]);
    node = next;
  }
  return spliced(text, [
    { start: node.start, end: node.end, source: relaid(value.text, value.node, { style, depth: steps.length }) },
  ]);
}

/** The first child of this name, as sops takes the first of duplicates. */
export function childOf(node: JsonNode, step: Step): JsonNode | undefined {
  if (node.kind === "object") return node.entries.find(({ key }) => key === step)?.value;
  return node.kind === "array" && typeof step === "number" ? node.items[step] : undefined;
}

/** The value inside the containers that the steps from `depth` on ask for. */
function wrapped(setting: Setting, depth: number, style: JsonStyle): string {
  const { steps, value } = setting;
  const step = steps[depth];
  if (step === undefined) return relaid(value.text, value.node, { style, depth });
  const inner = wrapped(setting, depth + 1, style);
  return typeof step === "string"
    ? container("{}", [quoted(step) + style.colon + inner], { style, depth })
    : container("[]", [inner], { style, depth });
}

/** A new last element of the container at `depth`. */
function appended(setting: Setting, at: { node: JsonNode; depth: number }, style: JsonStyle): Splice {
  const { text, steps } = setting;
  const { node, depth } = at;
  const step = steps[depth];
  const inner = wrapped(setting, depth + 1, style);
  const part = typeof step === "string" ? quoted(step) + style.colon + inner : inner;
  const stretches =
    node.kind === "object"
      ? node.entries.map((entry) => ({ start: entry.keyStart, end: entry.value.end }))
      : node.kind === "array"
        ? node.items
        : [];
  const last = stretches.at(-1);
  if (last === undefined) {
    return {
      start: node.start,
      end: node.end,
      source: container(node.kind === "object" ? "{}" : "[]", [part], { style, depth }),
    };
  }
  const gap = text.slice(stretches.at(-2)?.end ?? node.start + 1, last.start).replace(",", "");
  const blank = gap === "" && stretches.length === 1 && style.colon !== ":" ? " " : gap;
  return { start: last.end, end: last.end, source: `,${blank}${part}` };
}

/**
 * The text without the entry at `steps`; the last one leaves `{}` or `[]`.
 * @throws SecretsError `not-found`, `usage` for no steps.
 */
export function unsetEntry(text: string, root: JsonObject, steps: readonly Step[]): string {
  if (steps.length === 0) throw new SecretsError("usage", "the whole document cannot be removed");
  let node: JsonNode = root;
  for (const step of steps.slice(0, -1)) {
    const next = childOf(node, step);
    if (next === undefined) throw nothingAt(steps);
    node = next;
  }
  const last = steps.at(-1) ?? "";
  const target = childOf(node, last);
  if (target === undefined || node.kind === "scalar") throw nothingAt(steps);
  if (node.kind === "array")
    return spliced(
      text,
      removeEntries(node.items, node, (item) => item === target),
    );
  const stretches = node.entries.map((entry) => ({ start: entry.keyStart, end: entry.value.end, value: entry.value }));
  return spliced(
    text,
    removeEntries(stretches, node, (entry) => entry.value === target),
  );
}
