/**
 * Which comment belongs to which token?
 *
 * sops takes a comment's place from go-yaml v3.0.4, and the place is what the comment is sealed with (sops.md 1.4). So the
 * rules here are go-yaml's, its oddities included: how far it looks (512 blanks), that a CRLF counts as an empty line behind
 * a comment line, that lines of one piece are counted from the piece's first line.
 */
import { DOCUMENT_LIMITS } from "../../limits.ts";
import { isBlank, isBreak, isBreakOrEnd } from "./characters.ts";
import { checkCount, codeAt, markOf, moveTo, step, stepLine, type Cursor, type Mark } from "./cursor.ts";
import type { CommentLine, Scanner, Token, WaitingComment } from "./token.ts";

const REACH = 512;

/** Takes a comment that follows on the line of the token just scanned; it belongs to the token at offset `token`. */
export function scanLineComment(scanner: Scanner, token: number): void {
  const { cursor, comments } = scanner;
  if (cursor.breaks > 0) return;
  let ahead = 0;
  while (ahead < REACH && isBlank(codeAt(cursor, ahead))) ahead += 1;
  if (ahead === REACH || codeAt(cursor, ahead) !== 0x23) return;
  cursor.index += ahead;
  const start = markOf(cursor);
  comments.push({ kind: "line", lines: [takeLine(cursor)], token, scan: 0, start, end: 0 });
}

/** Moves over the comment line at the cursor. */
function takeLine(cursor: Cursor): CommentLine {
  const { index: start, line } = cursor;
  cursor.comments += 1;
  checkCount(cursor.comments, DOCUMENT_LIMITS.comments, cursor);
  let end = start;
  while (!isBreakOrEnd(codeAt(cursor, end - start))) end += 1;
  moveTo(cursor, end);
  return { start, end, line: line + 1, column: start - cursor.lineStart + 1 };
}

/** The comment being collected. `column` counts from 1. */
interface Piece {
  lines: CommentLine[];
  start: Mark;
  scan: number;
  token: number;
}

/** What the search looks at: an offset ahead of the cursor, with its own idea of line and column. */
interface Look {
  ahead: number;
  line: number;
  column: number;
  emptyBefore: boolean;
  firstEmpty: boolean;
  /** The line where a piece has to begin to be a foot of the content before. */
  readonly footLine: number;
}

/**
 * Takes all comment lines from the cursor, which stands at a `#`, to the next content, and decides what is a foot of the
 * content before and what a head of the content behind.
 * @param scan where the search for the next token began.
 */
export function scanComments(scanner: Scanner, scan: Mark): void {
  const { cursor } = scanner;
  const prior = priorToken(scanner);
  const mark = markOf(cursor);
  const start: Mark = { index: 0, line: 0, column: 0 };
  const piece: Piece = { lines: [], start, scan: scan.index, token: prior.start.index };
  const look: Look = {
    ahead: 0,
    line: mark.line,
    column: mark.column,
    emptyBefore: false,
    firstEmpty: cursor.breaks <= 1,
    // Behind a bare `key:` a comment is never a foot of the key.
    footLine: prior.kind === "value" ? -2 : footLineOf(cursor, scan),
  };
  for (; look.ahead < REACH; look.ahead += 1) {
    look.column += 1;
    const code = codeAt(cursor, look.ahead);
    if (isBlank(code)) continue;
    const closes = scanner.flowLevel > 0 && (code === 0x5d || code === 0x7d);
    if (closes || isBreakOrEnd(code)) {
      if (closes || !look.emptyBefore) meetEmptyLine(scanner, piece, { look, closes });
      if (!isBreak(code)) break;
      Object.assign(look, { firstEmpty: false, emptyBefore: true, column: 0, line: look.line + 1 });
      continue;
    }
    // A comment at another column, left of what is open, begins a new piece.
    if (look.column - 1 < openColumn(scanner) && look.column !== piece.start.column) finishFoot(scanner, piece, look);
    if (code !== 0x23) break;
    takePiece(cursor, piece, look);
  }
  if (piece.lines.length === 0) return;
  const end = cursor.index + look.ahead - 1;
  const { lines, scan: from } = piece;
  scanner.comments.push({ kind: "head", lines, token: piece.start.index, scan: from, start: piece.start, end });
}

