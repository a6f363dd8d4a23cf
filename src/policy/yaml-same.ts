/**
 * Do these two YAML texts say the same, whatever their layout?
 *
 * Proves that a change of the text changed nothing but what it was meant to change. Pure.
 */
import type { YamlEntry, YamlNode } from "./yaml-node.ts";

/** What is left out of the comparison, by the entries among which it stands. */
export type Ignored = (entry: YamlEntry, among: readonly YamlEntry[]) => boolean;

/** Whether two documents hold the same texts under the same keys in the same order, with the same anchors. */
export function sameContent(a: YamlNode, b: YamlNode, ignored: Ignored): boolean {
  // Anchored parts can be reached many times over: each pair of them is compared once.
  const compared = new WeakMap<object, WeakSet<object>>();
  const isFirst = (left: object, right: object) => {
    const known = compared.get(left) ?? new WeakSet();
    compared.set(left, known);
    if (known.has(right)) return false;
    known.add(right);
    return true;
  };

  const same = (left: YamlNode, right: YamlNode): boolean => {
    if (left.anchor !== right.anchor) return false;
    if (left.kind === "list" && right.kind === "list") {
      return !isFirst(left.items, right.items) || pairwise(left.items, right.items, same);
    }
    if (left.kind === "mapping" && right.kind === "mapping") {
      if (!isFirst(left.entries, right.entries)) return true;
      const kept = (entries: readonly YamlEntry[]) => entries.filter((entry) => !ignored(entry, entries));
      return pairwise(kept(left.entries), kept(right.entries), (x, y) => x.key === y.key && same(x.value, y.value));
    }
    if (left.kind === "text" && right.kind === "text") return left.text === right.text;
    return left.kind === right.kind;
  };
  return same(a, b);
}

function pairwise<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((x, index) => {
      const y = b[index];
      return y !== undefined && same(x, y);
    })
  );
}
