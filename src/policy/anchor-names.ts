/**
 * By which anchors does this policy call its keys?
 *
 * Policies for stock sops have no names, but most write their keys once, behind an anchor: `- &alice age1…`. What is anchored so
 * is called by it, wherever no user or host holds the key. It is a name to be read and nothing else: rules cannot use it. Pure.
 */
import { expected } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { lookAlike } from "./look-alikes.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import type { ReadRecipient } from "./recipient-text.ts";
import type { YamlNode, YamlText } from "./yaml-node.ts";

/** A key with the anchor that it stands behind. */
export interface AnchoredKey {
  readonly name: string;
  readonly key: Recipient;
}

/**
 * By `Recipient.id`. Left out is what could mislead: an anchor that is set twice, that somebody else has as a name, or that looks
 * like one.
 * @param taken The names of users, hosts and teams.
 */
export async function anchorNames(
  top: YamlNode,
  recipient: ReadRecipient,
  taken: Iterable<string>,
): Promise<ReadonlyMap<string, AnchoredKey>> {
  const owners = new Map<string, Recipient | undefined>();
  for (const node of anchored(top)) {
    const key = await usable(node, recipient);
    const known = owners.get(node.anchor);
    if (key === undefined || (owners.has(node.anchor) && known?.id !== key.id)) owners.set(node.anchor, undefined);
    else owners.set(node.anchor, key);
  }
  const usedOnce = [...owners].filter((owner): owner is [string, Recipient] => owner[1] !== undefined);
  const names = new Map<string, AnchoredKey>();
  for (const anchor of clear(
    usedOnce.map(([name]) => name),
    [...taken],
  )) {
    const key = owners.get(anchor);
    if (key !== undefined && !names.has(key.id)) names.set(key.id, { name: anchor, key });
  }
  return names;
}

/** More slips than these are no slips. */
const MOST_ALIKE = 20;

/** The anchors that nobody can take for another name. */
function clear(anchors: readonly string[], taken: readonly string[]): readonly string[] {
  let left = anchors.filter((anchor) => !taken.includes(anchor) && !looksLikeRecipient(anchor));
  for (let tries = 0; tries < MOST_ALIKE; tries += 1) {
    const alike = lookAlike([...taken, ...left].map((name) => ({ name })));
    if (alike === undefined) return left;
    left = left.filter((anchor) => anchor !== alike.later.name);
  }
  return [];
}

function usable(node: YamlText, recipient: ReadRecipient): Promise<Recipient | undefined> {
  return recipient(node, "the key").catch((error: unknown) => void expected(error));
}

type Anchored = YamlText & { readonly anchor: string };

/** The keys with an anchor, in the order of the text; what is anchored as a whole is looked at once. */
function anchored(node: YamlNode, seen = new Set<object>()): Anchored[] {
  if (node.kind === "empty") return [];
  if (node.kind === "text") return isAnchoredKey(node) ? [node] : [];
  const parts = node.kind === "list" ? node.items : node.entries;
  if (seen.has(parts)) return [];
  seen.add(parts);
  return node.kind === "list"
    ? node.items.flatMap((item) => anchored(item, seen))
    : node.entries.flatMap(({ value }) => anchored(value, seen));
}

function isAnchoredKey(node: YamlText): node is Anchored {
  return node.anchor !== undefined && looksLikeRecipient(node.text);
}
