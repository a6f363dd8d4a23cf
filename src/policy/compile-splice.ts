/**
 * Which characters of the policy become the `age` list of this rule?
 *
 * Where the rule has one, its value; else a new line, or in braces a new entry, after `readers`. Everything else keeps its
 * bytes, and comments that stood inside the old value move above it. Pure.
 */
import type { Splice } from "../text/splice.ts";
import type { MappingSource, SourcePair, Span } from "./yaml-node.ts";
import type { YamlToken } from "./yaml-tokens.ts";

/** A policy's text, and what its characters are. */
export interface SourceText {
  readonly text: string;
  readonly tokens: readonly YamlToken[];
}

/**
 * @param rule The mapping whose own `age` it is to be.
 * @param recipients As sops documents name them; at least one.
 */
export function ageSplices(source: SourceText, rule: MappingSource, recipients: readonly string[]): Splice[] {
  const pair = (name: string) => rule.pairs.find(({ key }) => key === name);
  const age = pair("age");
  if (age !== undefined) {
    return rule.flow ? replacedInBraces(source, age, recipients) : replacedInBlock(source, age, recipients);
  }
  const before = pair("readers") ?? pair("<<");
  if (before === undefined) return [];
  return [rule.flow ? addedInBraces(source, before, recipients) : addedInBlock(source, before, recipients)];
}

function addedInBraces(source: SourceText, before: SourcePair, recipients: readonly string[]): Splice {
  const at = contentEnd(source, before);
  const quote = quoteOf(source, before);
  return { start: at, end: at, source: `, ${quote}age${quote}: ${inlineList(recipients, quote)}` };
}

function addedInBlock(source: SourceText, before: SourcePair, recipients: readonly string[]): Splice {
  const { text } = source;
  const column = columnOf(text, before.keySpan.start);
  const at = afterDeeperComments(text, lineEnd(text, contentEnd(source, before)), column);
  const eol = lineBreak(text, at);
  const { head, lines } = blockList(recipients, column);
  const added = [`${" ".repeat(column)}age: ${head}`, ...lines].map((line) => eol + line).join("");
  return { start: at, end: at, source: added };
}

function replacedInBraces(source: SourceText, age: SourcePair, recipients: readonly string[]): Splice[] {
  const { text } = source;
  const quote = quoteOf(source, age);
  const { start, lead, isMissing } = valuePlace(source, age);
  const end = Math.max(start, contentEnd(source, age));
  const list = `${isMissing ? ":" : ""}${lead}${inlineList(recipients, quote)}`;
  const key = age.keySpan.start;
  const gap = /\s/.test(text.charAt(key - 1)) ? "" : " ";
  const column = key - lineStart(text, key);
  return [...above(source, { start, end }, { at: key, column, gap }), { start, end, source: list }];
}

function replacedInBlock(source: SourceText, age: SourcePair, recipients: readonly string[]): Splice[] {
  const { text } = source;
  const key = age.keySpan.start;
  const column = columnOf(text, key);
  const { start, lead } = valuePlace(source, age);
  const last = lineEnd(text, Math.max(start, contentEnd(source, age)));
  const region = { start, end: afterDeeperComments(text, last, column) };
  const firstLineEnd = lineEnd(text, start);
  const onFirstLine = commentsIn(source, region).find((comment) => comment.start < firstLineEnd);
  const note = onFirstLine === undefined ? "" : withBlanksBefore(text, onFirstLine);

  const { head, lines } = blockList(recipients, column);
  const eol = lineBreak(text, last);
  const list = [`${lead}${head}${note}`, ...lines].join(eol);
  const inside = { start: onFirstLine === undefined ? start : onFirstLine.start + 1, end: region.end };
  const at = lineStart(text, key) + column;
  return [...above(source, inside, { at, column, gap: "" }), { ...region, source: list }];
}

