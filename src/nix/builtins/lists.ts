/**
 * What can be done with lists?
 */
import { type Machine, growItems, step } from "../machine.ts";
import { equal, less } from "../operators.ts";
import { NixError } from "../source.ts";
import { done, expectType, force, listValue, setValue, type Lazy, type Value } from "../value.ts";
import {
  append,
  attributesIn,
  call,
  calling,
  countIn,
  fn1,
  fn2,
  fn3,
  listIn,
  listOf,
  truthIn,
  type Builtin,
} from "./builtin.ts";

export const lists: Readonly<Record<string, Builtin>> = {
  all: fn2((test, list) => listIn(list).every((item) => truthIn(call(test, item)))),
  any: fn2((test, list) => listIn(list).some((item) => truthIn(call(test, item)))),
  concatLists: fn1((list, machine) => flattened(listIn(list).map(listIn), machine)),
  concatMap: fn2((make, list, machine) =>
    flattened(
      listIn(list).map((item) => expectType("list", call(make, item)).items),
      machine,
    ),
  ),
  elem: fn2((wanted, list, machine) => listIn(list).some((item) => equal(machine, force(wanted), force(item)))),
  elemAt: fn2((list, index) => {
    const item = listIn(list)[countIn(index)];
    if (item === undefined) throw new NixError(`list index ${countIn(index)} is out of bounds`);
    return force(item);
  }),
  filter: fn2((test, list) => listOf(listIn(list).filter((item) => truthIn(call(test, item))))),
  "foldl'": fn3(([join, start, list]) => {
    let value: Lazy = start;
    for (const item of listIn(list)) value = done(call(join, value, item));
    return force(value);
  }),
  genericClosure: fn1((argument, machine) => closure(attributesIn(argument), machine)),
  genList: fn2((make, count, machine) => {
    const size = countIn(count);
    if (size < 0) throw new NixError(`cannot make a list of ${size} items`);
    growItems(machine, size);
    return listOf(Array.from({ length: size }, (_, index) => calling(make, done(BigInt(index)))));
  }),
  groupBy: fn2((keyOf, list) => {
    const groups = new Map<string, Lazy[]>();
    for (const item of listIn(list)) append(groups, expectType("string", call(keyOf, item)), item);
    return setValue(new Map([...groups].map(([key, items]) => [key, done(listValue(items))])));
  }),
  head: fn1((list) => force(first(listIn(list)))),
  length: fn1((list) => BigInt(listIn(list).length)),
  map: fn2((make, list, machine) => {
    const items = listIn(list);
    growItems(machine, items.length);
    return listOf(items.map((item) => calling(make, item)));
  }),
  partition: fn2((test, list) => {
    const [right, wrong]: [Lazy[], Lazy[]] = [[], []];
    for (const item of listIn(list)) (truthIn(call(test, item)) ? right : wrong).push(item);
    return setValue({ right: listValue(right), wrong: listValue(wrong) });
  }),
  sort: fn2((before, list, machine) => listValue(sorted(listIn(list), before, machine))),
  tail: fn1((list) => {
    first(listIn(list));
    return listOf(listIn(list).slice(1));
  }),
};

function first(items: readonly Lazy[]): Lazy {
  const [item] = items;
  if (item === undefined) throw new NixError("an empty list has no first item");
  return item;
}

function flattened(listsOfItems: readonly (readonly Lazy[])[], machine: Machine): Value {
  const items = listsOfItems.flat();
  growItems(machine, items.length);
  return listValue(items);
}

function sorted(items: readonly Lazy[], before: Lazy, machine: Machine): Lazy[] {
  step(machine, items.length);
  return [...items].sort((left, right) => {
    if (truthIn(call(before, left, right))) return -1;
    return truthIn(call(before, right, left)) ? 1 : 0;
  });
}

/** Everything that `operator` leads to from `startSet`, each `key` once. */
function closure(given: ReadonlyMap<string, Lazy>, machine: Machine): Value {
  const [start, operator] = [given.get("startSet"), given.get("operator")];
  if (start === undefined) throw new NixError("attribute 'startSet' missing");
  if (operator === undefined) throw new NixError("attribute 'operator' missing");
  const waiting = [...listIn(start)];
  const found: Lazy[] = [];
  const keys: Value[] = [];
  for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
    const key = attributesIn(item).get("key");
    if (key === undefined) throw new NixError("attribute 'key' missing");
    const value = force(key);
    if (keys.some((known) => sameKey(machine, known, value))) continue;
    keys.push(value);
    found.push(item);
    waiting.push(...expectType("list", call(operator, item)).items);
  }
  return listValue(found);
}

function sameKey(machine: Machine, left: Value, right: Value): boolean {
  return left === right || (!less(machine, left, right) && !less(machine, right, left));
}
