/**
 * What stands where in this INI text?
 *
 * As go-ini reads it for sops (sops.md 3.8): the value in its quotes or over several lines, the comment that belongs to a key, and what go-ini
 * would drop. All offsets are UTF-16 units into the text, `end` being exclusive.
 */
import type { SecretsError } from "../../errors.ts";
import { atMost, DOCUMENT_LIMITS } from "../../limits.ts";
import { placesIn } from "../../text/places.ts";
import { malformedAt } from "../place.ts";

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface IniComment extends Stretch {
  /** Without the `;` and the blanks that it begins with; of several lines, the others as they are. */
  readonly text: string;
}

export interface IniKey {
  readonly name: string;
  /** What the value is, quotes and continuations resolved. */
  readonly value: string;
  /** What the value is written with. */
  readonly source: Stretch;
  readonly comment: IniComment | undefined;
  /** All its lines, those of the comment above it and the last line break included. */
  readonly lines: Stretch;
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  readonly comment: IniComment | undefined;
  readonly keys: IniKey[];
  /** Its header's line with the line break; empty for what stands before every header. */
  readonly header: Stretch;
  readonly line: number;
}

/** What go-ini calls what stands before the first header. */
export const DEFAULT_SECTION = "DEFAULT";

interface Scan {
  readonly text: string;
  at: number;
  line: number;
  /** Lines of comments that wait for what they belong to. */
  comments: Stretch[];
  readonly sections: IniSection[];
  /** Keys, comments and sections. */
  entries: number;
}

/** @throws SecretsError `malformed` with the place; also for what sops would lose or take for something else */
export function scanIni(text: string): readonly IniSection[] {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const before: IniSection = {
    name: DEFAULT_SECTION,
    comment: undefined,
    keys: [],
    header: { start, end: start },
    line: 1,
  };
  const scan: Scan = { text, at: start, line: 1, comments: [], sections: [before], entries: 0 };
  while (scan.at < text.length) {
    const { start: lineStart, end } = takeLine(scan);
    const first = lineStart + blanks(text.slice(lineStart, end));
    const character = text[first];
    if (first >= end) continue;
    if (character === "#" || character === ";") {
      counted(scan);
      scan.comments.push({ start: first, end: trimmedEnd(text, first, end) });
    } else if (character === "[") takeHeader(scan, first, end);
    else takeKey(scan, { start: lineStart, first, end });
  }
  const [left] = scan.comments;
  if (left !== undefined)
    throw wrong(scan, left.start, "a comment with no key or section after it, which sops would drop");
  return scan.sections;
}

function counted(scan: Scan): void {
  scan.entries += 1;
  atMost(scan.entries, DOCUMENT_LIMITS.lines, { at: undefined, code: "malformed" });
}

/** The next line with its line break. */
function takeLine(scan: Scan): Stretch {
  const start = scan.at;
  const feed = scan.text.indexOf("\n", start);
  scan.at = feed === -1 ? scan.text.length : feed + 1;
  scan.line += 1;
  return { start, end: scan.at };
}

function takeHeader(scan: Scan, first: number, end: number): void {
  const { text } = scan;
  const close = text.slice(first, end).lastIndexOf("]");
  if (close === -1) throw wrong(scan, first, "a section header without ]");
  if (close === 1) throw wrong(scan, first, "a section without a name");
  counted(scan);
  const header = { start: first, end };
  const name = text.slice(first + 1, first + close);
  const inline = inlineComment(scan, first + close + 1, end);
  // Encrypted it would have a ], and go-ini takes the last one for the end of the name.
  if (inline !== undefined)
    throw wrong(scan, inline.start, "a comment after a section header: put it above the section");
  const comment = commentOf(scan, undefined);
  scan.sections.push({ name, comment, keys: [], header, line: scan.line - 1 });
}

function takeKey(scan: Scan, { start, first, end }: Stretch & { readonly first: number }): void {
  const { text } = scan;
  const line = scan.line - 1;
  const { name, next } = keyName(scan, first, end);
  const from = scan.comments[0]?.start;
  const { value, source, inline } = valueAt(scan, next, end);
  const comment = commentOf(scan, inline);
  const lines = { start: from === undefined ? start : text.lastIndexOf("\n", from) + 1, end: scan.at };
  counted(scan);
  scan.sections.at(-1)?.keys.push({ name, value, source, comment, lines, line });
}

function keyName(scan: Scan, first: number, end: number): { readonly name: string; readonly next: number } {
  const line = scan.text.slice(first, end);
  const quote =
    line.startsWith('"""') && line.length > 6 ? '"""' : line.startsWith('"') ? '"' : line.startsWith("`") ? "`" : "";
  const close = quote === "" ? 0 : line.indexOf(quote, quote.length);
  if (close === -1) throw wrong(scan, first, "a key without its closing quote");
  const delimiter = line.slice(close).search(/[=:]/);
  if (delimiter === -1) throw wrong(scan, first, "there is no = in this line");
  const name = (quote === "" ? line.slice(0, delimiter) : line.slice(quote.length, close)).trim();
  if (name === "") throw wrong(scan, first, "there is no key before the =");
  if (name.includes("`")) throw wrong(scan, first, "a key with a backquote, which sops writes and cannot read again");
  if (name === "-") throw wrong(scan, first, "the key - is replaced by a number, which sops would lose");
  return { name, next: first + close + delimiter + 1 };
}