/** Where the value begins, with its colon before and what stays between the two: blanks, anchor and tag. */
function valuePlace(source: SourceText, pair: SourcePair): { start: number; lead: string; isMissing: boolean } {
  const { keySpan, valueSpan } = pair;
  const until = valueSpan.start;
  const between = source.tokens.filter(({ start }) => start >= keySpan.end && start < until);
  const colon = between.find(({ kind, text }) => kind === "mark" && text === ":");
  const start = colon === undefined ? keySpan.end : colon.start + 1;
  const gap = source.text.slice(start, until);
  if (/^[^\n#]*[ \t]$/.test(gap)) return { start, lead: gap, isMissing: false };
  const marks = between.filter((token) => token.kind === "mark" && token.start >= start).map(({ text }) => text);
  return { start, lead: ["", ...marks, ""].join(" "), isMissing: colon === undefined };
}

/** The comments of a part that goes, as lines of their own above the key. */
function above(source: SourceText, part: Span, key: { at: number; column: number; gap: string }): Splice[] {
  const comments = commentsIn(source, part);
  if (comments.length === 0) return [];
  const next = lineBreak(source.text, lineEnd(source.text, key.at)) + " ".repeat(key.column);
  return [{ start: key.at, end: key.at, source: key.gap + comments.map(({ text }) => text + next).join("") }];
}

function commentsIn({ tokens }: SourceText, { start, end }: Span): readonly YamlToken[] {
  return tokens.filter((token) => token.kind === "comment" && token.start >= start && token.start < end);
}

function withBlanksBefore(text: string, comment: YamlToken): string {
  const blanks = /[ \t]*$/.exec(text.slice(0, comment.start))?.[0] ?? "";
  return blanks + comment.text;
}

/** The end of what a pair says, without the blanks and comments behind it. */
function contentEnd({ tokens }: SourceText, { valueSpan }: SourcePair): number {
  const { start, end } = valueSpan;
  const last = tokens.findLast(
    (token) => token.start >= start && token.start < end && (token.kind === "mark" || token.kind === "text"),
  );
  return last === undefined ? start : last.start + last.text.trimEnd().length;
}

/** One recipient as it is; several in a folded text, one a line, which sops takes apart at the commas. */
function blockList(recipients: readonly string[], column: number): { head: string; lines: string[] } {
  const [first = ""] = recipients;
  if (recipients.length < 2) return { head: first, lines: [] };
  const indent = " ".repeat(column + 2);
  const lines = recipients.map(
    (recipient, index) => `${indent}${recipient}${index < recipients.length - 1 ? "," : ""}`,
  );
  return { head: ">-", lines };
}

function inlineList(recipients: readonly string[], quote: string): string {
  if (recipients.length < 2 && quote === "") return recipients.join("");
  const mark = quote === "" ? '"' : quote;
  return mark + recipients.join(", ") + mark;
}

/** The quote that a key is written in, so that a policy in JSON remains one. */
function quoteOf({ text }: SourceText, { keySpan }: SourcePair): string {
  const first = text.charAt(keySpan.start);
  return first === '"' || first === "'" ? first : "";
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Before the line break. */
function lineEnd(text: string, offset: number): number {
  const found = /\r?\n|$/g;
  found.lastIndex = offset;
  return found.exec(text)?.index ?? text.length;
}

/** The line break that stands here; at the end of the text, that of its other lines. */
function lineBreak(text: string, offset: number): string {
  return /\r?\n/.exec(text.slice(offset, offset + 2))?.[0] ?? /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** The column of a block mapping, counted from 0, of which a key stands here. */
function columnOf(text: string, key: number): number {
  return /^ *(?:-[ \t]+)*/.exec(text.slice(lineStart(text, key), key))?.[0].length ?? 0;
}

/** Comment lines that are indented deeper than the key belong to its value; in a folded text they would be content. */
function afterDeeperComments(text: string, from: number, column: number): number {
  const line = /(?:\r?\n[ \t]*(?=\r?\n))*\r?\n([ \t]*)#[^\r\n]*/y;
  let end = from;
  for (;;) {
    line.lastIndex = end;
    const indent = line.exec(text)?.[1];
    if (indent === undefined || (indent.length <= column && !indent.includes("\t"))) return end;
    end = line.lastIndex;
  }
}
