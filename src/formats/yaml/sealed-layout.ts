/**
 * Which paths will the comments of an open text have once it is sealed?
 *
 * The sealed text decides, since that is what sops reads: values become one line, and the `sops` block below the last
 * comment makes a foot of it, or no longer one. So the sealed text is laid out with stand-ins and read.
 */
import type { Leaf, Selects } from "../format.ts";
import { spliced } from "../../text/splice.ts";
import { staysClear } from "../scalar.ts";
import { composeStream } from "./compose.ts";
import { commentLeaf, leavesOf } from "./leaves.ts";
import { metadataSplices } from "./metadata.ts";
import type { Stream } from "./node.ts";
import { metadataPair, walkStream } from "./walk.ts";

const ENC = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";
const METADATA = new Map([["version", "1"]]);

/** All leaves of an open text; path, steps and order of its comments are those of the sealed layout. */
export function inSealedLayout(stream: Stream, selects: Selects): readonly Leaf[] {
  const values = leavesOf(stream, "open", false).leaves;
  const lines = stream.comments;
  if (lines.length === 0) return values;
  const layout = laidOut(stream, values, selects);
  const ranks = new Map(layout.comments.map(({ start }, rank) => [start, rank]));
  const leaves: Leaf[] = [];
  let next = 0;
  walkStream(layout, {
    scalar(_node, { above }) {
      const value = values[next++];
      if (value !== undefined) leaves.push({ ...value, above });
      return false;
    },
    comment({ start }, where, list) {
      const line = where.alias === undefined ? lines[ranks.get(start) ?? -1] : undefined;
      if (line !== undefined) leaves.push(commentLeaf(line, { text: stream.text, where, list }));
    },
  });
  return leaves;
}

/** The sealed text with stand-ins, composed. */
function laidOut(stream: Stream, values: readonly Leaf[], selects: Selects): Stream {
  const sealed = values.filter((leaf) => !leaf.copy && !staysClear(leaf.scalar) && selects(leaf));
  return composeStream(
    spliced(stream.text, [
      ...sealed.map((leaf) => ({ start: leaf.start, end: leaf.end, source: leaf.seal(ENC) })),
      ...(stream.documents.some(metadataPair) ? [] : metadataSplices(stream, METADATA)),
    ]),
  );
}
