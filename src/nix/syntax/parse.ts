/**
 * Which expression does this Nix text spell?
 *
 * Recursive descent over the operators in the order of the language reference. (nix.dev/manual/nix/2.24/language)
 */
import { NixError, type Place, type Source } from "../source.ts";
import type { AttributePath, Expression, Operator } from "./expression.ts";
import {
  accept,
  expect,
  isWord,
  moveTo,
  nested,
  parserOf,
  placeFrom,
  take,
  unexpected,
  type Parser,
} from "./parser.ts";
import { parseParameter } from "./parameter.ts";
import { parseAttributePath, parseBindings, setOf } from "./set.ts";
import { parsePath, parseString } from "./string.ts";

/** @throws NixError with the place where the text is not a Nix expression */
export function parse(source: Source): Expression {
  const parser = parserOf(source, parseExpression);
  const expression = parseExpression(parser);
  if (parser.token.type !== "end") throw unexpected(parser);
  return expression;
}

function parseExpression(parser: Parser): Expression {
  return nested(parser, () => parseFunction(parser));
}

/** What reaches as far to the right as it can: functions, `let`, `with`, `if`, `assert`. */
function parseFunction(parser: Parser): Expression {
  const { start } = parser.token;
  const parameter = parseParameter(parser);
  if (parameter !== undefined) {
    const body = parseExpression(parser);
    return { type: "lambda", parameter, body, ...placeFrom(parser, start) };
  }
  if (accept(parser, "assert")) {
    const test = parseExpression(parser);
    expect(parser, ";");
    const body = parseExpression(parser);
    return { type: "assert", test, body, ...placeFrom(parser, start) };
  }
  if (accept(parser, "with")) {
    const scope = parseExpression(parser);
    expect(parser, ";");
    const body = parseExpression(parser);
    return { type: "with", scope, body, ...placeFrom(parser, start) };
  }
  if (isWord(parser, "let")) {
    const from = take(parser).end;
    if (isWord(parser, "{")) {
      // The ancient `let { …; body = …; }` is left to the operators below, as a simple expression.
      moveTo(parser, start);
      return parseOperators(parser, 0);
    }
    const bindings = parseBindings(parser, "in");
    const set = setOf(bindings, true, placeFrom(parser, from));
    const [dynamic] = set.dynamic;
    if (dynamic !== undefined) throw new NixError("dynamic attributes are not allowed in let", dynamic.at);
    const body = parseExpression(parser);
    return { type: "let", set, body, ...placeFrom(parser, start) };
  }
  if (accept(parser, "if")) {
    const test = parseExpression(parser);
    expect(parser, "then");
    const whenTrue = parseExpression(parser);
    expect(parser, "else");
    const whenFalse = parseExpression(parser);
    return { type: "if", test, whenTrue, whenFalse, ...placeFrom(parser, start) };
  }
  return parseOperators(parser, 0);
}

type Side = "left" | "right" | "none";

/** From the loosest to the tightest; `?` and unary minus bind tighter than all of these, `!` stands between `+` and `//`. */
const LEVELS: readonly (readonly [Side, readonly Operator[]])[] = [
  ["left", ["|>"]],
  ["right", ["<|"]],
  ["right", ["->"]],
  ["left", ["||"]],
  ["left", ["&&"]],
  ["none", ["==", "!="]],
  ["none", ["<", "<=", ">", ">="]],
  ["right", ["//"]],
  ["left", ["+", "-"]],
  ["left", ["*", "/"]],
  ["right", ["++"]],
];

/** `!` negates all that binds tighter than `//`. */
const NOT_LEVEL = 8;

function parseOperators(parser: Parser, level: number): Expression {
  const entry = LEVELS[level];
  if (entry === undefined) return parseHas(parser);
  const { start } = parser.token;
  if (level === NOT_LEVEL && accept(parser, "!")) {
    const operand = nested(parser, () => parseOperators(parser, NOT_LEVEL));
    return { type: "not", operand, ...placeFrom(parser, start) };
  }
  const [side, operators] = entry;
  let left = parseOperators(parser, level + 1);
  for (;;) {
    const operator = operators.find((word) => isWord(parser, word));
    if (operator === undefined) return left;
    take(parser);
    const tightness = side === "right" ? level : level + 1;
    const right = nested(parser, () => parseOperand(parser, tightness));
    left = { type: "binary", operator, left, right, ...placeFrom(parser, start) };
    if (side === "right") return left;
    if (side === "none" && isWord(parser, ...operators)) throw unexpected(parser);
  }
}

