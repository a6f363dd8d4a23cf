/**
 * Does a function begin here, and what does it take?
 */
import { NixError, type Place } from "../source.ts";
import type { Expression, Parameter } from "./expression.ts";
import { accept, expect, isWord, moveTo, placeFrom, take, takeName, unexpected, type Parser } from "./parser.ts";

/** `x:`, `{ a, b ? c, ... }:`, with `@ name` on either side; undefined where no function begins. */
export function parseParameter(parser: Parser): Parameter | undefined {
  const { start } = parser.token;
  const back = (): undefined => {
    moveTo(parser, start);
  };
  const named = (pattern: Formals, name: string): Parameter => {
    if (pattern.formals.has(name)) throw new NixError(`duplicate parameter '${name}'`, placeFrom(parser, start));
    expect(parser, ":");
    return { ...pattern, name };
  };
  if (parser.token.type === "name") {
    const name = take(parser).text;
    if (accept(parser, ":")) return { name };
    if (!accept(parser, "@")) return back();
    const pattern = parseFormals(parser);
    if (pattern === undefined) throw unexpected(parser);
    return named(pattern, name);
  }
  const pattern = isWord(parser, "{") ? parseFormals(parser) : undefined;
  if (pattern === undefined) return back();
  if (accept(parser, "@")) return named(pattern, takeName(parser));
  expect(parser, ":");
  return { ...pattern, name: undefined };
}

type Formals = Omit<Extract<Parameter, { readonly formals: unknown }>, "name">;

/** Undefined where the braces turn out to be a set. */
function parseFormals(parser: Parser): Formals | undefined {
  expect(parser, "{");
  const formals = new Map<string, { or: Expression | undefined; at: Place }>();
  const isPattern = (): boolean => isWord(parser, ":", "@");
  if (accept(parser, "}")) return isPattern() ? { formals, open: false } : undefined;
  for (;;) {
    if (accept(parser, "...")) {
      expect(parser, "}");
      return { formals, open: true };
    }
    const { start } = parser.token;
    if (parser.token.type !== "name") {
      if (formals.size === 0) return undefined;
      throw unexpected(parser);
    }
    const name = take(parser).text;
    const certain = formals.size > 0 || isWord(parser, ",", "?");
    if (!certain && !isWord(parser, "}")) return undefined;
    const at = placeFrom(parser, start);
    const or = accept(parser, "?") ? parser.expression(parser) : undefined;
    if (formals.has(name)) throw new NixError(`duplicate parameter '${name}'`, at);
    formals.set(name, { or, at });
    if (accept(parser, "}")) return certain || isPattern() ? { formals, open: false } : undefined;
    expect(parser, ",");
  }
}
