/**
 * What has the composer met so far, and what comes next?
 */
import { malformedAt } from "../place.ts";
import type { Property, SequenceNode, YamlNode } from "./node.ts";
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
  head: readonly CommentLine[];
  line: readonly CommentLine[];
  foot: readonly CommentLine[];
  /** Comments above `- ` that belong to the collection behind it. */
  stem: readonly CommentLine[];
  readonly anchors: Map<string, YamlNode>;
  handles: Map<string, string>;
  depth: number;
  /** Composes the node at the next token, whatever it is. */
  readonly node: (composer: Composer, context: Context) => YamlNode;
}

export const NO_LINES: readonly CommentLine[] = [];
/** The next token; comments found before it begin to wait for a node. */
export function peek(composer: Composer): Token {
  const { scanner } = composer;
  if (!composer.ready) fillQueue(scanner);
  composer.ready = true;
  const token = scanner.tokens[scanner.head];
  if (token === undefined) throw malformedAt("the text ends too early", scanner.cursor.line + 1);
  for (; scanner.commentsHead < scanner.comments.length; scanner.commentsHead += 1) {
    const comment = scanner.comments[scanner.commentsHead];
    if (comment === undefined || token.start.index < comment.token) break;
    // The end of a block has no head: it goes to what follows.
    if (comment.kind === "head" && token.kind === "block-end") break;
    if (comment.kind === "head") composer.head = joined(composer.head, comment.lines);
    else if (comment.kind === "foot") composer.foot = joined(composer.foot, comment.lines);
    else composer.line = joined(composer.line, comment.lines);
    Object.assign(comment, { kind: "taken", end: 0, scan: 0, start: { index: 0, line: 0, column: 0 } });
  }
  return token;
}

/** Takes the token that `peek` showed. */
export function take(composer: Composer): void {
  composer.ready = false;
  takeToken(composer.scanner);
}

function joined(a: readonly CommentLine[], b: readonly CommentLine[]): readonly CommentLine[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b];
}

/** The comments that wait, which no longer do. */
export function takeComments(composer: Composer): Pick<Composer, "head" | "line" | "foot"> {
  const { head, line, foot } = composer;
  composer.head = composer.line = composer.foot = composer.stem = NO_LINES;
  return { head, line, foot };
}

/** What all nodes have. */
export type Base = Pick<
  YamlNode,
  "start" | "end" | "line" | "column" | "tag" | "anchor" | "head" | "inline" | "foot" | "lost"
>;

/** A node without comments. */
export function baseOf({ tag, anchor, start, end }: Properties): Base {
  const { index, line, column } = start.start;
  return {
    start: index,
    end,
    line: line + 1,
    column: column + 1,
    tag,
    anchor,
    head: NO_LINES,
    inline: NO_LINES,
    foot: NO_LINES,
    lost: [],
  };
}

/** A list without items. */
export function sequenceOf(base: Base, token: Token, flow: boolean): SequenceNode {
  return { ...base, kind: "sequence", flow, opens: token.start.index, items: [], dashes: [] };
}

/** A value without text at an offset. */
export function emptyScalar(base: Base, at: number): YamlNode {
  return {
    ...base,
    kind: "scalar",
    style: "plain",
    value: "",
    contentStart: at,
    absent: true,
    block: undefined,
    end: at,
  };
}

/** The value that is not there: it stands at the end of `token`. Comments go on waiting. */
export function absent(token: Token, at = token.start.index): YamlNode {
  const place = { tag: undefined, anchor: undefined, start: token, end: at };
  return { ...emptyScalar(baseOf(place), at), start: at };
}
