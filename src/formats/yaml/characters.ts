/**
 * Which characters may stand in a YAML text, and what are they to the scanner?
 *
 * go-yaml ends lines at U+0085, U+2028 and U+2029 and at a lone carriage return, where editors and other parsers see none:
 * in `a: x #c<U+0085>b: 1` sops would see a key where everybody else sees a comment. They are refused, as is a byte order
 * mark anywhere but in front, where go-yaml may or may not skip a character at it.
 */
import { malformedAt } from "../place.ts";

const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[^\t\n\r\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u;

export const TAB = 0x09;
const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

/** Blank or tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** A line break, or 0 for the end of the text. */
export function isBreakOrEnd(code: number): boolean {
  return code === LF || code === CR || code === 0;
}

/** A line break. */
export function isBreak(code: number): boolean {
  return code === LF || code === CR;
}

export function isBlankOrEnd(code: number): boolean {
  return isBlank(code) || isBreakOrEnd(code);
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** What anchors and tag handles are made of: letters, digits, `_` and `-`. */
export function isWord(code: number): boolean {
  return (
    isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d
  );
}

/** The value of a hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** 1-based line and column of an offset. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/**
 * Refuses a text with characters that YAML forbids or that parsers read differently.
 * @throws SecretsError `malformed` with line and column.
 */
export function refuseCharacters(text: string): void {
  const from = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const at = text.slice(from).search(FORBIDDEN);
  if (at === -1) return;
  const { line, column } = placeOf(text, from + at);
  const code = (text.codePointAt(from + at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw malformedAt(`the character U+${code} may not stand in YAML unescaped`, line, column);
}
