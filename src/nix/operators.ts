/**
 * What do the operators of Nix make of two values?
 */
import { toText } from "./coerce.ts";
import { type Machine, grow, growItems, step } from "./machine.ts";
import { canonical } from "./paths.ts";
import { NixError } from "./source.ts";
import type { Operator } from "./syntax/expression.ts";
import {
  type Lazy,
  type SetValue,
  type Value,
  compareText,
  described,
  expectType,
  force,
  is,
  sortedNames,
} from "./value.ts";

type Computed = Exclude<Operator, "&&" | "||" | "->" | "|>" | "<|">;

export function binary(machine: Machine, operator: Computed, [left, right]: readonly [Value, Value]): Value {
  switch (operator) {
    case "+":
      return plus(machine, left, right);
    case "-":
    case "*":
    case "/":
      return arithmetic(operator, left, right);
    case "++": {
      const items = [...expectType("list", left).items, ...expectType("list", right).items];
      growItems(machine, items.length);
      return { type: "list", items };
    }
    case "//":
      return updated(machine, expectType("set", left), expectType("set", right));
    case "==":
      return equal(machine, left, right);
    case "!=":
      return !equal(machine, left, right);
    case "<":
      return less(machine, left, right);
    case ">":
      return less(machine, right, left);
    case "<=":
      return !less(machine, right, left);
    case ">=":
      return !less(machine, left, right);
  }
}

function updated(machine: Machine, left: SetValue, right: SetValue): SetValue {
  if (right.attributes.size === 0) return left;
  if (left.attributes.size === 0) return right;
  const attributes = new Map<string, Lazy>([...left.attributes, ...right.attributes]);
  growItems(machine, attributes.size);
  return { type: "set", attributes };
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

function plus(machine: Machine, left: Value, right: Value): Value {
  if (isNumber(left)) return arithmetic("+", left, right);
  if (is("path", left)) {
    return { type: "path", path: canonical(left.path + toText(machine, right, "path")) };
  }
  const text = toText(machine, left, "string") + toText(machine, right, "string");
  grow(machine, text.length);
  return text;
}

export function arithmetic(operator: "+" | "-" | "*" | "/", left: Value, right: Value): bigint | number {
  for (const value of [left, right]) {
    if (!isNumber(value)) throw new NixError(`expected an integer, found ${described(value)}`);
  }
  if (operator === "/" && Number(right) === 0) throw new NixError("division by zero");
  if (typeof left === "bigint" && typeof right === "bigint") return wholeNumber(integers[operator](left, right));
  return floats[operator](Number(left), Number(right));
}

const integers = {
  "+": (a: bigint, b: bigint) => a + b,
  "-": (a: bigint, b: bigint) => a - b,
  "*": (a: bigint, b: bigint) => a * b,
  "/": (a: bigint, b: bigint) => a / b,
};

const floats = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => a / b,
};

/** @throws NixError for what does not fit into 64 bits */
export function wholeNumber(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new NixError("integer overflow");
  return value;
}

export function negated(value: Value): bigint | number {
  return typeof value === "number" ? 0 - value : arithmetic("-", 0n, value);
}

/** @throws NixError for values that have no order: Booleans, sets, functions, null */
export function less(machine: Machine, left: Value, right: Value): boolean {
  step(machine);
  if (isNumber(left) && isNumber(right)) return left < right;
  if (typeof left === "string" && typeof right === "string") return compareText(left, right) < 0;
  if (is("path", left) && is("path", right)) return compareText(left.path, right.path) < 0;
  if (is("list", left) && is("list", right)) return listLess(machine, left.items, right.items);
  throw new NixError(`cannot compare ${described(left)} with ${described(right)}`);
}

function listLess(machine: Machine, left: readonly Lazy[], right: readonly Lazy[]): boolean {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return false;
    const [a, b] = [force(item), force(other)];
    if (!equal(machine, a, b)) return less(machine, a, b);
  }
  return left.length < right.length;
}

/** Functions are never equal, but a list or set is equal to itself, whatever is in it. */
export function equal(machine: Machine, left: Value, right: Value): boolean {
  step(machine);
  if (isNumber(left) && isNumber(right))
    return typeof left === typeof right ? left === right : Number(left) === Number(right);
  if (left === right) return !is("lambda", left);
  if (is("path", left) && is("path", right)) return left.path === right.path;
  if (is("list", left) && is("list", right)) {
    const { items } = right;
    return (
      left.items.length === items.length && left.items.every((item, index) => sameItem(machine, item, items[index]))
    );
  }
  return is("set", left) && is("set", right) && equalSets(machine, left, right);
}

function sameItem(machine: Machine, left: Lazy | undefined, right: Lazy | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left === right || equal(machine, force(left), force(right));
}

function equalSets(machine: Machine, left: SetValue, right: SetValue): boolean {
  if (left.attributes.size !== right.attributes.size) return false;
  const names = sortedNames(left);
  if (names.some((name) => !right.attributes.has(name))) return false;
  return names.every((name) => sameItem(machine, left.attributes.get(name), right.attributes.get(name)));
}
