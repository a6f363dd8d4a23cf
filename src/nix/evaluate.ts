/**
 * What does this expression amount to?
 *
 * Lazy, as Nix is: whatever is put into a list, a set or a name waits until somebody wants it. One small function per kind of
 * expression, so that JavaScript's stack goes far.
 */
import { placeText } from "../words/phrases.ts";
import { toText } from "./coerce.ts";
import { type Machine, ask, grow, growItems, step } from "./machine.ts";
import { binary, negated } from "./operators.ts";
import { absolutePath } from "./paths.ts";
import { NixError, positionOf, traced, tracing, type Place } from "./source.ts";
import type { AttributeName, Expression, ExpressionOf, Part, SetExpression } from "./syntax/expression.ts";
import {
  apply,
  described,
  done,
  expectType,
  force,
  is,
  lazy,
  listValue,
  type FunctionValue,
  type Lazy,
  type SetValue,
  type Value,
} from "./value.ts";

/** The names that can be seen from an expression, from the inside out. */
export interface Scope {
  readonly machine: Machine;
  readonly names: ReadonlyMap<string, Lazy>;
  /** The attributes of a `with`, which any name around it goes before. */
  readonly offered: Lazy | undefined;
  readonly around: Scope | undefined;
}

export function evaluate(expression: Expression, scope: Scope): Value {
  step(scope.machine);
  return EVALUATORS[expression.type](expression, scope);
}

/** Each takes expressions of its own type only, which a method's type lets it say. */
type Evaluator = { run(expression: Expression, scope: Scope): Value }["run"];

const EVALUATORS: Readonly<Record<Expression["type"], Evaluator>> = {
  literal: ({ value }: ExpressionOf<"literal">) => value,
  string: stringOf,
  path: pathOf,
  "search-path": searched,
  variable: (expression: ExpressionOf<"variable">, scope) => force(variable(expression, scope)),
  select,
  has,
  set: setOf,
  list: ({ items }: ExpressionOf<"list">, scope) => {
    growItems(scope.machine, items.length);
    return listValue(items.map((item) => later(item, scope)));
  },
  lambda,
  call: (expression: ExpressionOf<"call">, scope) =>
    apply(evaluate(expression.callee, scope), later(expression.argument, scope), expression),
  let: ({ set, body }: ExpressionOf<"let">, scope) => evaluate(body, letScope(set, scope)),
  with: (expression: ExpressionOf<"with">, scope) => {
    const offered = later(expression.scope, scope);
    return evaluate(expression.body, { ...scope, names: NOTHING, offered, around: scope });
  },
  if: ({ test, whenTrue, whenFalse }: ExpressionOf<"if">, scope) =>
    evaluate(truth(test, scope) ? whenTrue : whenFalse, scope),
  assert: asserted,
  not: ({ operand }: ExpressionOf<"not">, scope) => !truth(operand, scope),
  negate: (expression: ExpressionOf<"negate">, scope) =>
    tracing(expression, "this negation", () => negated(evaluate(expression.operand, scope))),
  binary: operation,
};

const NOTHING: ReadonlyMap<string, Lazy> = new Map();

/** To be computed when it is needed; what is known already is not put off. */
function later(expression: Expression, scope: Scope, at?: Place): Lazy {
  if (expression.type === "literal") return done(expression.value, at);
  if (expression.type === "variable" && at === undefined) {
    const known = lookUp(expression.name, scope);
    if (known !== undefined) return known;
  }
  return lazy(() => evaluate(expression, scope), at);
}

function truth(expression: Expression, scope: Scope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value !== "boolean") throw new NixError(`expected a Boolean, found ${described(value)}`, expression);
  return value;
}

function lookUp(name: string, scope: Scope): Lazy | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.around) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function variable(expression: ExpressionOf<"variable">, scope: Scope): Lazy {
  const known = lookUp(expression.name, scope);
  if (known !== undefined) return known;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.around) {
    const { offered } = at;
    if (offered === undefined) continue;
    const set = tracing(expression, "the scope of a with", () => expectType("set", force(offered)));
    const found = set.attributes.get(expression.name);
    if (found !== undefined) return found;
  }
  throw new NixError(`undefined variable '${expression.name}'`, expression);
}

function stringOf({ parts }: ExpressionOf<"string">, scope: Scope): string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === "string") return only;
  return textOf(parts, scope, "string");
}

function textOf(parts: readonly Part[], scope: Scope, into: "string" | "path"): string {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else text += tracing(part, "the expression in ${…}", () => toText(scope.machine, evaluate(part, scope), into));
  }
  grow(scope.machine, text.length);
  return text;
}

function pathOf(expression: ExpressionOf<"path">, scope: Scope): Value {
  const written = textOf(expression.parts, scope, "path");
  return tracing(expression, "this path", () => ({
    type: "path",
    path: absolutePath(written, expression.source.directory, scope.machine.home),
  }));
}

/** `<nixpkgs/lib>` by NIX_PATH: `nixpkgs=DIR` and directories that may have it. */
function searched(expression: ExpressionOf<"search-path">, { machine }: Scope): Value {
  const { path: wanted, source } = expression;
  for (const entry of (machine.environment("NIX_PATH") ?? "").split(":")) {
    const [, prefix = "", directory = ""] = /^(?:([^=/]*)=)?(.*)$/.exec(entry) ?? [];
    const rest = prefix === "" ? `/${wanted}` : wanted.slice(prefix.length);
    if (directory === "" || !wanted.startsWith(prefix) || !/^(?:$|\/)/.test(rest)) continue;
    const path = absolutePath(directory + rest, source.directory, machine.home);
    if (ask(machine, "type", path) !== undefined) return { type: "path", path };
  }
  throw new NixError(`<${wanted}> is not in NIX_PATH`, expression, "unsupported");
}

