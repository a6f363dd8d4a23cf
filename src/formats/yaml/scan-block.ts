/**
 * What does a literal or folded block say, and where do its header and its body lie?
 */
import { breakText, isBlank, isBreak, isBreakOrEnd, isDigit, SPACE, TAB } from "./characters.ts";
import { codeAt, columnOf, markOf, moveTo, step, stepLine, wrong, type Mark } from "./cursor.ts";
import { scanLineComment } from "./scan-comments.ts";
import { bare, type BlockBody, type Scanner, type Token } from "./token.ts";

const BLANKS = /^[ \t]*$/;

interface Header {
  readonly chomp: BlockBody["chomp"];
  readonly digit: number;
  readonly end: number;
  readonly comment: boolean;
}

/** Scans the block scalar whose `|` or `>` stands at the cursor. */
export function scanBlockScalar(scanner: Scanner, style: "literal" | "folded"): Token {
  const start = markOf(scanner.cursor);
  const header = scanHeader(scanner, start);
  const body = scanBody(scanner, { header, literal: style === "literal" });
  const { chomp, digit, end: headerEnd, comment } = header;
  const { value, indent, empty, end } = body;
  const block: BlockBody = { headerEnd, comment, empty, end, indent, digit, chomp };
  return { ...bare("scalar", start, end), value, style, block };
}

function scanHeader(scanner: Scanner, start: Mark): Header {
  const { cursor } = scanner;
  step(cursor);
  let chomp: BlockBody["chomp"] = "clip";
  let digit = 0;
  // Either order, each at most once.
  for (let count = 0; count < 2; count += 1) {
    const code = codeAt(cursor);
    if ((code === 0x2b || code === 0x2d) && chomp === "clip") chomp = code === 0x2b ? "keep" : "strip";
    else if (isDigit(code) && digit === 0) {
      if (code === 0x30) throw wrong(start, "a block cannot have the indentation digit 0");
      digit = code - 0x30;
    } else break;
    step(cursor);
  }
  const end = cursor.index;
  while (isBlank(codeAt(cursor))) step(cursor);
  const comment = codeAt(cursor) === 0x23;
  if (comment) scanLineComment(scanner, start.index);
  if (!isBreakOrEnd(codeAt(cursor))) throw wrong(start, "the header of a block is followed by something else");
  if (isBreak(codeAt(cursor))) stepLine(cursor);
  return { chomp, digit, end, comment };
}

function scanBody(scanner: Scanner, { header, literal }: { readonly header: Header; readonly literal: boolean }) {
  const { cursor } = scanner;
  const given = header.digit === 0 ? 0 : Math.max(scanner.indent, 0) + header.digit;
  let { breaks, indent } = crossBreaks(scanner, given);
  let value = "";
  let pending = ""; // the line break behind the last content line
  let afterBlank = false;
  let empty = true;
  let end = header.end;
  while (columnOf(cursor) === indent && codeAt(cursor) !== 0) {
    empty = false;
    const blank = isBlank(codeAt(cursor));
    value += between({ pending, breaks, folds: !literal && !afterBlank && !blank });
    afterBlank = blank;
    end = lineEnd(cursor.text, cursor.index);
    const line = cursor.text.slice(cursor.index, end);
    value += line;
    // Blanks alone do not reset the count of breaks.
    if (BLANKS.test(line)) cursor.index = end;
    else moveTo(cursor, end);
    pending = isBreak(codeAt(cursor)) ? breakText(codeAt(cursor)) : "";
    if (pending !== "") stepLine(cursor);
    ({ breaks } = crossBreaks(scanner, indent));
  }
  if (header.chomp !== "strip") value += pending;
  if (header.chomp === "keep") value += breaks;
  return { value, indent, empty, end };
}

/** What stands for the line breaks between two content lines: folded, one is a blank and n + 1 are n. */
function between({ pending, breaks, folds }: { pending: string; breaks: string; folds: boolean }): string {
  if (!folds || pending !== "\n") return pending + breaks;
  return breaks === "" ? " " : breaks;
}

function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBreak(text.charCodeAt(at))) at += 1;
  return at;
}

/** Moves over indentation and empty lines; finds the indentation where it is not known yet (0). */
function crossBreaks(scanner: Scanner, known: number): { breaks: string; indent: number } {
  const { cursor } = scanner;
  let breaks = "";
  let deepest = 0;
  const limit = known === 0 ? Infinity : known;
  for (;;) {
    while (columnOf(cursor) < limit && codeAt(cursor) === SPACE) cursor.index += 1;
    deepest = Math.max(deepest, columnOf(cursor));
    if (columnOf(cursor) < limit && codeAt(cursor) === TAB) {
      throw wrong(markOf(cursor), "a tab where a block must be indented with blanks");
    }
    if (!isBreak(codeAt(cursor))) break;
    breaks += breakText(codeAt(cursor));
    stepLine(cursor);
  }
  return { breaks, indent: known === 0 ? Math.max(deepest, scanner.indent + 1, 1) : known };
}
