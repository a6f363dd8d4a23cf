/**
 * Of which type is a value, and how is it said to somebody else?
 */
import { jsonText, toJson } from "../coerce.ts";
import { type Machine, ask, grow, growItems, step } from "../machine.ts";
import { NixError } from "../source.ts";
import { done, force, is, listValue, setValue, typeName, type TypeName, type Value } from "../value.ts";
import { fn1, fn2, textIn, type Builtin } from "./builtin.ts";

function test(type: TypeName): Builtin {
  return fn1((value) => is(type, force(value)));
}

export const types: Readonly<Record<string, Builtin>> = {
  isAttrs: test("set"),
  isBool: test("bool"),
  isFloat: test("float"),
  isFunction: test("lambda"),
  isInt: test("int"),
  isList: test("list"),
  isNull: test("null"),
  isPath: test("path"),
  isString: test("string"),
  typeOf: fn1((value) => typeName(force(value))),
  seq: fn2((first, second) => {
    force(first);
    return force(second);
  }),
  deepSeq: fn2((first, second, machine) => {
    deeply(machine, force(first), new Set());
    return force(second);
  }),
  abort: fn1((message) => {
    throw new NixError(`evaluation aborted: ${textIn(message)}`);
  }),
  throw: fn1((message) => {
    throw new NixError(textIn(message), undefined, "thrown");
  }),
  trace: fn2((_, value) => force(value)),
  traceVerbose: fn2((_, value) => force(value)),
  warn: fn2((_, value) => force(value)),
  tryEval: fn1((value) => {
    try {
      return setValue({ success: true, value: force(value) });
    } catch (error) {
      if (!(error instanceof NixError) || error.fault !== "thrown") throw error;
      return setValue({ success: false, value: false });
    }
  }),
  fromJSON: fn1((text, machine) => fromJson(machine, textIn(text))),
  toJSON: fn1((value, machine) => {
    const text = jsonText(toJson(machine, force(value)));
    grow(machine, text.length);
    return text;
  }),
  fromTOML: fn1((text, machine) => {
    const parse = ask(machine, "toml");
    const written = textIn(text);
    try {
      return fromData(machine, parse(written));
    } catch (error) {
      if (error instanceof NixError) throw error;
      throw new NixError("invalid TOML");
    }
  }),
};

function deeply(machine: Machine, value: Value, seen: Set<Value>): void {
  step(machine);
  if (value === null || typeof value !== "object" || seen.has(value)) return;
  seen.add(value);
  const inner = value.type === "list" ? value.items : value.type === "set" ? [...value.attributes.values()] : [];
  for (const item of inner) deeply(machine, force(item), seen);
}

/** A number of JSON is an integer if it has neither fraction nor exponent, which JSON.parse does not tell. */
function fromJson(machine: Machine, text: string): Value {
  const marked = text.replaceAll(/"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return `"s${token.slice(1)}`;
    return /^-?\d+$/.test(token) ? `"i${token}"` : `"f${token}"`;
  });
  try {
    // What is not JSON without the marks must not become JSON by them.
    JSON.parse(text);
    return fromData(machine, JSON.parse(marked, unmarked));
  } catch (error) {
    if (error instanceof NixError) throw error;
    throw new NixError("invalid JSON");
  }
}

function unmarked(_: string, value: unknown): unknown {
  if (typeof value === "string") {
    const rest = value.slice(1);
    if (value.startsWith("s")) return rest;
    return value.startsWith("i") && BigInt.asIntN(64, BigInt(rest)) === BigInt(rest) ? BigInt(rest) : Number(rest);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.slice(1), item as unknown]));
}

/** Data as `JSON.parse` and TOML give it. */
function fromData(machine: Machine, data: unknown): Value {
  growItems(machine, 1);
  if (data === null || typeof data === "string" || typeof data === "boolean") return data;
  if (typeof data === "bigint" || typeof data === "number") return data;
  if (Array.isArray(data)) return listValue(data.map((item: unknown) => done(fromData(machine, item))));
  if (typeof data !== "object" || data instanceof Date) throw new NixError("dates and times are not supported");
  return setValue(new Map(Object.entries(data).map(([name, item]) => [name, done(fromData(machine, item))])));
}
