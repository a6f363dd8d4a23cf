/**
 * Which characters may stand in a YAML text, and what are they to the scanner?
 *
 * go-yaml ends lines at U+0085, U+2028 and U+2029 and at a lone carriage return, where editors and other parsers see none:
 * in `a: x #c<U+0085>b: 1` sops would see a key where everybody else sees a comment. They are refused, but for U+2028 and
 * U+2029 in quotes and blocks, which sops writes there itself (`refuseSeparators`). So is a byte order mark at the beginning
 * of a line, where go-yaml skips it.
 */
import type { SecretsError } from "../../errors.ts";
import { malformedAt } from "../place.ts";

const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)|(?<=[\n\u2028\u2029])\ufeff/u;

export const TAB = 0x09;
const LF = 0x0a;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;
export const CR = 0x0d;
export const SPACE = 0x20;

/** Blank or tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** A line break, or 0 for the end of the text. */
export function isBreakOrEnd(code: number): boolean {
  return isBreak(code) || code === 0;
}

/** A line break. */
export function isBreak(code: number): boolean {
  return code === LF || code === CR || isSeparator(code);
}

/** A line break that stays what it is in a value, where the others become `\n`. */
function isSeparator(code: number): boolean {
  return code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR;
}

/** What a line break is in the value of a scalar. */
export function breakText(code: number): string {
  return isSeparator(code) ? String.fromCharCode(code) : "\n";
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
  if (at !== -1) throw forbidden(text, from + at);
}

const SEPARATORS = /[\u2028\u2029]/g;

/**
 * Refuses U+2028 and U+2029 outside of these stretches of a text, the quoted scalars and blocks in their order.
 * @throws SecretsError `malformed` with line and column.
 */
export function refuseSeparators(text: string, allowed: () => readonly { start: number; end: number }[]): void {
  if (text.search(SEPARATORS) === -1) return;
  const stretches = allowed();
  let next = 0;
  for (const { index } of text.matchAll(SEPARATORS)) {
    while ((stretches[next]?.end ?? Infinity) <= index) next += 1;
    if (index < (stretches[next]?.start ?? Infinity)) throw forbidden(text, index);
  }
}

/** The line breaks and indentation that follow an offset. */
export function breaksBehind(text: string, from: number): string {
  let end = from;
  while (end < text.length && (isBreak(text.charCodeAt(end)) || text.charCodeAt(end) === SPACE)) end += 1;
  return text.slice(from, end);
}

function forbidden(text: string, at: number): SecretsError {
  const { line, column } = placeOf(text, at);
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return malformedAt(`the character U+${code} must be escaped here in YAML`, line, column);
}
