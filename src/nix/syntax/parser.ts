/**
 * How does a reader move through the tokens of a Nix text?
 */
import { NixError, type Place, type Source } from "../source.ts";
import type { Expression } from "./expression.ts";
import { nextToken, type Token } from "./scan.ts";

export interface Parser {
  readonly source: Source;
  /** Reads an expression: strings and sets hold some, and expressions hold them. */
  readonly expression: (parser: Parser) => Expression;
  /** The next token, not yet taken. */
  token: Token;
  /** The end of the last token that was taken. */
  last: number;
  depth: number;
}

/** Levels of expressions inside one another; JavaScript's stack holds more. */
const DEEPEST = 200;

export function parserOf(source: Source, expression: (parser: Parser) => Expression): Parser {
  return { source, expression, token: nextToken(source, 0), last: 0, depth: 0 };
}

export function take(parser: Parser): Token {
  const { token } = parser;
  parser.last = token.end;
  parser.token = nextToken(parser.source, token.end);
  return token;
}

/** Goes on at an offset: behind a string, which is not read in tokens, or back to where a guess began. */
export function moveTo(parser: Parser, offset: number): void {
  parser.last = offset;
  parser.token = nextToken(parser.source, offset);
}

export function isWord(parser: Parser, ...words: readonly string[]): boolean {
  return parser.token.type === "word" && words.includes(parser.token.text);
}

/** Takes the word if it comes next. */
export function accept(parser: Parser, word: string): boolean {
  if (!isWord(parser, word)) return false;
  take(parser);
  return true;
}

/** @throws NixError where another token stands, naming it */
export function expect(parser: Parser, word: string): void {
  if (!accept(parser, word)) throw unexpected(parser, `expected ${JSON.stringify(word)}`);
}

/** @throws NixError where no name comes next */
export function takeName(parser: Parser): string {
  if (parser.token.type !== "name") throw unexpected(parser, "expected a name");
  return take(parser).text;
}

export function unexpected(parser: Parser, wanted?: string): NixError {
  const { token, source } = parser;
  const found = token.type === "end" ? "the end of the file" : JSON.stringify(token.text);
  const more = wanted === undefined ? "" : `, ${wanted}`;
  return new NixError(`syntax error: unexpected ${found}${more}`, { source, start: token.start, end: token.end });
}

/** From an offset to the end of what was taken last. */
export function placeFrom(parser: Parser, start: number): Place {
  return { source: parser.source, start, end: parser.last };
}

/** @throws NixError where expressions lie too deep in one another */
export function nested<T>(parser: Parser, work: () => T): T {
  parser.depth += 1;
  if (parser.depth > DEEPEST) {
    const { start, end } = parser.token;
    throw new NixError(`more than ${DEEPEST} levels of nesting`, { source: parser.source, start, end }, "limit");
  }
  const result = work();
  parser.depth -= 1;
  return result;
}
