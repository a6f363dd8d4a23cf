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

/** What a previous document offers, each of it once. */
export interface Reuse {
  /** Whether the data key is the same; if not, only the types of values carry over. */
  readonly sameKey: boolean;
  /** The predecessor of a leaf with this open source. */
  takeLeaf(leaf: Leaf, openSource: string): OpenedLeaf | undefined;
  /** An ENC text for this value whose leaf nobody has taken. After the first of these no leaf can be taken. */
  takeEnc(aad: string, scalar: Scalar): string | undefined;
}

/** What can be reused of `previous` under this data key. */
export function reusable(previous: OpenedDocument | undefined, dataKey: DataKey): Reuse {
  const sameKey = previous !== undefined && sameDataKey(previous.dataKey, dataKey);
  const standing = (previous?.leaves ?? []).filter(({ state }) => state !== "clear");
  const leaves = queued(standing, ({ leaf, openSource }) => leafKey(leaf, openSource));
  const taken = new Set<OpenedLeaf>();
  let encs: ReadonlyMap<string, OpenedLeaf[]> | undefined;
  return {
    sameKey,
    takeLeaf(leaf, openSource) {
      const before = leaves.get(leafKey(leaf, openSource))?.pop();
      if (before !== undefined) taken.add(before);
      return before;
    },
    takeEnc(aad, scalar) {
      if (!sameKey) return undefined;
      encs ??= queued(
        standing.filter((each) => !taken.has(each)),
        (each) => encKey(each.sealed?.aad ?? "", each.scalar),
      );
      return encs.get(encKey(aad, scalar))?.pop()?.sealed?.enc;
    },
  };
}

/** Lists by key; the last of each list is the first in the document, so that equal list elements keep theirs. */
function queued(leaves: readonly OpenedLeaf[], keyOf: (leaf: OpenedLeaf) => string): ReadonlyMap<string, OpenedLeaf[]> {
  const queues = new Map<string, OpenedLeaf[]>();
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
