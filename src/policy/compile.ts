/**
 * What does this policy become once stock sops can read who is meant?
 *
 * Writes the `age` list of every rule with `readers` into the text, and verifies that nothing else changes. Pure.
 */
import { SecretsError } from "../errors.ts";
import { ageSplices } from "./compile-splice.ts";
import { spliced, type Splice } from "../text/splice.ts";
import type { CreationRule, Policy, PolicyWarning } from "./policy.ts";
import { splitAge } from "./readers.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import { parsePolicy } from "./sops-yaml.ts";
import { sopsRecipients } from "./sops-recipients.ts";
import { readYaml } from "./yaml-node.ts";
import type { YamlEntry, YamlMapping, YamlNode } from "./yaml-node.ts";
import { sameContent } from "./yaml-same.ts";
import { valueOf } from "./yaml-shape.ts";
import { yamlTokens } from "./yaml-tokens.ts";

export interface CompiledPolicy {
  /** The text as it should be; the very same where every list agrees already. */
  readonly text: string;
  /** The rules whose list was missing or differed: where they stand in the old text, and how they are called. */
  readonly rules: readonly { readonly line: number; readonly title: string }[];
  /** What stock sops will still not understand. */
  readonly warnings: readonly PolicyWarning[];
}

/**
 * @param text The policy, its byte order mark and line ends as they are.
 * @param file The policy as it should be shown in messages.
 * @throws SecretsError `policy`: it is broken, or a list cannot be replaced because something else refers to it.
 */
export async function compilePolicyText(text: string, file: string): Promise<CompiledPolicy> {
  const before = await readRules(text, file);
  const changed = new Set<number>();
  let now = before;
  // A rule may take over what another one above it has just been given, so those that inherit `readers` come last.
  for (let rounds = 0; rounds <= before.nodes.length; rounds += 1) {
    const differing = now.policy.creationRules.flatMap(({ compiled }, index) => (compiled === "agrees" ? [] : [index]));
    if (differing.length === 0) break;
    for (const index of differing) changed.add(index);
    now = await readAgain(await roundOf(now, differing), { file, before, changed });
  }
  if (changed.size > 0) verify(before, now, changed);
  const rules = before.policy.creationRules
    .filter((_, index) => changed.has(index))
    .map(({ at, title }) => ({ line: at.line ?? 1, title }));
  return { text: now.text, rules, warnings: before.nodes.flatMap(warningsOf) };
}

interface Rules {
  readonly text: string;
  readonly policy: Policy;
  readonly root: YamlNode;
  /** The mappings of `creation_rules`, in the order of the policy's rules. */
  readonly nodes: readonly YamlMapping[];
}

async function readRules(text: string, file: string): Promise<Rules> {
  const policy = await parsePolicy(text, file);
  const root = readYaml(text, file);
  const list = root.kind === "mapping" ? valueOf(root, "creation_rules") : undefined;
  const nodes = list?.kind === "list" ? list.items.filter((node) => node.kind === "mapping") : [];
  return { text, policy, root, nodes };
}

async function roundOf({ text, policy, nodes }: Rules, differing: readonly number[]): Promise<string> {
  const own = differing.filter((index) => nodes[index]?.source?.pairs.some(({ key }) => key === "readers"));
  const source = { text, tokens: await yamlTokens(text) };
  // Aliases let several rules be one mapping: what they come to is the same, and is written once.
  const splices = new Map<string, Splice>();
  for (const index of own.length > 0 ? own : differing) {
    const recipients = sopsRecipients(policy.creationRules[index]?.readers ?? []).map((recipient) => recipient.text);
    const rule = nodes[index]?.source;
    for (const splice of rule === undefined ? [] : ageSplices(source, rule, recipients)) {
      splices.set(`${splice.start} ${splice.end}`, splice);
    }
  }
  return spliced(text, [...splices.values()]);
}

interface Attempt {
  readonly file: string;
  readonly before: Rules;
  readonly changed: ReadonlySet<number>;
}

async function readAgain(text: string, { file, before, changed }: Attempt): Promise<Rules> {
  try {
    return await readRules(text, file);
  } catch (error) {
    throw error instanceof SecretsError ? impossible(before, changed, error) : error;
  }
}

/** The same content but for lists beside `readers`, the same readers of every rule, and every list agrees. */
function verify(before: Rules, after: Rules, changed: ReadonlySet<number>): void {
  const old = before.policy.creationRules;
  const rules = after.policy.creationRules;
  const holds =
    sameContent(before.root, after.root, isCompiled) &&
    rules.length === old.length &&
    rules.every((rule, index) => rule.compiled === "agrees" && keysOf(rule) === keysOf(old[index]));
  if (!holds) throw impossible(before, changed);
}

function isCompiled({ key }: YamlEntry, among: readonly YamlEntry[]): boolean {
  return key === "age" && among.some((entry) => entry.key === "readers");
}

function keysOf(rule: CreationRule | undefined): string {
  return JSON.stringify(rule?.readers.map(({ name, as, keys }) => [name, as, keys.map(({ text }) => text)]));
}

function impossible({ policy }: Rules, changed: ReadonlySet<number>, cause?: SecretsError): SecretsError {
  const lists = policy.creationRules.filter((_, index) => changed.has(index));
  const at = (lists.find(({ compiled }) => compiled === "differs") ?? lists[0])?.at;
  return new SecretsError("policy", "an age list cannot be written here without changing what else the policy says", {
    at,
    hint: "write this rule as a mapping of its own, with one setting per line and no anchor in its age list",
    cause,
  });
}

/** Names inside key groups: they are the policy itself there, so nothing can be compiled without losing them. */
function warningsOf(rule: YamlMapping): PolicyWarning[] {
  const entry = rule.entries.find(({ key }) => key === "key_groups");
  if (entry === undefined) return [];
  const names = [...new Set(namesIn(entry.value, new Set()))];
  if (names.length === 0) return [];
  const message = `stock sops cannot read the names in these key groups (${names.join(", ")}); compile leaves them as they are`;
  return [{ at: entry.at, message }];
}

/** @param seen The lists and groups that were looked at: anchored ones can be reached many times over. */
function namesIn(groups: YamlNode, seen: Set<object>): string[] {
  if (groups.kind !== "list" || seen.has(groups.items)) return [];
  seen.add(groups.items);
  return groups.items.flatMap((group) => {
    if (group.kind !== "mapping" || seen.has(group.entries)) return [];
    seen.add(group.entries);
    const merged = namesIn(valueOf(group, "merge") ?? { kind: "empty", at: group.at }, seen);
    const parts = splitAge(valueOf(group, "age"), { what: "age in a key group", example: "age: [alice]" });
    return [...merged, ...parts.filter(({ text }) => !looksLikeRecipient(text)).map(({ text }) => text)];
  });
}