/** An empty line or a closing bracket behind the piece: the piece is a foot, or goes on with a gap in it. */
function meetEmptyLine(
  scanner: Scanner,
  piece: Piece,
  { look, closes }: { readonly look: Look; readonly closes: boolean },
): void {
  if (piece.lines.length === 0) return;
  const dedented = piece.start.column - 1 < openColumn(scanner);
  if (closes || (look.firstEmpty && (piece.start.line === look.footLine || dedented))) {
    if (dedented) piece.token = piece.start.index;
    finishFoot(scanner, piece, look);
  } else if (codeAt(scanner.cursor, look.ahead) !== 0) {
    const at = scanner.cursor.index + look.ahead;
    piece.lines.push({ start: at, end: at, line: 0, column: 0 });
  }
}

/** Takes one more comment line into the piece, and looks on from the line break behind it. */
function takePiece(cursor: Cursor, piece: Piece, look: Look): void {
  const index = cursor.index + look.ahead;
  if (piece.lines.length === 0) piece.start = { index, line: look.line, column: look.column };
  look.emptyBefore = false;
  while (cursor.index < index) {
    if (isBreak(codeAt(cursor))) stepLine(cursor);
    else step(cursor);
  }
  piece.lines.push(takeLine(cursor));
  look.ahead = 0;
  look.column = 0;
  look.line = cursor.line;
}

/** Ends the piece as a foot of what came before; what follows is looked for from here. */
function finishFoot(scanner: Scanner, piece: Piece, look: Look): void {
  if (piece.lines.length === 0) return;
  const { lines, start, token, scan } = piece;
  const end = scanner.cursor.index + look.ahead;
  scanner.comments.push({ kind: "foot", lines, token, scan, start, end });
  piece.scan = end;
  piece.token = end;
  piece.lines = [];
}

/** The token that a foot belongs to; a comma stands for the value before it. */
function priorToken(scanner: Scanner): Token {
  const { tokens } = scanner;
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last === undefined) throw new RangeError("comments are looked for before the stream began");
  return last.kind === "flow-entry" && before !== undefined ? before : last;
}

/** The line where a comment has to begin to count as standing right below the content before. */
function footLineOf(cursor: Cursor, scan: Mark): number {
  if (scan.line === 0) return -1;
  const line = cursor.line - cursor.breaks + 1;
  return cursor.breaks === 0 && cursor.index - cursor.lineStart > 1 ? line + 1 : line;
}

function openColumn(scanner: Scanner): number {
  return Math.max(scanner.indent, 0);
}

/**
 * The offset where the collection at column `indent` ends: before the comments at its own column that were found since
 * `stop`, so that those are feet of what is around it.
 */
export function blockEndOf(scanner: Scanner, stop: number): Mark | undefined {
  let found: Mark | undefined;
  let reach = stop;
  for (let at = scanner.comments.length - 1; at >= 0; at -= 1) {
    const comment = scanner.comments[at];
    if (comment === undefined || comment.end < reach) break;
    if (comment.start.column === scanner.indent + 1) found = comment.start;
    reach = comment.scan;
  }
  return found;
}

/** In `- # text` the comment belongs to what stands below, where something stands right below. */
export function liftEntryComment(scanner: Scanner): void {
  const { tokens, comments, cursor } = scanner;
  const comment: WaitingComment | undefined = comments.at(-1);
  if (comment?.kind !== "line" || tokens.length < 2) return;
  if (tokens.at(-1)?.kind !== "block-entry" || tokens.at(-2)?.kind !== "block-sequence") return;
  if (isBreak(codeAt(cursor))) return;
  comment.kind = "head";
  if (comment.start.line === cursor.line - 1) comment.token = cursor.index;
}
