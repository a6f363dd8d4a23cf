/**
 * Which paths will the comments of an open text have once it is sealed?
 *
 * The sealed text decides, since that is what sops reads: values become one line, and the `sops` block below the last
 * comment makes a foot of it, or no longer one. So the sealed text is laid out with stand-ins and read.
 */
import type { Leaf, Selects } from "../format.ts";
import { spliced } from "../json-edit.ts";
import { staysClear } from "../scalar.ts";
import { composeStream } from "./compose.ts";
import { leavesOf } from "./leaves.ts";
import { metadataPair } from "./walk.ts";
import { metadataSplices } from "./metadata.ts";
import type { Stream } from "./node.ts";

const ENC = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";
const METADATA = new Map([["version", "1"]]);

/** The leaves with the comments' paths, steps and order of the sealed layout. */
export function inSealedLayout(stream: Stream, leaves: readonly Leaf[], selects: Selects): readonly Leaf[] {
  const comments = leaves.filter(({ kind }) => kind === "comment").sort((a, b) => a.start - b.start);
  if (comments.length === 0) return leaves;
  const values = leaves.filter(({ kind }) => kind === "value");
  const sealed = values.filter((leaf) => !leaf.copy && !staysClear(leaf.scalar) && selects(leaf));
  const layout = composeStream(
    spliced(stream.text, [
      ...sealed.map((leaf) => ({ start: leaf.start, end: leaf.end, source: leaf.seal(ENC) })),
      ...(stream.documents.some(metadataPair) ? [] : metadataSplices(stream, METADATA)),
    ]),
  );
  const laidOut = leavesOf(layout, "open").leaves;
  const ranks = new Map(
    laidOut
      .filter(({ kind, copy }) => kind === "comment" && !copy)
      .sort((a, b) => a.start - b.start)
      .map((leaf, rank) => [leaf, comments[rank]] as const),
  );
  let value = 0;
  return laidOut.flatMap((leaf) => {
    if (leaf.kind === "value") return values[value++] ?? [];
    const own = ranks.get(leaf);
    return own === undefined ? [] : [moved(own, leaf)];
  });
}

/** The comment as it will stand. */
function moved(own: Leaf, { path, steps, place, document }: Leaf): Leaf {
  return { ...own, path, steps, place, document };
}
