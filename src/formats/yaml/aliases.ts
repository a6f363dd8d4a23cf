/**
 * Which aliases cannot stay in a sealed text, and what takes their place?
 *
 * An ENC text holds the path of its value, and sops reads an alias as a copy with a path of its own. So an alias stays only
 * where nothing is sealed, neither in what it points to nor in the copy; any other is written out in one line.
 */
import type { Expanded, Leaf, Selects } from "../format.ts";
import { spliced } from "../../text/splice.ts";
import { staysClear } from "../scalar.ts";
import { checkStream } from "./check.ts";
import { composeStream } from "./compose.ts";
import { flowSource } from "./emit.ts";
import { leavesOf } from "./leaves.ts";
import type { AliasNode, YamlNode } from "./node.ts";
import { valueOfNode } from "./value.ts";

/** The text with these aliases written out. */
export function expandAliases(text: string, selects: Selects): Expanded {
  if (!text.includes("*")) return { text, at: [] };
  const stream = composeStream(text);
  checkStream(stream);
  const { leaves, aliases } = leavesOf(stream, "open");
  if (aliases.size === 0) return { text, at: [] };
  const wanted = (leaf: Leaf): boolean => !staysClear(leaf.scalar) && selects(leaf);
  const sealed = new Set(leaves.filter((leaf) => !leaf.copy && wanted(leaf)).map(({ start }) => start));
  const gone = new Set<AliasNode>();
  for (const [leaf, alias] of aliases) if (wanted(leaf)) gone.add(alias);
  for (const alias of new Set(aliases.values())) if (reaches(alias.target, sealed)) gone.add(alias);
  const found = [...gone].sort((a, b) => a.start - b.start);
  return {
    text: spliced(
      text,
      found.map((alias) => ({ start: alias.start, end: alias.end, source: flowSource(valueOfNode(alias.target)) })),
    ),
    at: found.map(({ line, column }) => ({ line, column })),
  };
}

/** Whether something that is sealed stands in a node. */
function reaches(node: YamlNode, sealed: ReadonlySet<number>): boolean {
  if (node.kind === "alias") return reaches(node.target, sealed);
  for (const line of [...node.head, ...node.inline, ...node.foot, ...node.lost])
    if (sealed.has(line.start)) return true;
  if (node.kind === "scalar")
    return sealed.has(node.contentStart) || (node.tag !== undefined && sealed.has(node.tag.start));
  if (node.kind === "sequence") return node.items.some((item) => reaches(item, sealed));
  return node.pairs.some(({ key, value }) => reaches(key, sealed) || reaches(value, sealed));
}
