/**
 * Which tree do the tokens of an indented list or mapping make?
 */
import { absent, joined, NO_LINES, peek, take, takeComments, type Composer } from "./composer.ts";
import { wrong } from "./cursor.ts";
import type { MappingNode, Pair, SequenceNode, YamlNode } from "./node.ts";
import type { TokenKind } from "./token.ts";

/**
 * Composes the entries of a list whose opening token is next.
 * @param indentless the list stands at its key's column and has no token of its own at either end.
 */
export function composeSequence(composer: Composer, node: SequenceNode, indentless: boolean): SequenceNode {
  if (!indentless) {
    peek(composer);
    take(composer);
  }
  const noItem: ReadonlySet<TokenKind> = indentless ? NO_INDENTLESS_ITEM : NO_ITEM;
  for (let token = peek(composer); token.kind === "block-entry"; token = peek(composer)) {
    const above = composer.head.length;
    take(composer);
    splitStem(composer, above);
    const next = peek(composer);
    node.dashes.push(token.start.index);
    const item = noItem.has(next.kind)
      ? absent(token, token.end)
      : composer.node(composer, { block: true, indentless: false });
    node.items.push(item);
    node.end = Math.max(item.end, token.end);
  }
  if (!indentless) {
    const token = peek(composer);
    if (token.kind !== "block-end") throw wrong(token.start, "this does not fit the list above it");
    take(composer);
  }
  node.inline = node.foot = NO_LINES;
  return node;
}

const NO_ITEM: ReadonlySet<TokenKind> = new Set<TokenKind>(["block-entry", "block-end"]);
const NO_INDENTLESS_ITEM: ReadonlySet<TokenKind> = new Set<TokenKind>(["block-entry", "key", "value", "block-end"]);
const NO_NODE: ReadonlySet<TokenKind> = new Set<TokenKind>(["key", "value", "block-end"]);

/** What stood above `- ` belongs to the collection that begins behind it as a whole. */
function splitStem(composer: Composer, above: number): void {
  if (above === 0) return;
  const { kind } = peek(composer);
  if (kind !== "block-sequence" && kind !== "block-mapping") return;
  composer.stem = composer.head.slice(0, above);
  composer.head = composer.head.slice(above);
}

/** Composes the entries of a mapping whose opening token is next. */
export function composeMapping(composer: Composer, node: MappingNode): MappingNode {
  peek(composer);
  take(composer);
  for (let token = peek(composer); token.kind === "key"; token = peek(composer)) {
    take(composer);
    const next = peek(composer);
    const key = NO_NODE.has(next.kind)
      ? absent(token, token.end)
      : composer.node(composer, { block: true, indentless: true });
    liftFoot(node, key);
    const value = composeValue(composer);
    addPair(node, { start: token.start.index, key, value });
  }
  const token = peek(composer);
  if (token.kind !== "block-end") throw wrong(token.start, "a key is expected here");
  const { head, line, foot } = takeComments(composer);
  take(composer);
  node.inline = line;
  node.lost = joined(node.lost, head);
  const last = node.pairs.at(-1);
  if (foot.length > 0 && last !== undefined) {
    node.lost = joined(node.lost, last.key.foot);
    last.key.foot = foot;
  } else node.foot = foot;
  return node;
}

function composeValue(composer: Composer): YamlNode {
  const token = peek(composer);
  if (token.kind !== "value") return absent(token);
  take(composer);
  const next = peek(composer);
  if (NO_NODE.has(next.kind)) return absent(token, token.end);
  return composer.node(composer, { block: true, indentless: true });
}

/** A foot found at a key belongs to the entry before it. */
function liftFoot(node: MappingNode, key: YamlNode): void {
  const before = node.pairs.at(-1);
  if (key.foot.length === 0 || before === undefined) return;
  node.lost = joined(node.lost, before.key.foot);
  before.key.foot = key.foot;
  key.foot = NO_LINES;
}

/** Adds an entry; a foot of its value becomes the key's. */
export function addPair(node: MappingNode, pair: Pair): void {
  const { key, value } = pair;
  node.pairs.push(pair);
  node.end = value.end;
  if (key.foot.length > 0 || value.foot.length === 0) return;
  key.foot = value.foot;
  value.foot = NO_LINES;
}
