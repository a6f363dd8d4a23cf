/**
 * How is a value written as text, and as JSON?
 */
import { type Machine, grow, growItems } from "./machine.ts";
import { NixError, tracing } from "./source.ts";
import { apply, described, done, force, is, sortedNames, type SetValue, type Value } from "./value.ts";

/**
 * - `string`: what may stand in `"${…}"`. `path`: the same, in a path. `any`: what `toString` takes too, numbers and lists among them.
 *
 * @throws NixError where the value is none of them; `unsupported` for a path in a string, which Nix copies to its store
 */
export function toText(machine: Machine, value: Value, into: "string" | "path" | "any"): string {
  if (is("string", value)) return value;
  if (is("set", value)) return textOfSet(machine, value, into);
  if (is("path", value)) {
    if (into !== "string") return value.path;
    throw new NixError(`\${${value.path}} would be copied to the Nix store; write toString`, undefined, "unsupported");
  }
  if (into === "any") return anyText(machine, value);
  throw new NixError(`cannot coerce ${described(value)} to a string`);
}

function textOfSet(machine: Machine, set: SetValue, into: "string" | "path" | "any"): string {
  const own = set.attributes.get("__toString");
  if (own !== undefined) return toText(machine, apply(force(own), done(set)), into);
  const out = set.attributes.get("outPath");
  if (out !== undefined) return toText(machine, force(out), into);
  throw new NixError("cannot coerce a set to a string");
}

function anyText(machine: Machine, value: Value): string {
  if (value === null || value === false) return "";
  if (value === true) return "1";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return value.toFixed(6);
  if (!is("list", value)) {
    throw new NixError(`cannot coerce ${described(value)} to a string`);
  }
  // An empty list among others leaves no blank behind it.
  const items = value.items.map((item) => force(item));
  const text = items.map((item, index) => {
    const isEmptyList = is("list", item) && item.items.length === 0;
    return toText(machine, item, "any") + (index < items.length - 1 && !isEmptyList ? " " : "");
  });
  const joined = text.join("");
  grow(machine, joined.length);
  return joined;
}

/** JSON as data. Integers stay `bigint`, so that the largest keep all their digits. */
export type Json = null | boolean | bigint | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Evaluates all of it. @throws NixError for functions, and for paths, which Nix copies to its store */
export function toJson(machine: Machine, value: Value): Json {
  growItems(machine, 1);
  if (is("list", value)) return value.items.map((item) => toJson(machine, force(item)));
  if (is("set", value)) return jsonOfSet(machine, value);
  if (is("path", value)) {
    throw new NixError(`the path ${value.path} would be copied to the Nix store`, undefined, "unsupported");
  }
  if (is("lambda", value)) throw new NixError("cannot convert a function to JSON");
  return value;
}

function jsonOfSet(machine: Machine, value: SetValue): Json {
  if (value.attributes.has("__toString")) return toText(machine, value, "string");
  const out = value.attributes.get("outPath");
  if (out !== undefined) return toJson(machine, force(out));
  const json: Record<string, Json> = Object.create(null);
  for (const name of sortedNames(value)) {
    const attribute = value.attributes.get(name) ?? done(null);
    const inner = (): Json => toJson(machine, force(attribute));
    json[name] = attribute.at === undefined ? inner() : tracing(attribute.at, `the attribute '${name}'`, inner);
  }
  return json;
}

/** JSON as text, without blanks, as `builtins.toJSON` writes it. */
export function jsonText(json: Json): string {
  if (typeof json === "bigint") return json.toString();
  if (typeof json === "number") return Number.isInteger(json) ? `${json}.0` : JSON.stringify(json);
  if (typeof json === "string") return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map((item: Json) => jsonText(item)).join(",")}]`;
  if (json === null || typeof json !== "object") return String(json);
  const entries = Object.entries(json).map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`);
  return `{${entries.join(",")}}`;
}
