/**
 * Which tree do the tokens inside `[ ]` and `{ }` make?
 */
import { addPair } from "./compose-block.ts";
import { absent, joined, mappingNode, peek, take, takeComments, type Composer } from "./composer.ts";
import { wrong } from "./cursor.ts";
import type { MappingNode, SequenceNode, YamlNode } from "./node.ts";
import type { Token, TokenKind } from "./token.ts";

const IN_FLOW = { block: false, indentless: false };

/** Composes the items of a list whose `[` is next. */
export function composeFlowSequence(composer: Composer, node: SequenceNode): SequenceNode {
  peek(composer);
  take(composer);
  for (let first = true; ; first = false) {
    const token = nextEntry(composer, first, "flow-sequence-end");
    if (token.kind === "flow-sequence-end") break;
    node.dashes.push(token.start.index);
    node.items.push(token.kind === "key" ? composeSinglePair(composer, token) : composer.node(composer, IN_FLOW));
  }
  return closed(composer, node);
}

/** Composes the entries of a mapping whose `{` is next. */
export function composeFlowMapping(composer: Composer, node: MappingNode): MappingNode {
  peek(composer);
  take(composer);
  for (let first = true; ; first = false) {
    const token = nextEntry(composer, first, "flow-mapping-end");
    if (token.kind === "flow-mapping-end") break;
    if (token.kind !== "key") {
      const key = composer.node(composer, IN_FLOW);
      addPair(node, { start: token.start.index, key, value: absent(peek(composer), key.end) });
      continue;
    }
    take(composer);
    const next = peek(composer);
    const key = NO_KEY_IN_MAPPING.has(next.kind) ? absent(next) : composer.node(composer, IN_FLOW);
    addPair(node, { start: token.start.index, key, value: composeValue(composer, "flow-mapping-end", key.end) });
  }
  return closed(composer, node);
}

const NO_KEY_IN_MAPPING: ReadonlySet<TokenKind> = new Set<TokenKind>(["value", "flow-entry", "flow-mapping-end"]);
const NO_KEY_IN_SEQUENCE: ReadonlySet<TokenKind> = new Set<TokenKind>(["value", "flow-entry", "flow-sequence-end"]);

/** The token that begins the next entry, behind its comma, or the closing one. */
function nextEntry(composer: Composer, first: boolean, closes: TokenKind): Token {
  const token = peek(composer);
  if (token.kind === closes || first) return token;
  if (token.kind !== "flow-entry") throw wrong(token.start, "a comma or a closing bracket is expected here");
  take(composer);
  return peek(composer);
}

/** `[a: b]`: a mapping of one pair without braces. */
function composeSinglePair(composer: Composer, token: Token): MappingNode {
  take(composer);
  const next = peek(composer);
  if (NO_KEY_IN_SEQUENCE.has(next.kind)) throw wrong(next.start, "a key is missing inside brackets");
  const opens = token.start.index;
  const node = mappingNode({ tag: undefined, anchor: undefined, start: token, end: token.end }, token);
  const key = composer.node(composer, IN_FLOW);
  const value = composeValue(composer, "flow-sequence-end", key.end);
  peek(composer);
  addPair(node, { start: opens, key, value });
  return node;
}

function composeValue(composer: Composer, closes: TokenKind, keyEnd: number): YamlNode {
  const token = peek(composer);
  if (token.kind !== "value") return absent(token, keyEnd);
  take(composer);
  const next = peek(composer);
  if (next.kind === "flow-entry" || next.kind === closes) return absent(next, token.end);
  return composer.node(composer, IN_FLOW);
}

/** Takes the closing bracket. go-yaml forgets what it hung on the opening one. */
function closed<T extends SequenceNode | MappingNode>(composer: Composer, node: T): T {
  const { head, line, foot } = takeComments(composer);
  const token = peek(composer);
  take(composer);
  node.lost = joined(joined(node.lost, node.inline), joined(node.foot, head));
  node.inline = line;
  node.foot = foot;
  node.end = token.end;
  return node;
}
