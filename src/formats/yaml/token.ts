/**
 * What does the scanner hand to the composer?
 */
import { cursorOf, type Cursor, type Mark } from "./cursor.ts";

export type TokenKind =
  | "stream-start"
  | "stream-end"
  | "version-directive"
  | "tag-directive"
  | "document-start"
  | "document-end"
  | "block-sequence"
  | "block-mapping"
  | "block-end"
  | "flow-sequence"
  | "flow-sequence-end"
  | "flow-mapping"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

/** The parts of a block scalar. */
export interface BlockBody {
  /** The offset behind `|-2`. */
  readonly headerEnd: number;
  /** Whether a comment stands in the header line. */
  readonly comment: boolean;
  /** Whether it has no content line at all. */
  readonly empty: boolean;
  /** Behind the last content line, before its line break; behind the header where there is none. */
  readonly end: number;
  /** The content's column. */
  readonly indent: number;
  /** The indentation digit of the header, 0 for none. */
  readonly digit: number;
  readonly chomp: "clip" | "strip" | "keep";
}

export interface Token {
  readonly kind: TokenKind;
  readonly start: Mark;
  /** The offset behind it; of a scalar: behind its content. */
  readonly end: number;
  /** A scalar's value, an anchor's or alias's name, a tag's handle, a directive's handle. */
  readonly value: string;
  /** A tag's suffix, a directive's prefix. */
  readonly suffix: string;
  readonly style: ScalarStyle;
  readonly block: BlockBody | undefined;
}

/** One line of a comment, `#` included; an empty one (`start` equals `end`) stands for blank lines between two pieces. */
export interface CommentLine {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A comment that waits for the token that it belongs to. */
export interface WaitingComment {
  kind: "head" | "line" | "foot" | "taken";
  lines: readonly CommentLine[];
  /** It goes to the first token that is taken from here on. */
  token: number;
  /** Where the search for comments began; 0 for line comments. */
  scan: number;
  start: Mark;
  /** The offset behind it; 0 for line comments. */
  end: number;
}

/** A place where a key may begin without `?`. */
export interface SimpleKey {
  possible: boolean;
  required: boolean;
  token: number;
  mark: Mark;
}

export interface Scanner {
  readonly cursor: Cursor;
  /** The queue: tokens before `head` are taken. */
  tokens: Token[];
  head: number;
  /** How many tokens were taken in all. */
  taken: number;
  started: boolean;
  ended: boolean;
  /** The column of the innermost open block collection, -1 for none, and those around it. */
  indent: number;
  readonly indents: number[];
  flowLevel: number;
  keyAllowed: boolean;
  readonly keys: SimpleKey[];
  /** Position in `keys` by token number. */
  readonly keyByToken: Map<number, number>;
  readonly comments: WaitingComment[];
  commentsHead: number;
}

/** A scanner at the beginning of a text. */
export function scannerOf(text: string): Scanner {
  return {
    cursor: cursorOf(text),
    tokens: [],
    head: 0,
    taken: 0,
    started: false,
    ended: false,
    indent: -1,
    indents: [],
    flowLevel: 0,
    keyAllowed: true,
    keys: [{ possible: false, required: false, token: 0, mark: { index: 0, line: 0, column: 0 } }],
    keyByToken: new Map(),
    comments: [],
    commentsHead: 0,
  };
}

/** A token without a value. */
export function bare(kind: TokenKind, start: Mark, end: number): Token {
  return { kind, start, end, value: "", suffix: "", style: "plain", block: undefined };
}

/** A token with a value and perhaps a suffix. */
export function named(token: Token, value: string, suffix = ""): Token {
  return { ...token, value, suffix };
}
