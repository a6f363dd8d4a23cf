/**
 * What does this `.sops.yaml` say?
 *
 * Everything that sops puts there works as in sops; `users`, `hosts`, `teams`, `secrets`, `reader_hint` and a rule's
 * `readers` are ours, and stock sops ignores them. A broken policy is an error at its place, never half a policy. Pure.
 */
import { SecretsError } from "../errors.ts";
import { readCreationRules } from "./creation-rules.ts";
import { normalPath, readExactPaths } from "./exact-paths.ts";
import type { ExactPath } from "./exact-paths.ts";
import { readIndents } from "./indents.ts";
import type { CreationRule, Policy, PolicyWarning, Ruling } from "./policy.ts";
import { refuseReordering } from "./policy-text.ts";
import { readRoster } from "./roster.ts";
import { checkSopsShape } from "./sops-shape.ts";
import { readYaml } from "./yaml-node.ts";
import type { YamlMapping } from "./yaml-node.ts";
import { booleanOf, checkKeys, valueOf } from "./yaml-shape.ts";

const OURS = ["users", "hosts", "teams", "secrets", "reader_hint"];
const OF_SOPS = ["creation_rules", "destination_rules", "stores"];

/**
 * @param text The file's content.
 * @param file The file as it should be shown in messages.
 * @throws SecretsError `policy` with file, line and column.
 */
export async function parsePolicy(text: string, file: string): Promise<Policy> {
  const top = await readTop(text, file);
  checkKeys(top.entries, [...OURS, ...OF_SOPS]);
  const roster = await readRoster(top);
  const exact = await readExactPaths(top, roster);
  const creationRules = await readCreationRules(top, roster);
  checkSopsShape(top);
  return {
    file,
    members: roster.members,
    teams: roster.teams,
    anchors: roster.anchors,
    creationRules,
    warnings: [...unreachable(creationRules), ...duplicates(text, file)],
    notes: forPublishing(top),
    indents: readIndents(top),
    exactPaths: [...exact.keys()],
    readerHint: booleanOf(valueOf(top, "reader_hint"), "reader_hint") ?? true,
    rule: (path) => ruling(normalPath(path), exact, creationRules),
    missingRule: (path) => missingRule(path, roster.members.length > 0),
    holder: (recipient) => roster.holder(recipient),
    nameOf: (recipient) => roster.nameOf(recipient),
  };
}

async function readTop(text: string, file: string): Promise<YamlMapping> {
  refuseReordering(text, file);
  const root = readYaml(text, file);
  if (root.kind === "mapping") return root;
  if (root.kind === "empty") return { kind: "mapping", at: root.at, entries: [] };
  throw new SecretsError("policy", `the policy must be a mapping, not a ${root.kind}`, {
    at: root.at,
    hint: "it begins with creation_rules: or users:",
  });
}

function ruling(path: string, exact: Map<string, ExactPath>, rules: readonly CreationRule[]): Ruling | undefined {
  const named = exact.get(path);
  const matching = rules.filter((rule) => rule.matches(path));
  const [first] = matching;
  if (named !== undefined) {
    const { selection, macOnlyEncrypted } = first?.settings ?? {};
    return {
      path,
      kind: "secrets",
      at: named.at,
      title: path,
      readers: named.readers,
      plain: false,
      shadowed: matching.map(({ at }) => at),
      settings: { selection, macOnlyEncrypted, foreign: [] },
      compiled: "agrees",
    };
  }
  if (first === undefined) return undefined;
  const { at, title, readers, plain, settings, compiled } = first;
  return { path, kind: "creation_rules", at, title, readers, shadowed: [], plain, settings, compiled };
}

/** In the words that the policy uses itself. */
function missingRule(path: string, hasNames: boolean): { line: string; under: string } {
  if (hasNames) return { under: "secrets", line: `${path}: [NAME]` };
  const expression = `^${path.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`;
  return { under: "creation_rules", line: `- { path_regex: '${expression.replaceAll("'", "''")}', age: age1… }` };
}

/** They rule nothing that is written here. */
function forPublishing(top: YamlMapping): PolicyWarning[] {
  const message = "destination_rules are left to sops publish";
  return top.entries.flatMap(({ key, at }) => (key === "destination_rules" ? [{ at, message }] : []));
}

/** Rules that no path ever reaches: an earlier one has the same expression or takes every path. */
function unreachable(rules: readonly CreationRule[]): PolicyWarning[] {
  const everything = new Set(["every path", ".*", "^.*$"]);
  return rules.flatMap((rule, index) => {
    const earlier = rules.slice(0, index).find(({ title }) => everything.has(title) || title === rule.title);
    if (earlier === undefined) return [];
    return [{ at: rule.at, message: `no path reaches this rule: the one on line ${earlier.at.line} comes first` }];
  });
}

/** Recipients that one list names twice: unions hide it. */
function duplicates(text: string, file: string): PolicyWarning[] {
  const found: PolicyWarning[] = [];
  let seen = new Set<string>();
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(?:-\s+)?[\w.-]+:/.test(line) || line.trim() === "") seen = new Set();
    for (const [key] of line.replace(/(?:^|\s)#[^]*$/, "").matchAll(KEY)) {
      if (seen.has(key)) found.push({ at: { file, line: index + 1 }, message: "duplicate recipient in this list" });
      seen.add(key);
    }
  }
  return found;
}

const KEY = /\bage1[02-9ac-hj-np-z]{20,}|\bssh-(?:ed25519|rsa) [A-Za-z0-9+/=]{40,}/g;
