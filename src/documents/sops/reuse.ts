/**
 * Which leaf of a new open text is which leaf of the old one, and what of it can stay?
 *
 * Between two leaves of the same path, place and open source the sealed source stays verbatim: ciphertext, quotes, block
 * header. For a value that moved or was requoted the ENC text stays: a nonce is used again only for the same additional
 * data, type and bytes under the same key, hence for the same ciphertext.
 */
import { sameDataKey, type DataKey } from "../../crypto/data-key.ts";
import type { Leaf, Scalar } from "../../formats/format.ts";
import type { OpenedDocument, OpenedLeaf } from "./document.ts";

/** A leaf of an earlier document, and whether the data key is the same; if not, only the type of its value carries over. */
export type ReusableLeaf = OpenedLeaf & { readonly sameKey: boolean };

/** What earlier documents offer, each of it once. */
export interface Reuse {
  /** The predecessor of a leaf with this open source. */
  takeLeaf(leaf: Leaf, openSource: string): ReusableLeaf | undefined;
  /** An ENC text for this value whose leaf nobody has taken. After the first of these no leaf can be taken. */
  takeEnc(aad: string, scalar: Scalar): string | undefined;
}

/** What can be reused of these documents under this data key; of what several have, that of the first. */
export function reusable(earlier: readonly OpenedDocument[], dataKey: DataKey): Reuse {
  const standing: ReusableLeaf[] = [];
  for (const document of earlier) {
    const sameKey = sameDataKey(document.dataKey, dataKey);
    // What both sides of a merge have is offered once: twice in a document it would be one nonce for two values.
    const known = new Set(standing.map(({ sealed }) => sealed?.enc));
    const offered = document.leaves.filter(
      ({ state, sealed }) => state !== "clear" && !(sealed && known.has(sealed.enc)),
    );
    standing.push(...offered.map((leaf) => ({ ...leaf, sameKey })));
  }
  const leaves = queued(standing, ({ leaf, openSource }) => leafKey(leaf, openSource));
  const taken = new Set<OpenedLeaf>();
  let encs: ReadonlyMap<string, OpenedLeaf[]> | undefined;
  return {
    takeLeaf(leaf, openSource) {
      const before = leaves.get(leafKey(leaf, openSource))?.pop();
      if (before !== undefined) taken.add(before);
      return before;
    },
    takeEnc(aad, scalar) {
      encs ??= queued(
        standing.filter((each) => each.sameKey && !taken.has(each)),
        (each) => encKey(each.sealed?.aad ?? "", each.scalar),
      );
      return encs.get(encKey(aad, scalar))?.pop()?.sealed?.enc;
    },
  };
}

/** Lists by key; the last of each list is the first in the document, so that equal list elements keep theirs. */
function queued<T extends OpenedLeaf>(leaves: readonly T[], keyOf: (leaf: T) => string): ReadonlyMap<string, T[]> {
  const queues = new Map<string, T[]>();
  for (const leaf of leaves.toReversed()) {
    const key = keyOf(leaf);
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [leaf]);
    else queue.push(leaf);
  }
  return queues;
}

function leafKey(leaf: Leaf, openSource: string): string {
  return JSON.stringify([leaf.document, leaf.kind, leaf.place, leaf.path, openSource]);
}

function encKey(aad: string, scalar: Scalar): string {
  return `${scalar.type} ${Buffer.from(scalar.bytes).toString("base64")} ${aad}`;
}