interface Valued {
  readonly value: string;
  readonly source: Stretch;
  readonly inline: Stretch | undefined;
}

function valueAt(scan: Scan, from: number, end: number): Valued {
  const { text } = scan;
  const start = from + blanks(text.slice(from, end));
  if (start >= end || text.slice(start, end).trim() === "") {
    const at = text[from] === " " ? from + 1 : from;
    return { value: "", source: { start: at, end: at }, inline: undefined };
  }
  const quote = text.startsWith('"""', start) && end - start > 3 ? '"""' : text[start] === "`" ? "`" : undefined;
  if (quote !== undefined) return quoted(scan, { start, end }, quote);
  const stop = trimmedEnd(text, start, end);
  return text[stop - 1] === "\\" ? continued(scan, start, stop) : plain(scan, { start, end: stop }, end);
}

/** Up to the last such quote in the line, or in the first line after it that has one. */
function quoted(scan: Scan, { start, end }: Stretch, quote: string): Valued {
  const { text } = scan;
  const inside = start + quote.length;
  let close = text.slice(inside, end).lastIndexOf(quote);
  let lineStart = inside;
  let lineEnd = end;
  while (close === -1) {
    if (scan.at >= text.length) throw wrong(scan, start, "a value without its closing quote");
    ({ start: lineStart, end: lineEnd } = takeLine(scan));
    close = text.slice(lineStart, lineEnd).lastIndexOf(quote);
  }
  const stop = lineStart + close;
  const source = { start, end: stop + quote.length };
  return {
    value: text.slice(inside, stop),
    source,
    inline: lineStart === inside ? nothing(scan, source.end, lineEnd) : inlineComment(scan, source.end, lineEnd),
  };
}

/** A backslash at the end of a line joins the next one to it, without its blanks. */
function continued(scan: Scan, start: number, stop: number): Valued {
  const parts = [scan.text.slice(start, stop - 1)];
  let end = stop;
  while (scan.at < scan.text.length) {
    const line = takeLine(scan);
    const next = scan.text.slice(line.start, line.end).trim();
    if (next === "") break;
    const goesOn = next.endsWith("\\");
    parts.push(goesOn ? next.slice(0, -1) : next);
    end = trimmedEnd(scan.text, line.start, line.end);
    if (!goesOn) break;
  }
  return { value: parts.join(""), source: { start, end }, inline: undefined };
}

function plain(scan: Scan, { start, end }: Stretch, lineEnd: number): Valued {
  const { text } = scan;
  const mark = text.slice(start, end).search(/[#;]/);
  const stop = mark === -1 ? end : trimmedEnd(text, start, start + mark);
  const source = text.slice(start, stop);
  const isOpen = /^["']/.test(source) && source.indexOf(source.charAt(0), 1) === -1;
  const [before, behind] = [text.charAt(start + mark - 1), text.charAt(start + mark + 1)];
  if (mark !== -1 && (isOpen || !/\s/.test(before) || (mark === 0 && /\S/.test(behind)))) {
    throw wrong(
      scan,
      start + mark,
      "sops reads what begins here as a comment: put the value in `backquotes`, or a blank before the comment",
    );
  }
  const inline = mark === -1 ? undefined : inlineComment(scan, start + mark, lineEnd);
  return { value: unquoted(source), source: { start, end: stop }, inline };
}

/** Without quotes around all of it. */
function unquoted(source: string): string {
  const isQuoted =
    source.length > 1 && /^["']/.test(source) && source.indexOf(source.charAt(0), 1) === source.length - 1;
  return isQuoted ? source.slice(1, -1) : source;
}

/** A comment behind a header or a value. @throws SecretsError `malformed` for anything else there, which go-ini drops */
function inlineComment(scan: Scan, from: number, end: number): Stretch | undefined {
  const { text } = scan;
  const start = from + blanks(text.slice(from, end));
  if (start >= end || text.slice(start, end).trim() === "") return undefined;
  if (!/[#;]/.test(text.charAt(start))) throw wrong(scan, start, "sops would drop what begins here");
  return { start, end: trimmedEnd(text, start, end) };
}

function nothing(scan: Scan, from: number, end: number): undefined {
  const start = from + blanks(scan.text.slice(from, end));
  if (start < end) throw wrong(scan, start, "sops would drop what begins here: put it on a line of its own, above");
}

/** The waiting lines, or what stands behind it: sops knows one comment, and it has to be in one place. */
function commentOf(scan: Scan, inline: Stretch | undefined): IniComment | undefined {
  const waiting = scan.comments;
  scan.comments = [];
  if (inline !== undefined && waiting.length > 0) {
    throw wrong(scan, inline.start, "sops puts this comment and the one above it together: put them in one place");
  }
  const parts = inline === undefined ? waiting : [inline];
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const lead = /^(?:;[; ]*|#[# ]*)/.exec(scan.text.slice(first.start, first.end))?.[0].length ?? 0;
  const lines = parts.map(({ start, end }) => scan.text.slice(start, end));
  return { start: first.start + lead, end: last.end, text: lines.join("\n").slice(lead) };
}

function blanks(text: string): number {
  return text.length - text.trimStart().length;
}

function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function wrong({ text }: Scan, at: number, message: string): SecretsError {
  const { line, column } = placesIn(text)(at);
  return malformedAt(message, line, column);
}
