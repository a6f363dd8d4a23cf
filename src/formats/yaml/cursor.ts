/**
 * Where in the text is the scanner?
 *
 * Offsets are UTF-16; lines and columns count from 0. `breaks` is the number of line breaks since the last character
 * that is not a blank: the comment rules depend on it.
 */
import type { SecretsError } from "../../errors.ts";
import { atMost, type Limit } from "../../limits.ts";
import { malformedAt, placeAt } from "../place.ts";
import { CR, isBlank } from "./characters.ts";

export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export interface Cursor {
  readonly text: string;
  index: number;
  line: number;
  lineStart: number;
  breaks: number;
  /** How many lines of comments there were. */
  comments: number;
}

export function cursorOf(text: string): Cursor {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return { text, index: start, line: 0, lineStart: start, breaks: 0, comments: 0 };
}

export function markOf(cursor: Cursor): Mark {
  return { index: cursor.index, line: cursor.line, column: cursor.index - cursor.lineStart };
}

/** The code unit `ahead` of the cursor, 0 behind the end. */
export function codeAt(cursor: Cursor, ahead = 0): number {
  const index = cursor.index + ahead;
  return index < cursor.text.length ? cursor.text.charCodeAt(index) : 0;
}

export function columnOf(cursor: Cursor): number {
  return cursor.index - cursor.lineStart;
}

/** Moves over one character that is not a line break. */
export function step(cursor: Cursor): void {
  if (!isBlank(cursor.text.charCodeAt(cursor.index))) cursor.breaks = 0;
  cursor.index += 1;
}

/** Moves over characters of one line, of which the last is not a blank. */
export function moveTo(cursor: Cursor, index: number): void {
  cursor.index = index;
  cursor.breaks = 0;
}

/** Moves over a line break. */
export function stepLine(cursor: Cursor): void {
  cursor.index += cursor.text.charCodeAt(cursor.index) === CR ? 2 : 1;
  cursor.line += 1;
  cursor.lineStart = cursor.index;
  cursor.breaks += 1;
}

/** @throws SecretsError `malformed` where there is more than the limit allows */
export function checkCount(count: number, limit: Limit, { line, index, lineStart }: Cursor): void {
  if (count > limit.most) atMost(count, limit, { at: placeAt(line + 1, index - lineStart + 1), code: "malformed" });
}

/** The error for something at this place. */
export function wrong(mark: Mark, message: string): SecretsError {
  return malformedAt(message, mark.line + 1, mark.column + 1);
}
