/**
 * What does a plain or quoted scalar say, and where does it end?
 */
import { breakText, hexValue, isBlank, isBlankOrEnd, isBreak, TAB } from "./characters.ts";
import { codeAt, columnOf, markOf, moveTo, step, stepLine, wrong, type Cursor, type Mark } from "./cursor.ts";
import { bare, type Scanner, type Token } from "./token.ts";

/** `---` or `...` at the cursor: it ends a plain scalar, and may not stand in a quoted one. */
export function documentMarker(cursor: Cursor): "document-start" | "document-end" | undefined {
  if (columnOf(cursor) !== 0 || !isBlankOrEnd(codeAt(cursor, 3))) return undefined;
  if (cursor.text.startsWith("---", cursor.index)) return "document-start";
  return cursor.text.startsWith("...", cursor.index) ? "document-end" : undefined;
}

/** Blanks and line breaks between two words of a scalar, and what they mean in its value. */
interface Gap {
  /** What stands for it in the value: blanks as they are, one break as a blank, n + 1 breaks as n. */
  readonly text: string;
  readonly broken: boolean;
}

/**
 * Moves over blanks and line breaks.
 * @param broken whether a break was already crossed (an escaped one, which leaves nothing).
 * @param checkTab called at a blank behind a line break.
 */
function crossGap(cursor: Cursor, broken: boolean, checkTab?: () => void): Gap {
  const start = cursor.index;
  let breaks = "";
  let blanksEnd = start;
  let code = codeAt(cursor);
  while (isBlank(code) || isBreak(code)) {
    if (isBreak(code)) {
      stepLine(cursor);
      breaks += breakText(code);
    } else {
      if (breaks !== "" || broken) checkTab?.();
      cursor.index += 1;
      if (breaks === "") blanksEnd = cursor.index;
    }
    code = codeAt(cursor);
  }
  if (broken) return { text: breaks, broken: true };
  if (breaks === "") return { text: cursor.text.slice(start, blanksEnd), broken: false };
  return { text: breaks === "\n" ? " " : breaks.replace(/^\n/, ""), broken: true };
}

/** Scans a plain scalar at the cursor. */
export function scanPlain(scanner: Scanner): Token {
  const { cursor } = scanner;
  const start = markOf(cursor);
  const indent = scanner.indent + 1;
  let value = "";
  let end = start.index;
  let gap: Gap = { text: "", broken: false };
  for (;;) {
    if (documentMarker(cursor) !== undefined || codeAt(cursor) === 0x23) break;
    const wordEnd = plainWordEnd(scanner);
    if (wordEnd > cursor.index) {
      value += gap.text + cursor.text.slice(cursor.index, wordEnd);
      gap = { text: "", broken: false };
      end = wordEnd;
      moveTo(cursor, wordEnd);
    }
    const code = codeAt(cursor);
    if (!isBlank(code) && !isBreak(code)) break;
    gap = crossGap(cursor, false, () => {
      if (columnOf(cursor) < indent && codeAt(cursor) === TAB) throw wrong(markOf(cursor), "a tab cannot indent");
    });
    if (scanner.flowLevel === 0 && columnOf(cursor) < indent) break;
  }
  if (gap.broken) scanner.keyAllowed = true;
  return { ...bare("scalar", start, end), value };
}

/** The end of the run of characters that belong to the plain scalar at the cursor. */
function plainWordEnd(scanner: Scanner): number {
  const { text, index } = scanner.cursor;
  let at = index;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isBlankOrEnd(code)) break;
    if (code === 0x3a && isBlankOrEnd(at + 1 < text.length ? text.charCodeAt(at + 1) : 0)) break;
    if (scanner.flowLevel > 0 && endsInFlow(code)) break;
  }
  return at;
}

/** `,` `?` `[` `]` `{` `}` */
function endsInFlow(code: number): boolean {
  return code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

/** Scans a quoted scalar at the cursor, its quotes included. */
export function scanQuoted(cursor: Cursor, style: "single" | "double"): Token {
  const start = markOf(cursor);
  const quote = style === "single" ? 0x27 : 0x22;
  let value = "";
  step(cursor);
  for (;;) {
    if (documentMarker(cursor) !== undefined) throw wrong(start, "a document marker inside quotes");
    if (codeAt(cursor) === 0) throw wrong(start, "an unclosed quote");
    const word = style === "single" ? singleWord(cursor) : doubleWord(cursor, start);
    value += word.text;
    if (codeAt(cursor) === quote) break;
    value += crossGap(cursor, word.broken).text;
  }
  step(cursor);
  return { ...bare("scalar", start, cursor.index), value, style };
}

function singleWord(cursor: Cursor): Gap {
  let text = "";
  for (;;) {
    let end = cursor.index;
    while (!isBlankOrEnd(codeAt(cursor, end - cursor.index)) && cursor.text.charCodeAt(end) !== 0x27) end += 1;
    text += cursor.text.slice(cursor.index, end);
    if (end > cursor.index) moveTo(cursor, end);
    if (codeAt(cursor) !== 0x27 || codeAt(cursor, 1) !== 0x27) return { text, broken: false };
    text += "'";
    moveTo(cursor, end + 2);
  }
}

/** Characters up to a blank, a break or the closing quote; `broken` where an escaped line break ends them. */
function doubleWord(cursor: Cursor, start: Mark): Gap {
  let text = "";
  for (;;) {
    let end = cursor.index;
    let code = codeAt(cursor);
    while (!isBlankOrEnd(code) && code !== 0x22 && code !== 0x5c) {
      end += 1;
      code = codeAt(cursor, end - cursor.index);
    }
    text += cursor.text.slice(cursor.index, end);
    if (end > cursor.index) moveTo(cursor, end);
    if (code !== 0x5c) return { text, broken: false };
    if (isBreak(codeAt(cursor, 1))) {
      step(cursor);
      stepLine(cursor);
      return { text, broken: true };
    }
    text += escaped(cursor, start);
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x30, "\0"],
  [0x61, "\x07"],
  [0x62, "\b"],
  [0x74, "\t"],
  [0x09, "\t"],
  [0x6e, "\n"],
  [0x76, "\v"],
  [0x66, "\f"],
  [0x72, "\r"],
  [0x65, "\x1b"],
  [0x20, " "],
  [0x22, '"'],
  [0x27, "'"],
  [0x5c, "\\"],
  [0x4e, "\u0085"],
  [0x5f, "\u00a0"],
  [0x4c, "\u2028"],
  [0x50, "\u2029"],
]);
const HEX_DIGITS: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
]);

/** Takes the escape at the cursor. */
function escaped(cursor: Cursor, start: Mark): string {
  const code = codeAt(cursor, 1);
  const simple = ESCAPES.get(code);
  if (simple !== undefined) {
    moveTo(cursor, cursor.index + 2);
    return simple;
  }
  const length = HEX_DIGITS.get(code);
  if (length === undefined) throw wrong(start, "unknown escape in a quoted value");
  let point = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = hexValue(codeAt(cursor, 2 + at));
    if (digit === -1) throw wrong(start, "an escape in a quoted value lacks a hexadecimal digit");
    point = point * 16 + digit;
  }
  if ((point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) {
    throw wrong(start, "an escape in a quoted value is not a character");
  }
  moveTo(cursor, cursor.index + 2 + length);
  return String.fromCodePoint(point);
}
