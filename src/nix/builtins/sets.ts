/**
 * What can be done with attribute sets, and with functions that take them?
 */
import { type Machine, growItems } from "../machine.ts";
import { NixError, positionOf } from "../source.ts";
import {
  done,
  expectType,
  force,
  is,
  lazy,
  listValue,
  setValue,
  sortedNames,
  type FunctionValue,
  type Lazy,
  type SetValue,
  type Value,
} from "../value.ts";
import { append, attributesIn, call, calling, fn1, fn2, listIn, listOf, textIn, type Builtin } from "./builtin.ts";

export const sets: Readonly<Record<string, Builtin>> = {
  attrNames: fn1((set) => listOf(sortedNames(setIn(set)).map((name) => done(name)))),
  attrValues: fn1((set) => listOf(inOrder(setIn(set)).map(([, value]) => value))),
  catAttrs: fn2((name, list) => listOf(listIn(list).flatMap((set) => attributesIn(set).get(textIn(name)) ?? []))),
  functionArgs: fn1((value) => {
    const formals = functionIn(force(value)).formals ?? new Map<string, boolean>();
    return setValue(Object.fromEntries(formals));
  }),
  getAttr: fn2((name, set) => {
    const found = attributesIn(set).get(textIn(name));
    if (found === undefined) throw new NixError(`attribute '${textIn(name)}' missing`);
    return force(found);
  }),
  hasAttr: fn2((name, set) => attributesIn(set).has(textIn(name))),
  intersectAttrs: fn2((names, set) => {
    const wanted = attributesIn(names);
    return setValue(new Map([...attributesIn(set)].filter(([name]) => wanted.has(name))));
  }),
  listToAttrs: fn1((list, machine) => {
    const attributes = new Map<string, Lazy>();
    for (const [index, item] of listIn(list).entries()) {
      const entry = attributesIn(item);
      const name = textIn(needed("name", entry, index));
      if (!attributes.has(name)) attributes.set(name, needed("value", entry, index));
    }
    growItems(machine, attributes.size);
    return setValue(attributes);
  }),
  mapAttrs: fn2((make, set, machine) => {
    const entries = [...attributesIn(set)];
    growItems(machine, entries.length);
    return setValue(
      new Map(entries.map(([name, value]) => [name, { ...calling(make, done(name), value), at: value.at }])),
    );
  }),
  removeAttrs: fn2((set, names) => {
    const removed = new Set(listIn(names).map(textIn));
    return setValue(new Map([...attributesIn(set)].filter(([name]) => !removed.has(name))));
  }),
  unsafeGetAttrPos: fn2((name, set) => {
    const at = attributesIn(set).get(textIn(name))?.at;
    if (at === undefined) return null;
    const { line = 0, column = 0 } = positionOf(at);
    return setValue({ file: at.source.name, line: BigInt(line), column: BigInt(column) });
  }),
  zipAttrsWith: fn2((make, list, machine) => zipped(make, listIn(list), machine)),
};

function zipped(make: Lazy, given: readonly Lazy[], machine: Machine): Value {
  const found = new Map<string, Lazy[]>();
  for (const set of given) for (const [name, value] of attributesIn(set)) append(found, name, value);
  growItems(machine, found.size);
  return setValue(new Map([...found].map(([name, all]) => [name, calling(make, done(name), done(listValue(all)))])));
}

function functionIn(value: Value): FunctionValue {
  const functor = is("set", value) ? value.attributes.get("__functor") : undefined;
  return expectType("lambda", functor === undefined ? value : call(functor, done(value)));
}

function setIn(value: Lazy): SetValue {
  return expectType("set", force(value));
}

function inOrder(set: SetValue): [string, Lazy][] {
  return sortedNames(set).map((name) => [name, set.attributes.get(name) ?? lazy(() => null)]);
}

function needed(name: "name" | "value", entry: ReadonlyMap<string, Lazy>, index: number): Lazy {
  const found = entry.get(name);
  if (found !== undefined) return found;
  const error = new NixError(`attribute '${name}' missing for call to 'listToAttrs'`);
  const has = [...entry.keys()].slice(0, 3).map((each) => `${each} = …; `);
  error.hint = `each item of its list is { name = …; value = …; }, and item ${index + 1} is { ${has.join("")}}`;
  if (name === "name") error.hint += "; attrValues drops the names, so map over attrNames";
  throw error;
}
