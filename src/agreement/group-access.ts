/**
 * Do fewer people, or others together, open the file than the key groups of the policy allow?
 *
 * Whoever is in enough groups opens it, so what counts of a person is in which groups of either side they are. All sets of
 * such people are tried.
 */

/** One side: the people of each group, by name, and how many groups it takes. */
export interface Access {
  readonly groups: readonly (readonly string[])[];
  readonly needed: number;
}

/** More kinds of people are not tried set by set. */
const MOST_TRIED = 12;
const MOST_GROUPS = 31;

/** Whether a set of people opens the file and would not by the policy. Where there are too many to try, equal groups only are in order. */
export function opensToOthers(file: Access, policy: Access): boolean {
  if (policy.needed < 2) return false;
  const people = kindsOfPeople(file, policy);
  if (people.length > MOST_TRIED || file.groups.length > MOST_GROUPS || policy.groups.length > MOST_GROUPS) {
    return file.needed < policy.needed || !isWithin(file.groups, policy.groups);
  }
  for (let set = 1; set < 2 ** people.length; set++) {
    const inside = people.filter((_, index) => (set & (1 << index)) !== 0);
    const [inFile, inPolicy] = [0, 1].map((side) => size(inside.reduce((all, each) => all | (each[side] ?? 0), 0)));
    if ((inFile ?? 0) >= file.needed && (inPolicy ?? 0) < policy.needed) return true;
  }
  return false;
}

/** In which groups of the file and of the policy somebody is, as bits; each combination once. */
function kindsOfPeople(file: Access, policy: Access): (readonly [number, number])[] {
  const names = new Set(file.groups.flat());
  const bits = (groups: Access["groups"], name: string) =>
    groups.reduce((sum, group, index) => sum + (group.includes(name) ? 2 ** index : 0), 0);
  const found = [...names].map((name) => [bits(file.groups, name), bits(policy.groups, name)] as const);
  return [...new Map(found.map((kind) => [kind.join(), kind])).values()];
}

function isWithin(groups: Access["groups"], others: Access["groups"]): boolean {
  return (
    groups.length <= others.length && groups.every((group, at) => group.every((name) => others[at]?.includes(name)))
  );
}

function size(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
