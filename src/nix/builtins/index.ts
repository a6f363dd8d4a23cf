/**
 * Which functions does every Nix file see?
 *
 * One group per file. What only Nix itself can do, since it needs the store or the network, is there by name and says so.
 */
import type { Machine } from "../machine.ts";
import { NixError } from "../source.ts";
import { done, lazy, listValue, setValue, type Lazy } from "../value.ts";
import { functionOf } from "./builtin.ts";
import { files } from "./files.ts";
import { lists } from "./lists.ts";
import { numbers } from "./numbers.ts";
import { sets } from "./sets.ts";
import { strings } from "./strings.ts";
import { types } from "./types.ts";

const NEED_NIX = [
  "break",
  "convertHash",
  "derivation",
  "derivationStrict",
  "exec",
  "fetchClosure",
  "fetchGit",
  "fetchMercurial",
  "fetchTarball",
  "fetchTree",
  "fetchurl",
  "filterSource",
  "findFile",
  "flakeRefToString",
  "getFlake",
  "importNative",
  "outputOf",
  "parseFlakeRef",
  "path",
  "placeholder",
  "storePath",
  "toFile",
  "toXML",
];

/** Those that are seen without `builtins.` before them; the others are seen as `__name`. */
const GLOBAL = new Set([
  "abort",
  "baseNameOf",
  "break",
  "derivation",
  "derivationStrict",
  "dirOf",
  "fetchGit",
  "fetchMercurial",
  "fetchTarball",
  "fetchTree",
  "fromTOML",
  "import",
  "isNull",
  "map",
  "placeholder",
  "removeAttrs",
  "scopedImport",
  "throw",
  "toString",
]);

/** The language that is spoken here, as `lib` asks for it. */
const LANGUAGE = { langVersion: 6n, nixVersion: "2.24.0", storeDir: "/nix/store" } as const;

const known = new WeakMap<Machine, ReadonlyMap<string, Lazy>>();

/** The names of a file's outermost scope. */
export function globals(machine: Machine): ReadonlyMap<string, Lazy> {
  const made = known.get(machine);
  if (made !== undefined) return made;
  const all = new Map<string, Lazy>();
  const names = new Map<string, Lazy>();
  known.set(machine, names);
  const add = (name: string, value: Lazy): void => {
    all.set(name, value);
    names.set(GLOBAL.has(name) ? name : `__${name}`, value);
  };
  const groups = [lists, sets, numbers, strings, types, files(globals)];
  for (const [name, make] of groups.flatMap((group) => Object.entries(group))) add(name, done(make(machine)));
  for (const name of NEED_NIX) add(name, done(functionOf(() => unsupported(name))));
  for (const [name, value] of Object.entries(LANGUAGE)) add(name, done(value));
  add("nixPath", done(listValue([])));
  for (const name of ["currentSystem", "currentTime"]) {
    const missing = lazy(() => unsupported(name));
    add(name, missing);
  }
  for (const [name, value] of Object.entries({ true: true, false: false, null: null })) {
    all.set(name, done(value));
    names.set(name, done(value));
  }
  all.set("builtins", done(setValue(all)));
  names.set("builtins", done(setValue(all)));
  return names;
}

function unsupported(name: string): never {
  throw new NixError(`builtins.${name} needs Nix itself`, undefined, "unsupported");
}
