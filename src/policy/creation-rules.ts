/**
 * What does each entry of `creation_rules` say?
 *
 * With `readers` it is ours: they are the whole list, and `age` beside it is output that adds nobody. Without, it is a
 * plain rule of sops and means what sops means by it. Pure.
 */
import { age as ageEntry } from "../keys/entries/age.ts";
import { entryKinds } from "../keys/entries/index.ts";
import { SecretsError } from "../errors.ts";
import { atMost, PATTERNS, patternWeight, POLICY_LIMITS } from "../limits.ts";
import { distinctKeys, foreignKeys } from "./foreign.ts";
import { readKeyGroups } from "./key-groups.ts";
import type { KeyGroup } from "./key-groups.ts";
import { whyHidden } from "./look-alikes.ts";
import { compilePattern } from "./path-regex.ts";
import type { Compiled, CreationRule, Reader, RuleSettings } from "./policy.ts";
import { union } from "./reader-union.ts";
import { readAge, readReaders, splitAge } from "./readers.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import type { Roster } from "./roster.ts";
import { readEnforce, readSelection, readThreshold, SELECTION_SETTINGS } from "./rule-settings.ts";
import type { YamlMapping, YamlNode } from "./yaml-node.ts";
import { booleanOf, checkKeys, itemsOf, textOf, valueOf } from "./yaml-shape.ts";

const KNOWN_KEYS = [
  "path_regex",
  "readers",
  ...entryKinds.map(({ inRule }) => inRule),
  "key_groups",
  "shamir_threshold",
  "mac_only_encrypted",
  "aws_profile",
  "enforce",
  ...SELECTION_SETTINGS,
];
const EXAMPLE = "- { path_regex: ^secrets/, readers: [alice] }";
const AGE = { what: "age", example: "age: age1…,age1…" };

/** @throws SecretsError `policy`: whatever is wrong in `creation_rules`. */
export async function readCreationRules(top: YamlMapping, roster: Roster): Promise<CreationRule[]> {
  const rules: CreationRule[] = [];
  const nodes = itemsOf(valueOf(top, "creation_rules"), { what: "creation_rules", example: EXAMPLE });
  checkSize(nodes, top);
  for (const node of nodes) {
    if (node.kind !== "mapping") {
      throw new SecretsError("policy", "a creation rule must be a mapping", {
        at: node.at,
        hint: `write for example ${EXAMPLE}`,
      });
    }
    rules.push(await readRule(node, roster));
  }
  return rules;
}

/** Before anything is compiled. @throws SecretsError `policy` */
function checkSize(nodes: readonly YamlNode[], { at }: YamlMapping): void {
  atMost(nodes.length, POLICY_LIMITS.rules, { at });
  let weight = 0;
  for (const node of nodes) {
    for (const { key, value } of node.kind === "mapping" ? node.entries : []) {
      if (value.kind !== "text" || !key.endsWith("_regex")) continue;
      weight += patternWeight(value.text);
      atMost(weight, PATTERNS, { at: value.at });
    }
  }
}

async function readRule(node: YamlMapping, roster: Roster): Promise<CreationRule> {
  checkKeys(node.entries, KNOWN_KEYS);
  const pattern = valueOf(node, "path_regex");
  const old = node.entries.find(({ key }) => key === "filename_regex");
  if (old !== undefined && pattern === undefined) {
    throw new SecretsError("policy", "filename_regex is ignored, so this rule matches every path", {
      at: old.at,
      hint: "call it path_regex, as sops does since 3.0",
    });
  }
  const expression = textOf(pattern, { what: "path_regex", example: "path_regex: ^secrets/" });
  const hidden = expression === undefined ? undefined : whyHidden(expression);
  if (hidden !== undefined) {
    throw new SecretsError("policy", `path_regex ${hidden}`, { at: pattern?.at ?? node.at, hint: "remove it" });
  }
  const matches =
    expression === undefined ? () => true : await compilePattern(expression, "path_regex", pattern?.at ?? node.at);

  const groups = await readKeyGroups(node, roster);
  const settings = await readSettings(node, groups);
  const named = valueOf(node, "readers");
  const from = { at: node.at, title: expression ?? "every path", settings, matches };
  if (named === undefined) {
    return { ...from, plain: true, readers: await plainReaders(node, groups, roster), compiled: "agrees" };
  }
  if (groups !== undefined) {
    throw new SecretsError("policy", "readers and key_groups cannot be combined", {
      at: valueOf(node, "key_groups")?.at ?? node.at,
      hint: "keep readers, or put the names into the age lists of the groups",
    });
  }
  const readers = await readReaders(named, { what: "readers", example: "readers: [alice, ops]" }, roster);
  return {
    ...from,
    plain: false,
    readers,
    compiled: await compareCompiled(valueOf(node, ageEntry.inRule), readers, roster),
  };
}

async function readSettings(rule: YamlMapping, groups: readonly KeyGroup[] | undefined): Promise<RuleSettings> {
  // Where there are groups, sops does not look at the rule's own lists.
  const foreign = groups?.flatMap((group) => group.foreign) ?? foreignKeys(rule, "inRule");
  const several = groups === undefined || groups.length < 2 ? undefined : groups;
  return {
    selection: await readSelection(rule),
    macOnlyEncrypted: booleanOf(valueOf(rule, "mac_only_encrypted"), "mac_only_encrypted"),
    threshold: readThreshold(valueOf(rule, "shamir_threshold"), groups?.length ?? 0),
    groups: several?.map(({ readers }) => readers),
    foreignGroups: several?.map((group) => group.foreign),
    foreign: distinctKeys(foreign),
    hasEmptyGroup: groups?.some((group) => group.readers.length + group.foreign.length === 0) || undefined,
    enforce: readEnforce(valueOf(rule, "enforce")),
  };
}

async function plainReaders(
  rule: YamlMapping,
  groups: readonly KeyGroup[] | undefined,
  roster: Roster,
): Promise<Reader[]> {
  if (groups !== undefined) return union(groups.flatMap(({ readers }) => readers));
  return readAge(splitAge(valueOf(rule, ageEntry.inRule), AGE), roster, false);
}

/** What cannot be read as recipients differs too, so that compiling again fixes it. */
async function compareCompiled(
  age: YamlNode | undefined,
  readers: readonly Reader[],
  roster: Roster,
): Promise<Compiled> {
  const wanted = new Set(readers.flatMap(({ keys }) => keys.map(({ id }) => id)));
  const found = new Set<string>();
  try {
    for (const part of splitAge(age, AGE)) {
      if (!looksLikeRecipient(part.text)) return "differs";
      found.add((await roster.recipient(part, "age")).id);
    }
  } catch (error) {
    if (error instanceof SecretsError) return "differs";
    throw error;
  }
  if (found.size === 0) return "absent";
  return found.size === wanted.size && [...found].every((id) => wanted.has(id)) ? "agrees" : "differs";
}