function nameOf({ name }: AttributeName, scope: Scope): string | null {
  if (typeof name === "string") return name;
  const value = tracing(name, "the name of an attribute", () => evaluate(name, scope));
  return value === null ? null : tracing(name, "the name of an attribute", () => expectType("string", value));
}

function select(expression: ExpressionOf<"select">, scope: Scope): Value {
  let value = evaluate(expression.of, scope);
  for (const step of expression.path) {
    const name = nameOf(step, scope);
    const found = is("set", value) && name !== null ? value.attributes.get(name) : undefined;
    if (found !== undefined) {
      value = tracing(found.at ?? step, `the attribute '${name}'`, () => force(found));
      continue;
    }
    if (expression.or !== undefined) return evaluate(expression.or, scope);
    if (!is("set", value)) throw new NixError(`expected a set, found ${described(value)}`, expression.of);
    throw new NixError(`attribute '${name}' missing`, step);
  }
  return value;
}

function has(expression: ExpressionOf<"has">, scope: Scope): boolean {
  let value = evaluate(expression.of, scope);
  for (const [index, step] of expression.path.entries()) {
    const name = nameOf(step, scope);
    if (!is("set", value) || name === null) return false;
    const found = value.attributes.get(name);
    if (found === undefined) return false;
    if (index < expression.path.length - 1) value = force(found);
  }
  return true;
}

/** What a set weighs without its attributes, in items. */
const SET = 8;

function setOf(expression: SetExpression, scope: Scope): SetValue {
  const fixed = new Map<string, Lazy>();
  const inner: Scope = expression.recursive ? { ...scope, names: fixed, offered: undefined, around: scope } : scope;
  fill(expression, { attributes: fixed, inner, outer: scope });
  growItems(scope.machine, fixed.size + expression.dynamic.length + SET);
  // Names that are known only now cannot be seen from within a recursive set.
  const attributes = expression.recursive && expression.dynamic.length > 0 ? new Map(fixed) : fixed;
  for (const { name: expressionOfName, value, at } of expression.dynamic) {
    const name = nameOf({ ...at, name: expressionOfName }, inner);
    if (name === null) continue;
    const known = attributes.get(name)?.at;
    if (attributes.has(name)) {
      const where = known === undefined ? "" : ` at ${placeText(positionOf(known))}`;
      throw new NixError(`dynamic attribute '${name}' already defined${where}`, at);
    }
    attributes.set(
      name,
      lazy(() => evaluate(value, inner), at),
    );
  }
  return { type: "set", attributes };
}

interface Filling {
  readonly attributes: Map<string, Lazy>;
  readonly inner: Scope;
  readonly outer: Scope;
}

function fill(expression: SetExpression, { attributes, inner, outer }: Filling): void {
  for (const [name, { value, outer: isOuter, at }] of expression.attributes) {
    const scope = isOuter ? outer : inner;
    attributes.set(name, value.type === "literal" ? done(value.value, at) : lazy(() => evaluate(value, scope), at));
  }
}

/** A function that is called over and over names nobody. */
const LETS = 1000;

function letScope(set: SetExpression, scope: Scope): Scope {
  const names = new Map<string, Lazy>();
  const inner: Scope = { ...scope, names, offered: undefined, around: scope };
  fill(set, { attributes: names, inner, outer: scope });
  if (scope.machine.lets.length < LETS) scope.machine.lets.push(names);
  return inner;
}

function asserted(expression: ExpressionOf<"assert">, scope: Scope): Value {
  if (!truth(expression.test, scope)) {
    const { source, start, end } = expression.test;
    throw new NixError(`assertion '${source.text.slice(start, end)}' failed`, expression, "thrown");
  }
  return evaluate(expression.body, scope);
}

function operation({ operator, left, right, ...place }: ExpressionOf<"binary">, scope: Scope): Value {
  if (operator === "&&") return truth(left, scope) && truth(right, scope);
  if (operator === "||") return truth(left, scope) || truth(right, scope);
  if (operator === "->") return !truth(left, scope) || truth(right, scope);
  if (operator === "|>") return apply(evaluate(right, scope), later(left, scope), place);
  if (operator === "<|") return apply(evaluate(left, scope), later(right, scope), place);
  const values = [evaluate(left, scope), evaluate(right, scope)] as const;
  try {
    return binary(scope.machine, operator, values);
  } catch (error) {
    throw traced(error, place, `this ${operator}`);
  }
}

function lambda({ parameter, body }: ExpressionOf<"lambda">, scope: Scope): FunctionValue {
  if (!("formals" in parameter)) {
    const { name } = parameter;
    const call = (argument: Lazy): Value =>
      evaluate(body, { ...scope, names: new Map([[name, argument]]), offered: undefined, around: scope });
    return { type: "lambda", call, formals: undefined };
  }
  const formals = new Map([...parameter.formals].map(([name, { or }]) => [name, or !== undefined]));
  const call = (argument: Lazy): Value => {
    const given = expectType("set", force(argument)).attributes;
    const names = new Map<string, Lazy>(parameter.name === undefined ? [] : [[parameter.name, argument]]);
    const inner: Scope = { ...scope, names, offered: undefined, around: scope };
    for (const [name, { or, at }] of parameter.formals) {
      const found = given.get(name) ?? (or === undefined ? undefined : lazy(() => evaluate(or, inner)));
      if (found === undefined) throw new NixError(`called without required argument '${name}'`, at);
      names.set(name, found);
    }
    const unexpected = parameter.open ? undefined : [...given.keys()].find((name) => !parameter.formals.has(name));
    if (unexpected !== undefined) throw new NixError(`called with unexpected argument '${unexpected}'`, body);
    return evaluate(body, inner);
  };
  return { type: "lambda", call, formals };
}
