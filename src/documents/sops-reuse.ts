/**
 * Which leaf of a new open text is which leaf of the old one, and what of it can stay?
 *
 * Between two leaves of the same path, place and open source the sealed source stays verbatim: ciphertext, quotes, block
 * header. For a value that moved or was requoted the ENC text stays: a nonce is used again only for the same additional
 * data, type and bytes under the same key, hence for the same ciphertext.
 */
import { sameDataKey, type DataKey } from "../crypto/data-key.ts";
import type { Leaf, Scalar } from "../formats/format.ts";
import type { OpenedDocument, OpenedLeaf } from "./sops-document.ts";

/** What a previous document offers, each of it once. */
export interface Reuse {
  /** Whether the data key is the same; if not, only the types of values carry over. */
  readonly sameKey: boolean;
  /** The predecessor of a leaf with this open source; its ENC text is no longer offered to others. */
  takeLeaf(leaf: Leaf, openSource: string): OpenedLeaf | undefined;
  /** An ENC text for this value that no leaf has taken. */
  takeEnc(aad: string, scalar: Scalar): string | undefined;
}

/** What can be reused of `previous` under this data key. */
export function reusable(previous: OpenedDocument | undefined, dataKey: DataKey): Reuse {
  const sameKey = previous !== undefined && sameDataKey(previous.dataKey, dataKey);
  const leaves = new Queues<OpenedLeaf>();
  const encs = new Queues<string>();
  for (const each of previous?.leaves ?? []) {
    if (each.state === "clear") continue;
    leaves.put(leafKey(each.leaf, each.openSource), each);
    if (sameKey && each.sealed !== undefined) encs.put(encKey(each.sealed.aad, each.scalar), each.sealed.enc);
  }
  return {
    sameKey,
    takeLeaf(leaf, openSource) {
      const before = leaves.take(leafKey(leaf, openSource));
      if (before?.sealed !== undefined) encs.remove(encKey(before.sealed.aad, before.scalar), before.sealed.enc);
      return before;
    },
    takeEnc: (aad, scalar) => encs.take(encKey(aad, scalar)),
  };
}

function leafKey(leaf: Leaf, openSource: string): string {
  return JSON.stringify([leaf.document, leaf.kind, leaf.place, leaf.path, openSource]);
}

function encKey(aad: string, scalar: Scalar): string {
  return `${scalar.type} ${Buffer.from(scalar.bytes).toString("base64")} ${aad}`;
}

/** First in, first out for each key, so that equal list elements keep theirs; a set each, so that removing is cheap. */
class Queues<T> {
  readonly #sets = new Map<string, Set<T>>();

  put(key: string, item: T): void {
    const set = this.#sets.get(key) ?? new Set();
    this.#sets.set(key, set.add(item));
  }

  take(key: string): T | undefined {
    const set = this.#sets.get(key);
    if (set === undefined) return undefined;
    for (const item of set) {
      set.delete(item);
      return item;
    }
    return undefined;
  }

  remove(key: string, item: T): void {
    this.#sets.get(key)?.delete(item);
  }
}
