/**
 * What has the composer met so far, and what comes next?
 */
import { malformedAt } from "../place.ts";
import type { AliasNode, MappingNode, Property, ScalarNode, SequenceNode, YamlNode } from "./node.ts";
import type { Mark } from "./cursor.ts";
import { fillQueue, takeToken } from "./scan.ts";
import type { CommentLine, Scanner, Token } from "./token.ts";

/** Where a node stands: `indentless` lists may begin at their key's column. */
export interface Context {
  readonly block: boolean;
  readonly indentless: boolean;
}

/** What stands in front of a node. */
export interface Properties {
  readonly tag: Property | undefined;
  readonly anchor: Property | undefined;
  readonly start: Token;
  readonly end: number;
}

/** The state of composing. `head`, `line` and `foot` are comments that were met and wait for a node. */
export interface Composer {
  readonly scanner: Scanner;
  ready: boolean;
  head: CommentLine[];
  line: CommentLine[];
  foot: CommentLine[];
  /** Comments above `- ` that belong to the collection behind it. */
  stem: readonly CommentLine[];
  readonly anchors: Map<string, YamlNode>;
  handles: Map<string, string>;
  depth: number;
  /** Composes the node at the next token, whatever it is. */
  readonly node: (composer: Composer, context: Context) => YamlNode;
}

const START: Mark = { index: 0, line: 0, column: 0 };
export const NO_LINES: readonly CommentLine[] = [];
/** The next token; comments found before it begin to wait for a node. */
export function peek(composer: Composer): Token {
  const { scanner } = composer;
  if (!composer.ready) fillQueue(scanner);
  composer.ready = true;
  const token = scanner.tokens[scanner.head];
  if (token === undefined) throw malformedAt("unexpected end of the text", scanner.cursor.line + 1);
  for (; scanner.commentsHead < scanner.comments.length; scanner.commentsHead += 1) {
    const comment = scanner.comments[scanner.commentsHead];
    if (comment === undefined || token.start.index < comment.token) break;
    // The end of a block has no head: it goes to what follows.
    if (comment.kind === "head" && token.kind === "block-end") break;
    if (comment.kind === "head") composer.head = grown(composer.head, comment.lines);
    else if (comment.kind === "foot") composer.foot = grown(composer.foot, comment.lines);
    else composer.line = grown(composer.line, comment.lines);
    comment.kind = "taken";
    comment.end = comment.scan = 0;
    comment.start = START;
  }
  return token;
}

/** Takes the token that `peek` showed. */
export function take(composer: Composer): void {
  composer.ready = false;
  takeToken(composer.scanner);
}

/** The waiting comments with more of them, in place: there may be very many. */
function grown(waiting: CommentLine[], lines: readonly CommentLine[]): CommentLine[] {
  for (const line of lines) waiting.push(line);
  return waiting;
}

/** Both, one after the other. */
export function joined(a: readonly CommentLine[], b: readonly CommentLine[]): readonly CommentLine[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b];
}

/** Comments that go to a node. */
export interface Hung {
  readonly head: readonly CommentLine[];
  readonly line: readonly CommentLine[];
  readonly foot: readonly CommentLine[];
}

/** The comments that wait, which no longer do. */
export function takeComments(composer: Composer): Hung {
  const { head, line, foot } = composer;
  composer.stem = NO_LINES;
  if (head.length === 0 && line.length === 0 && foot.length === 0) return NONE;
  composer.head = [];
  composer.line = [];
  composer.foot = [];
  return { head, line, foot };
}

const NONE: Hung = { head: NO_LINES, line: NO_LINES, foot: NO_LINES };

// Nodes are written out in full: a document has hundreds of thousands, and spread objects are slow ones.

/** A scalar. @param token its text, with the offset where that begins; nothing where it has none */
export function scalarNode(
  { tag, anchor, start: { start } }: Properties,
  token: Pick<Token, "end" | "style" | "value" | "block"> & {
    readonly start: Pick<Mark, "index">;
    readonly absent?: true;
  },
  comments: Hung,
): ScalarNode {
  const absent = token.absent === true;
  return {
    kind: "scalar",
    start: absent && tag === undefined && anchor === undefined ? token.end : start.index,
    end: token.end,
    line: start.line + 1,
    column: start.column + 1,
    tag,
    anchor,
    head: comments.head,
    inline: comments.line,
    foot: comments.foot,
    lost: NO_LINES,
    style: token.style,
    value: token.value,
    contentStart: token.start.index,
    absent,
    block: token.block,
    typed: undefined,
  };
}

/** A value without text, behind its properties or at the end of `at.start`. Comments go on waiting. */
export function emptyScalar(properties: Properties): ScalarNode {
  const { end } = properties;
  const nothing = { start: { index: end }, end, style: "plain", value: "", block: undefined, absent: true } as const;
  return scalarNode(properties, nothing, NONE);
}

/** The value that is not there: it stands at offset `end`. */
export function absent(token: Token, end = token.start.index): ScalarNode {
  return emptyScalar({ tag: undefined, anchor: undefined, start: token, end });
}

/** A list without items. */
export function sequenceNode(
  { tag, anchor, start: { start }, end }: Properties,
  token: Token,
  comments: Hung = NONE,
): SequenceNode {
  return {
    kind: "sequence",
    start: start.index,
    end,
    line: start.line + 1,
    column: start.column + 1,
    tag,
    anchor,
    head: comments.head,
    inline: comments.line,
    foot: comments.foot,
    lost: NO_LINES,
    flow: token.kind === "flow-sequence",
    opens: token.start.index,
    indent: token.start.column,
    items: [],
    dashes: [],
  };
}

/** A mapping without entries. */
export function mappingNode(
  { tag, anchor, start: { start }, end }: Properties,
  token: Token,
  comments: Hung = NONE,
): MappingNode {
  return {
    kind: "mapping",
    start: start.index,
    end,
    line: start.line + 1,
    column: start.column + 1,
    tag,
    anchor,
    head: comments.head,
    inline: comments.line,
    foot: comments.foot,
    lost: NO_LINES,
    flow: token.kind !== "block-mapping",
    opens: token.start.index,
    indent: token.start.column,
    pairs: [],
  };
}

/** Another place of a node that has an anchor. */
export function aliasNode({ start, end }: Token, target: YamlNode, comments: Hung): AliasNode {
  const { head, line: inline, foot } = comments;
  const place = { start: start.index, end, line: start.line + 1, column: start.column + 1 };
  return { kind: "alias", ...place, tag: undefined, anchor: undefined, head, inline, foot, lost: NO_LINES, target };
}
