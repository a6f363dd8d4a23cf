/**
 * What can be done with strings?
 */
import { createHash } from "node:crypto";
import { toText } from "../coerce.ts";
import { grow, step, type Machine } from "../machine.ts";
import { NixError } from "../source.ts";
import { done, expectType, force, setValue, type Value } from "../value.ts";
import { countIn, fn1, fn2, fn3, listIn, listOf, textIn, type Builtin } from "./builtin.ts";
import { match, split } from "./regular-expressions.ts";
import { compareVersions, derivationName, versionParts } from "./versions.ts";

const HASHES = new Set(["md5", "sha1", "sha256", "sha512"]);

export const strings: Readonly<Record<string, Builtin>> = {
  compareVersions: fn2((left, right) => BigInt(compareVersions(textIn(left), textIn(right)))),
  concatStringsSep: fn2((separator, list, machine) => {
    const joined = listIn(list)
      .map((item) => toText(machine, force(item), "string"))
      .join(textIn(separator));
    grow(machine, joined.length);
    return joined;
  }),
  hashString: fn2((kind, text) => {
    const algorithm = textIn(kind);
    if (!HASHES.has(algorithm)) throw new NixError(`unknown hash algorithm '${algorithm}'`);
    return createHash(algorithm).update(textIn(text)).digest("hex");
  }),
  match: fn2((pattern, text, machine) => match(machine, textIn(pattern), textIn(text))),
  parseDrvName: fn1((name) => setValue(derivationName(textIn(name)))),
  replaceStrings: fn3(([from, to, text], machine) => {
    const [wanted, given] = [listIn(from).map(textIn), listIn(to)];
    if (wanted.length !== given.length) throw new NixError("replaceStrings needs two lists of the same length");
    return replaced(textIn(text), { wanted, by: (index) => textIn(given[index] ?? done("")) }, machine);
  }),
  split: fn2((pattern, text, machine) => split(machine, textIn(pattern), textIn(text))),
  splitVersion: fn1((version) => listOf(versionParts(textIn(version)).map((part) => done(part)))),
  stringLength: fn1((text, machine) => BigInt(Buffer.byteLength(toText(machine, force(text), "string")))),
  substring: fn3(([start, length, text], machine) =>
    substring(toText(machine, force(text), "string"), countIn(start), countIn(length)),
  ),
  toString: fn1((value, machine) => toText(machine, force(value), "any")),
  // Strings here know nothing of derivations, so that there is no context to lose.
  addErrorContext: fn2((_, value) => force(value)),
  appendContext: fn2((text, context) => {
    if (expectType("set", force(context)).attributes.size === 0) return textIn(text);
    throw new NixError("strings with a context need the Nix store", undefined, "unsupported");
  }),
  getContext: fn1((text) => {
    textIn(text);
    return setValue({});
  }),
  hasContext: fn1((text) => textIn(text) === "\0"),
  unsafeDiscardOutputDependency: fn1(textIn),
  unsafeDiscardStringContext: fn1((text, machine) => toText(machine, force(text), "string")),
};

/** Offsets and lengths count bytes. */
function substring(text: string, start: number, length: number): string {
  if (start < 0) throw new NixError("negative start position in 'substring'");
  const end = length < 0 ? undefined : start + length;
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return text.slice(start, end);
  const part = bytes.subarray(start, end);
  const cut = part.toString("utf8");
  if (Buffer.from(cut).equals(part)) return cut;
  throw new NixError("substring cuts a character in two", undefined, "unsupported");
}

interface Replacement {
  readonly wanted: readonly string[];
  readonly by: (index: number) => string;
}

/** Left to right, the first of the list that fits; an empty one fits before every character and at the end. */
function replaced(text: string, { wanted, by }: Replacement, machine: Machine): Value {
  let result = "";
  let at = 0;
  while (at <= text.length) {
    step(machine, wanted.length);
    const index = wanted.findIndex((part) => text.startsWith(part, at));
    const part = wanted[index];
    const character = text.slice(at, at + 1);
    if (part === undefined) result += character;
    else result += by(index) + (part === "" ? character : "");
    at += part === undefined || part === "" ? 1 : part.length;
  }
  grow(machine, result.length);
  return result;
}
