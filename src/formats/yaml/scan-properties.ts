/**
 * What do an anchor, an alias, a tag or a directive say?
 */
import { hexValue, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isDigit, isWord } from "./characters.ts";
import { codeAt, markOf, moveTo, step, stepLine, wrong, type Cursor, type Mark } from "./cursor.ts";
import { bare, named, type Token } from "./token.ts";

const ENDS_ANCHOR = new Set(Array.from("?:,]}%@`", (character) => character.charCodeAt(0)));
const URI = new Set(Array.from(";/?:@&=+$,.!~*'()[]%", (character) => character.charCodeAt(0)));

function takeWord(cursor: Cursor): string {
  const from = cursor.index;
  while (isWord(codeAt(cursor))) step(cursor);
  return cursor.text.slice(from, cursor.index);
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(codeAt(cursor))) step(cursor);
}

/** Scans `&name` or `*name`. */
export function scanAnchor(cursor: Cursor, kind: "alias" | "anchor"): Token {
  const start = markOf(cursor);
  step(cursor);
  const name = takeWord(cursor);
  const code = codeAt(cursor);
  if (name === "" || !(isBlankOrEnd(code) || ENDS_ANCHOR.has(code))) {
    throw wrong(start, `the name of an ${kind} holds only letters, digits, - and _`);
  }
  return named(bare(kind, start, cursor.index), name);
}

/** Scans a tag. `!<uri>` has no handle; `!` alone has it as suffix. */
export function scanTag(cursor: Cursor): Token {
  const start = markOf(cursor);
  let handle = "";
  let suffix: string;
  if (codeAt(cursor, 1) === 0x3c) {
    moveTo(cursor, cursor.index + 2);
    suffix = takeUri(cursor, "", start);
    if (codeAt(cursor) !== 0x3e) throw wrong(start, "a tag lacks its closing >");
    step(cursor);
  } else {
    handle = takeHandle(cursor, start);
    if (handle.length > 1 && handle.endsWith("!")) suffix = takeUri(cursor, "", start);
    else {
      suffix = takeUri(cursor, handle, start);
      handle = "!";
      if (suffix === "") [handle, suffix] = ["", "!"];
    }
  }
  if (!isBlankOrEnd(codeAt(cursor))) throw wrong(start, "a tag is not followed by a blank");
  return named(bare("tag", start, cursor.index), handle, suffix);
}

/** `!`, `!!` or `!word!`, or the beginning of a tag without a handle: `!word`. */
function takeHandle(cursor: Cursor, start: Mark): string {
  if (codeAt(cursor) !== 0x21) throw wrong(start, "a tag handle begins with !");
  step(cursor);
  const word = takeWord(cursor);
  if (codeAt(cursor) !== 0x21) return `!${word}`;
  step(cursor);
  return `!${word}!`;
}

/** The rest of a tag; `head` is what was taken already, its leading `!` left out of the result. */
function takeUri(cursor: Cursor, head: string, start: Mark): string {
  const bytes: number[] = Array.from(head.slice(1), (character) => character.charCodeAt(0));
  let some = head !== "";
  for (let code = codeAt(cursor); isWord(code) || URI.has(code); code = codeAt(cursor)) {
    if (code === 0x25) bytes.push(...takeEscapedCharacter(cursor, start));
    else {
      bytes.push(code);
      step(cursor);
    }
    some = true;
  }
  if (!some) throw wrong(start, "a tag is empty");
  return Buffer.from(bytes).toString("utf8");
}

/** The UTF-8 bytes of one character written as `%C3%A9`. */
function takeEscapedCharacter(cursor: Cursor, start: Mark): number[] {
  const bytes: number[] = [];
  let width = 1;
  while (bytes.length < width) {
    const high = hexValue(codeAt(cursor, 1));
    const low = hexValue(codeAt(cursor, 2));
    if (codeAt(cursor) !== 0x25 || high === -1 || low === -1) throw wrong(start, "a tag has a broken % escape");
    const octet = high * 16 + low;
    if (bytes.length === 0) width = utf8Width(octet);
    else if ((octet & 0xc0) !== 0x80) width = 0;
    if (width === 0) throw wrong(start, "a tag has a broken % escape");
    bytes.push(octet);
    moveTo(cursor, cursor.index + 3);
  }
  return bytes;
}

function utf8Width(octet: number): number {
  if (octet < 0x80) return 1;
  if ((octet & 0xe0) === 0xc0) return 2;
  if ((octet & 0xf0) === 0xe0) return 3;
  return (octet & 0xf8) === 0xf0 ? 4 : 0;
}

/** Scans a `%YAML` or `%TAG` line, its line break included. */
export function scanDirective(cursor: Cursor): Token {
  const start = markOf(cursor);
  step(cursor);
  const name = takeWord(cursor);
  if (!isBlankOrEnd(codeAt(cursor))) throw wrong(start, "a directive has an odd name");
  let token: Token;
  if (name === "YAML") token = named(bare("version-directive", start, cursor.index), takeVersion(cursor, start));
  else if (name === "TAG") token = takeTagDirective(cursor, start);
  else throw wrong(start, "unknown directive");
  skipBlanks(cursor);
  if (codeAt(cursor) === 0x23) while (!isBreakOrEnd(codeAt(cursor))) step(cursor);
  if (!isBreakOrEnd(codeAt(cursor))) throw wrong(start, "a directive is followed by something else");
  if (isBreak(codeAt(cursor))) stepLine(cursor);
  return token;
}

function takeVersion(cursor: Cursor, start: Mark): string {
  skipBlanks(cursor);
  const major = takeNumber(cursor);
  if (codeAt(cursor) !== 0x2e || major === "") throw wrong(start, "the %YAML directive has no version");
  step(cursor);
  const minor = takeNumber(cursor);
  if (minor === "" || major.length > 2 || minor.length > 2) throw wrong(start, "the %YAML directive has no version");
  return `${Number(major)}.${Number(minor)}`;
}

function takeNumber(cursor: Cursor): string {
  const from = cursor.index;
  while (isDigit(codeAt(cursor))) step(cursor);
  return cursor.text.slice(from, cursor.index);
}

function takeTagDirective(cursor: Cursor, start: Mark): Token {
  skipBlanks(cursor);
  const handle = takeHandle(cursor, start);
  if (handle !== "!" && !handle.endsWith("!")) throw wrong(start, "a tag handle ends with !");
  if (!isBlank(codeAt(cursor))) throw wrong(start, "the %TAG directive has no prefix");
  skipBlanks(cursor);
  const prefix = takeUri(cursor, "", start);
  if (!isBlankOrEnd(codeAt(cursor))) throw wrong(start, "the %TAG directive is followed by something else");
  return named(bare("tag-directive", start, cursor.index), handle, prefix);
}
