/**
 * What can a Nix expression amount to?
 *
 * Integers are 64-bit and are `bigint`, floats are `number`; strings are text, whose bytes are UTF-8. Whatever stands in a list, in a
 * set or behind a name is computed when it is needed, once.
 */
import { NixError, traced, type Place } from "./source.ts";

export type Value = null | boolean | bigint | number | string | PathValue | ListValue | SetValue | FunctionValue;

export interface PathValue {
  readonly type: "path";
  /** Absolute, without `.` and `..`. */
  readonly path: string;
}

export interface ListValue {
  readonly type: "list";
  readonly items: readonly Lazy[];
}

export interface SetValue {
  readonly type: "set";
  readonly attributes: ReadonlyMap<string, Lazy>;
}

export interface FunctionValue {
  readonly type: "lambda";
  readonly call: (argument: Lazy) => Value;
  /** Of a function that takes a set: the names, and whether they have defaults. */
  readonly formals: ReadonlyMap<string, boolean> | undefined;
}

/** A value, or the way to it. Work that fails leaves the way as it was, so that it can be tried again. */
export interface Lazy {
  value: Value | undefined;
  work: (() => Value) | undefined;
  /** Being computed: whoever asks now asks for itself. */
  busy: boolean;
  /** Of an attribute: where its name stands. */
  readonly at: Place | undefined;
}

export function lazy(work: () => Value, at?: Place): Lazy {
  return { value: undefined, work, busy: false, at };
}

export function done(value: Value, at?: Place): Lazy {
  return { value, work: undefined, busy: false, at };
}

/** @throws NixError where the value depends on itself, and whatever its work throws */
export function force(of: Lazy): Value {
  if (of.value !== undefined) return of.value;
  if (of.busy) throw new NixError("infinite recursion encountered");
  if (of.work === undefined) throw new NixError("a value without work");
  of.busy = true;
  try {
    of.value = of.work();
    of.work = undefined;
    return of.value;
  } finally {
    of.busy = false;
  }
}

/** A set or list of Nix, from one of JavaScript. */
export function setValue(attributes: ReadonlyMap<string, Lazy> | Readonly<Record<string, Value>>): SetValue {
  if (attributes instanceof Map) return { type: "set", attributes };
  return { type: "set", attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, done(value)])) };
}

export function listValue(items: readonly Lazy[]): ListValue {
  return { type: "list", items };
}

/** As `builtins.typeOf` calls it. */
export type TypeName = keyof Typed;

export function typeName(value: Value): TypeName {
  if (value === null) return "null";
  if (typeof value === "object") return value.type;
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "int" : "float";
}

/** Whether the value is of that type. */
export function is<T extends TypeName>(type: T, value: Value): value is Typed[T] {
  return typeName(value) === type;
}

const CALLED: Readonly<Record<TypeName, string>> = {
  null: "null",
  bool: "a Boolean",
  int: "an integer",
  float: "a float",
  string: "a string",
  path: "a path",
  list: "a list",
  set: "a set",
  lambda: "a function",
};

/** With its article, for messages: `a list`. */
export function described(value: Value): string {
  return CALLED[typeName(value)];
}

interface Typed {
  readonly null: null;
  readonly bool: boolean;
  readonly int: bigint;
  readonly float: number;
  readonly string: string;
  readonly path: PathValue;
  readonly list: ListValue;
  readonly set: SetValue;
  readonly lambda: FunctionValue;
}

/** @throws NixError where the value is of another type */
export function expectType<T extends TypeName>(type: T, value: Value): Typed[T] {
  if (!is(type, value)) throw new NixError(`expected ${CALLED[type]}, found ${described(value)}`);
  return value;
}

/** In the order of their bytes, as Nix sorts strings. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  // Only beyond the basic plane does the order of UTF-16 differ from that of the bytes.
  if (SURROGATE.test(left) || SURROGATE.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : 1;
}

const SURROGATE = /[\ud800-\udfff]/;

export function sortedNames({ attributes }: SetValue): string[] {
  return [...attributes.keys()].sort(compareText);
}

/** Calls a function, or a set with a `__functor`. */
export function apply(callee: Value, argument: Lazy, at?: Place): Value {
  if (is("lambda", callee)) {
    try {
      return callee.call(argument);
    } catch (error) {
      throw at === undefined ? error : traced(error, at, "this call");
    }
  }
  const functor = is("set", callee) ? callee.attributes.get("__functor") : undefined;
  if (functor !== undefined) return apply(apply(force(functor), done(callee), at), argument, at);
  throw new NixError(`expected a function, found ${described(callee)}`, at);
}
