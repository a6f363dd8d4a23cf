/**
 * Who is in each key group of this rule?
 *
 * `key_groups` means what it means in sops: one data key split among the groups. Merged groups come first, depth first;
 * within a group everybody is there once. Keys of other kinds are reported by kind, never dropped unseen. Pure.
 */
import type { ForeignKey } from "../keys/entries/entry.ts";
import { age as ageEntry } from "../keys/entries/age.ts";
import { entryKinds } from "../keys/entries/index.ts";
import { atMost, GROUPS, POLICY_LIMITS } from "../limits.ts";
import { distinctKeys, foreignKeys } from "./foreign.ts";
import type { Reader } from "./policy.ts";
import { union } from "./reader-union.ts";
import { readAge, splitAge } from "./readers.ts";
import type { Roster } from "./roster.ts";
import type { YamlEntry, YamlMapping, YamlNode } from "./yaml-node.ts";
import { checkKeys, entriesOf, itemsOf, valueOf } from "./yaml-shape.ts";

export interface KeyGroup {
  readonly readers: readonly Reader[];
  readonly foreign: readonly ForeignKey[];
}

const EXAMPLE = "key_groups: [{ age: [alice, bob] }, { age: [carol] }]";

/**
 * @returns Undefined where there are no groups.
 * @throws SecretsError `policy`: wrong shape, an unknown name.
 */
export async function readKeyGroups(rule: YamlMapping, roster: Roster): Promise<readonly KeyGroup[] | undefined> {
  const nodes = itemsOf(valueOf(rule, "key_groups"), { what: "key_groups", example: EXAMPLE });
  atMost(nodes.length, GROUPS, { at: rule.at });
  // Anchored groups can be merged many times over: each is read once.
  const known = new Map<readonly YamlEntry[], KeyGroup>();
  const groups: KeyGroup[] = [];
  for (const node of nodes) {
    groups.push(await readGroup(node, { roster, known, depth: 0 }));
  }
  return groups.length === 0 ? undefined : groups;
}

interface Reading {
  readonly roster: Roster;
  readonly known: Map<readonly YamlEntry[], KeyGroup>;
  readonly depth: number;
}

async function readGroup(node: YamlNode, { roster, known, depth }: Reading): Promise<KeyGroup> {
  atMost(depth, POLICY_LIMITS.groupDepth, { at: node.at });
  const entries = entriesOf(node, { what: "a key group", example: EXAMPLE });
  const earlier = known.get(entries);
  if (earlier !== undefined) return earlier;
  checkKeys(entries, ["merge", ...entryKinds.map(({ inGroup }) => inGroup)]);
  const group: YamlMapping = { kind: "mapping", at: node.at, entries };

  const readers: Reader[] = [];
  const foreign: ForeignKey[] = [];
  for (const inner of itemsOf(valueOf(group, "merge"), { what: "merge", example: "merge: [{ age: [alice] }]" })) {
    const merged = await readGroup(inner, { roster, known, depth: depth + 1 });
    roster.count(merged.readers.length + 1, inner.at);
    readers.push(...merged.readers);
    foreign.push(...merged.foreign);
  }
  const age = valueOf(group, ageEntry.inGroup);
  const wanted = { what: "age in a key group", example: "age: [alice, age1…]" };
  itemsOf(age, wanted);
  readers.push(...(await readAge(splitAge(age, wanted), roster, true)));
  foreign.push(...foreignKeys(group, "inGroup"));

  const made = { readers: union(readers), foreign: distinctKeys(foreign) };
  known.set(entries, made);
  return made;
}
