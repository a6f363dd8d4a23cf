/**
 * Which attributes do the bindings of a set, or of a `let`, add up to?
 */
import { NixError, type Place } from "../source.ts";
import type { Attribute, AttributeName, Binding, Expression, SetExpression } from "./expression.ts";
import { accept, expect, placeFrom, take, unexpected, type Parser } from "./parser.ts";
import { parseString } from "./string.ts";

/** Up to and with the closing word. */
export function parseBindings(parser: Parser, closing: "}" | "in"): Binding[] {
  const bindings: Binding[] = [];
  while (!accept(parser, closing)) {
    const { start } = parser.token;
    if (accept(parser, "inherit")) {
      const from = accept(parser, "(") ? parser.expression(parser) : undefined;
      if (from !== undefined) expect(parser, ")");
      const names: AttributeName[] = [];
      while (!accept(parser, ";")) {
        const name = parseName(parser);
        if (typeof name.name !== "string") throw new NixError("dynamic attributes cannot be inherited", name);
        names.push(name);
      }
      bindings.push({ type: "inherit", from, names, ...placeFrom(parser, start) });
      continue;
    }
    const path = parseAttributePath(parser);
    expect(parser, "=");
    const value = parser.expression(parser);
    expect(parser, ";");
    bindings.push({ type: "assign", path, value, ...placeFrom(parser, start) });
  }
  return bindings;
}

export function parseAttributePath(parser: Parser): AttributeName[] {
  const path = [parseName(parser)];
  while (accept(parser, ".")) path.push(parseName(parser));
  return path;
}

function parseName(parser: Parser): AttributeName {
  const { start, type, text } = parser.token;
  if (type === "name" || (type === "word" && text === "or")) {
    return { name: take(parser).text, ...placeFrom(parser, start) };
  }
  if (type === "string") {
    const string = parseString(parser);
    const [only = "", ...others] = string.parts;
    return { name: typeof only === "string" && others.length === 0 ? only : string, ...placeFrom(parser, start) };
  }
  if (!accept(parser, "${")) throw unexpected(parser, "expected an attribute name");
  const name = parser.expression(parser);
  expect(parser, "}");
  const fixed = name.type === "string" && name.parts.length === 1 ? name.parts[0] : undefined;
  return { name: typeof fixed === "string" ? fixed : name, ...placeFrom(parser, start) };
}

type Assigned = Extract<Binding, { readonly type: "assign" }>;

/** What is known of an attribute while the bindings are read. */
interface Found {
  readonly at: AttributeName;
  /** What it is as a whole; undefined where only paths through it are written. */
  value: Expression | undefined;
  readonly outer: boolean;
  /** `a.b = …` seen from `a`. */
  readonly inner: Binding[];
}

/** @throws NixError where an attribute is defined twice */
export function setOf(bindings: readonly Binding[], recursive: boolean, { source, start, end }: Place): SetExpression {
  const found = new Map<string, Found>();
  const dynamic: SetExpression["dynamic"][number][] = [];
  for (const binding of bindings) {
    if (binding.type === "inherit") inherit(found, binding);
    else if (typeof binding.path[0]?.name === "string") assign(found, binding);
    else dynamic.push(dynamicOf(binding));
  }
  const attributes = new Map<string, Attribute>();
  for (const [name, { at, value, outer, inner }] of found) {
    attributes.set(name, { value: together(value, inner), outer, at });
  }
  return { type: "set", recursive, bindings, attributes, dynamic, source, start, end };
}

/** A set that is written out and paths into it add up. */
function together(value: Expression | undefined, inner: readonly Binding[]): Expression {
  const [first] = inner;
  if (first === undefined && value !== undefined) return value;
  const whole = value?.type === "set" ? value : undefined;
  const place = whole ?? first;
  if (place === undefined) throw new NixError("an attribute without a value");
  return setOf([...(whole?.bindings ?? []), ...inner], whole?.recursive ?? false, place);
}

function inherit(found: Map<string, Found>, { from, names }: Extract<Binding, { readonly type: "inherit" }>): void {
  for (const at of names) {
    if (typeof at.name !== "string") continue;
    if (found.has(at.name)) throw duplicate([at], at);
    const value: Expression =
      from === undefined ? { ...at, type: "variable", name: at.name } : { ...at, type: "select", of: from, path: [at] };
    found.set(at.name, { at, value, outer: from === undefined, inner: [] });
  }
}

function assign(found: Map<string, Found>, assigned: Assigned): void {
  const { path, value } = assigned;
  const [at, ...rest] = path;
  if (at === undefined || typeof at.name !== "string") return;
  const known = found.get(at.name);
  const inner = rest.length > 0 ? [{ ...assigned, path: rest }] : [];
  const whole = rest.length > 0 ? undefined : value;
  if (known === undefined) {
    found.set(at.name, { at, value: whole, outer: false, inner });
    return;
  }
  // Only sets that are written out add up.
  for (const part of [known.value, whole]) {
    if (part !== undefined && (part.type !== "set" || known.outer)) throw duplicate(path, at);
  }
  if (known.value === undefined) known.value = whole;
  else if (whole?.type === "set") known.inner.push(...whole.bindings);
  known.inner.push(...inner);
}

function dynamicOf(assigned: Assigned): SetExpression["dynamic"][number] {
  const [at, ...rest] = assigned.path;
  if (at === undefined || typeof at.name === "string") throw new NixError("an attribute without a name", assigned);
  const inner: Assigned = { ...assigned, path: rest };
  return { name: at.name, value: rest.length === 0 ? assigned.value : setOf([inner], false, inner), at };
}

function duplicate(path: readonly AttributeName[], at: Place): NixError {
  const shown = path.map(({ name }) => (typeof name === "string" ? name : "${…}")).join(".");
  return new NixError(`attribute '${shown}' already defined`, at);
}
