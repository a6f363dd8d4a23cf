/**
 * What is the next word of a Nix text?
 *
 * One token at a time from an offset, the longest that fits (nix/src/libexpr/lexer.l). Strings and paths with `${…}` in them are read
 * in pieces, since what stands in them is again an expression.
 */
import { NixError, type Source } from "../source.ts";

export interface Token {
  readonly type: "name" | "integer" | "float" | "word" | "string" | "indented" | "path" | "search-path" | "uri" | "end";
  /** As it was written. Of a string its opening quotes; of a path its first piece. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const KEYWORDS = new Set(["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"]);

const BLANK = /(?:[ \t\r\n]+|#[^\r\n]*|\/\*[^]*?\*\/)+/y;

const P = "[a-zA-Z0-9._+-]";

/** The longest match wins, the first of equally long ones. */
const RULES: readonly (readonly [Token["type"], RegExp])[] = [
  ["word", /\.\.\.|==|!=|<=|>=|&&|\|\||->|\/\/|\+\+|\|>|<\||\$\{|[-+*/<>!?=@:;,.()[\]{}]/y],
  ["name", /[a-zA-Z_][a-zA-Z0-9_'-]*/y],
  ["integer", /[0-9]+/y],
  ["float", /(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?/y],
  ["indented", /''/y],
  ["string", /"/y],
  ["path", new RegExp(`${P}*/(?=\\$\\{)|~/(?=\\$\\{)|${P}*(?:/${P}+)+/?|~(?:/${P}+)+/?`, "y")],
  ["search-path", new RegExp(`<${P}+(?:/${P}+)*>`, "y")],
  ["uri", /[a-zA-Z][a-zA-Z0-9+.-]*:[a-zA-Z0-9%/?:@&=+$,_.!~*'-]+/y],
];

/** @throws NixError for a character that no word begins with, or a comment without an end */
export function nextToken(source: Source, from: number): Token {
  const { text } = source;
  const start = from + lengthAt(BLANK, text, from);
  if (start >= text.length) return { type: "end", text: "", start, end: start };
  let type: Token["type"] | undefined;
  let length = 0;
  for (const [candidate, rule] of RULES) {
    const found = lengthAt(rule, text, start);
    if (found > length) [type, length] = [candidate, found];
  }
  const end = start + length;
  const place = { source, start, end: start + 1 };
  if (type === undefined) {
    const shown = JSON.stringify(String.fromCodePoint(text.codePointAt(start) ?? 0));
    throw new NixError(`unexpected character ${shown}`, place);
  }
  if (text.startsWith("/*", start)) throw new NixError("comment without an end", place);
  const written = text.slice(start, end);
  if (type === "name" && KEYWORDS.has(written)) return { type: "word", text: written, start, end };
  return { type, text: written, start, end };
}

function lengthAt(rule: RegExp, text: string, at: number): number {
  rule.lastIndex = at;
  return rule.exec(text)?.[0].length ?? 0;
}

/** A piece of a string: `text` up to `end`, and whether the string ends or an expression begins there. */
export interface Piece {
  readonly text: string;
  /** Text that stands for itself counts for the indentation of a `''` string; what an escape made does not. */
  readonly escaped: boolean;
  readonly end: number;
  readonly next: "more" | "expression" | "end";
}

/** @throws NixError where the text ends within the string */
export function nextPiece(source: Source, from: number, quotes: "string" | "indented" | "path"): Piece {
  const { text } = source;
  if (text.startsWith("${", from)) return { text: "", escaped: false, end: from + 2, next: "expression" };
  if (quotes === "path") {
    const length = lengthAt(PATH_PIECE, text, from);
    if (length === 0) return { text: "", escaped: false, end: from, next: "end" };
    return { text: text.slice(from, from + length), escaped: false, end: from + length, next: "more" };
  }
  const closing = quotes === "string" ? '"' : "''";
  const escape = quotes === "string" ? /\\([^])/y : /''(?:\\([^])|(\$)|('))/y;
  escape.lastIndex = from;
  const escaped = escape.exec(text);
  if (escaped !== null) {
    const [all, character, dollar] = escaped;
    const meant = character === undefined ? (dollar ?? "''") : (ESCAPES[character] ?? character);
    return { text: meant, escaped: true, end: from + all.length, next: "more" };
  }
  if (text.startsWith(closing, from)) return { text: "", escaped: false, end: from + closing.length, next: "end" };
  const length = lengthAt(quotes === "string" ? PLAIN : INDENTED_PLAIN, text, from);
  if (length === 0) throw new NixError("string without an end", { source, start: from, end: from });
  const plain = text.slice(from, from + length).replaceAll(/\r\n?/g, "\n");
  return { text: plain, escaped: false, end: from + length, next: "more" };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

const PATH_PIECE = new RegExp(`(?:/?${P}+)+/?|/`, "y");

/** `$${` is not an interpolation: the second `$` belongs to the first. */
const PLAIN = /(?:[^$"\\]+|\$[^{"\\]|\$(?=["\\]))+/y;
const INDENTED_PLAIN = /(?:[^$']+|\$[^{']|\$(?=')|'(?!'))+/y;