/** `!` may also begin the right side of an operator that binds tighter than it. */
function parseOperand(parser: Parser, level: number): Expression {
  return parseOperators(parser, level > NOT_LEVEL && isWord(parser, "!") ? NOT_LEVEL : level);
}

function parseHas(parser: Parser): Expression {
  const { start } = parser.token;
  const of = parseNegated(parser);
  if (!accept(parser, "?")) return of;
  const path = parseAttributePath(parser);
  return { type: "has", of, path, ...placeFrom(parser, start) };
}

function parseNegated(parser: Parser): Expression {
  const { start } = parser.token;
  if (!accept(parser, "-")) return parseCall(parser);
  const operand = nested(parser, () => parseNegated(parser));
  return { type: "negate", operand, ...placeFrom(parser, start) };
}

function parseCall(parser: Parser): Expression {
  const { start } = parser.token;
  let callee = parseSelect(parser);
  while (beginsOperand(parser)) {
    const argument = parseSelect(parser);
    callee = { type: "call", callee, argument, ...placeFrom(parser, start) };
  }
  return callee;
}

function beginsOperand({ token }: Parser): boolean {
  if (token.type === "word") return ["(", "[", "{", "rec", "let"].includes(token.text);
  return token.type !== "end";
}

/** What may stand in a list, and as callee or argument. */
function parseSelect(parser: Parser): Expression {
  const { start } = parser.token;
  const of = parseSimple(parser);
  if (!accept(parser, ".")) return of;
  const path: AttributePath = parseAttributePath(parser);
  const or = accept(parser, "or") ? { or: parseSelect(parser) } : {};
  return { type: "select", of, path, ...or, ...placeFrom(parser, start) };
}

function parseSimple(parser: Parser): Expression {
  const { token } = parser;
  const { start } = token;
  const here = (): Place => placeFrom(parser, start);
  switch (token.type) {
    case "name":
      return { type: "variable", name: take(parser).text, ...here() };
    case "integer": {
      const value = BigInt(take(parser).text);
      if (value >= 1n << 63n) throw new NixError("integer out of range", here());
      return { type: "literal", value, ...here() };
    }
    case "float":
      return { type: "literal", value: Number(take(parser).text), ...here() };
    case "string":
    case "indented":
      return parseString(parser);
    case "path":
      return parsePath(parser);
    case "search-path":
      return { type: "search-path", path: take(parser).text.slice(1, -1), ...here() };
    case "uri":
      return { type: "string", parts: [take(parser).text], ...here() };
    case "end":
    case "word":
      return parseBracketed(parser);
  }
}

function parseBracketed(parser: Parser): Expression {
  const { source } = parser;
  const { start } = parser.token;
  const here = (): Place => placeFrom(parser, start);
  if (accept(parser, "(")) {
    const expression = parseExpression(parser);
    expect(parser, ")");
    return expression;
  }
  if (accept(parser, "[")) {
    const items: Expression[] = [];
    nested(parser, () => {
      while (!accept(parser, "]")) {
        if (!beginsOperand(parser)) throw unexpected(parser);
        items.push(parseSelect(parser));
      }
    });
    return { type: "list", items, ...here() };
  }
  const isLet = accept(parser, "let");
  const recursive = isLet || accept(parser, "rec");
  if (!recursive && !isWord(parser, "{")) throw unexpected(parser);
  expect(parser, "{");
  const bindings = nested(parser, () => parseBindings(parser, "}"));
  const set = setOf(bindings, recursive, here());
  if (!isLet) return set;
  const body = { name: "body", source, start, end: parser.last };
  return { type: "select", of: set, path: [body], ...here() };
}
