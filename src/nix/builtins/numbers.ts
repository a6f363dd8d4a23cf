/**
 * What can be done with numbers?
 */
import { arithmetic, less, wholeNumber } from "../operators.ts";
import { NixError } from "../source.ts";
import { described, expectType, force, type Lazy, type Value } from "../value.ts";
import { fn1, fn2, type Builtin } from "./builtin.ts";

function whole(value: Lazy): bigint {
  return expectType("int", force(value));
}

function rounded(round: (value: number) => number): Builtin {
  return fn1((argument) => {
    const value: Value = force(argument);
    if (typeof value === "bigint") return value;
    if (typeof value !== "number") throw new NixError(`expected a float, found ${described(value)}`);
    return wholeNumber(BigInt(round(value)));
  });
}

export const numbers: Readonly<Record<string, Builtin>> = {
  add: fn2((left, right) => arithmetic("+", force(left), force(right))),
  bitAnd: fn2((left, right) => whole(left) & whole(right)),
  bitOr: fn2((left, right) => whole(left) | whole(right)),
  bitXor: fn2((left, right) => whole(left) ^ whole(right)),
  ceil: rounded(Math.ceil),
  div: fn2((left, right) => arithmetic("/", force(left), force(right))),
  floor: rounded(Math.floor),
  lessThan: fn2((left, right, machine) => less(machine, force(left), force(right))),
  mul: fn2((left, right) => arithmetic("*", force(left), force(right))),
  sub: fn2((left, right) => arithmetic("-", force(left), force(right))),
};
