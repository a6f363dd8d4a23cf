/**
 * How does a function of JavaScript become one of Nix?
 */
import type { Machine } from "../machine.ts";
import {
  apply,
  expectType,
  force,
  lazy,
  listValue,
  type FunctionValue,
  type Lazy,
  type ListValue,
  type Value,
} from "../value.ts";

/** A value, or a function that takes its arguments one by one. */
export type Builtin = (machine: Machine) => Value;

export function fn1(run: (argument: Lazy, machine: Machine) => Value): Builtin {
  return (machine) => functionOf((argument) => run(argument, machine));
}

export function fn2(run: (first: Lazy, second: Lazy, machine: Machine) => Value): Builtin {
  return (machine) => functionOf((first) => functionOf((second) => run(first, second, machine)));
}

export function fn3(run: (given: readonly [Lazy, Lazy, Lazy], machine: Machine) => Value): Builtin {
  return (machine) =>
    functionOf((first) => functionOf((second) => functionOf((third) => run([first, second, third], machine))));
}

export function functionOf(call: (argument: Lazy) => Value): FunctionValue {
  return { type: "lambda", call, formals: undefined };
}

/** What a function makes of arguments, all at once. */
export function call(callee: Lazy, ...given: readonly Lazy[]): Value {
  return given.reduce((of, argument) => apply(of, argument), force(callee));
}

/** What a function will make of arguments. */
export function calling(callee: Lazy, ...given: readonly Lazy[]): Lazy {
  return lazy(() => call(callee, ...given));
}

export function textIn(value: Lazy): string {
  return expectType("string", force(value));
}

export function listIn(value: Lazy): readonly Lazy[] {
  return expectType("list", force(value)).items;
}

export function attributesIn(value: Lazy): ReadonlyMap<string, Lazy> {
  return expectType("set", force(value)).attributes;
}

export function truthIn(value: Value): boolean {
  return expectType("bool", value);
}

/** An integer that counts or indexes. */
export function countIn(value: Lazy): number {
  return Number(expectType("int", force(value)));
}

export function listOf(items: Iterable<Lazy>): ListValue {
  return listValue([...items]);
}

/** Adds to what stands under a name, in the order in which it comes. */
export function append(groups: Map<string, Lazy[]>, name: string, value: Lazy): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [value]);
  else group.push(value);
}
