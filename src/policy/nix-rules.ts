/**
 * What do the rules of agenix say?
 *
 * A set whose names are the paths of secrets, relative to the file, each with a list `publicKeys` and perhaps `armor` (agenix reads
 * nothing else). One rule that cannot be evaluated leaves the others as they are. Pure: files are asked of the surroundings.
 */
import { posix } from "node:path";
import { expected, SecretsError, type Position } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { keyName } from "../keys/shown-key.ts";
import { atMost, NIX_LIMITS, POLICY_LIMITS } from "../limits.ts";
import { evaluateNix } from "../nix/nix.ts";
import { hintFor, NixError, positionOf } from "../nix/source.ts";
import { expectType, force, is, type Lazy, type Value } from "../nix/value.ts";
import { visible } from "../words/visible.ts";
import { whyUnclearPath } from "./look-alikes.ts";
import { expressionFor, isBeyondUs, nixText, readAnswer, type NixRule } from "./nix-fallback.ts";
import { boundKeys, keyLines, nameKeys, type BoundKeys, type NamedKeys, type Team } from "./nix-names.ts";
import type { Policy, PolicyWarning, Reader, Ruling } from "./policy.ts";
import { refuseReordering } from "./policy-text.ts";
import { union } from "./reader-union.ts";
import { recipientReader, type ReadRecipient } from "./recipient-text.ts";
import type { Surroundings } from "./sources/source.ts";

/** A rule as the file has it. */
interface RawRule {
  readonly name: string;
  readonly at: Position;
  readonly keys: readonly string[];
  readonly armor: boolean;
}

interface RawRules {
  /** By name; an error where one cannot be evaluated. */
  readonly rules: ReadonlyMap<string, RawRule | SecretsError>;
  /** Attributes that are not rules. */
  readonly others: readonly { readonly name: string; readonly at: Position }[];
  readonly bound: readonly BoundKeys[];
  readonly shell: ReadonlyMap<string, string>;
}

/** Secrets by the names that agenix-shell gives them. */
const SHELL = "agenix-shell-secrets";

/**
 * @param text The file's content.
 * @param file The file as it should be shown in messages.
 * @returns undefined where it is not a set of rules: a module of NixOS, say.
 * @throws SecretsError `policy` with the place and a trace.
 */
export async function parseRules(text: string, file: string, around: Surroundings): Promise<Policy | undefined> {
  refuseReordering(text, file);
  let asksForSubject = false;
  const environment = (name: string): string | undefined => {
    if (name !== "FILE") return around.environment(name);
    asksForSubject = true;
    return around.subject;
  };
  const nix = { name: file, directory: posix.dirname(around.path), text };
  const evaluated = (isStrict: boolean) =>
    evaluateNix(nix, { ...around, environment }, (value, { lets }) => rawRules(value, { file, lets, isStrict }));
  const raw = await evaluated(true).catch(async (error: unknown) => {
    if (!isBeyondUs(error)) throw error;
    try {
      const answer = await around.askNix?.(expressionFor(around.path));
      if (answer !== undefined) return rulesOfNix(readAnswer(answer), file);
    } catch (ofNix) {
      // One rule that Nix cannot evaluate either leaves the others as they are.
      return evaluated(false).catch(() => Promise.reject(ofNix));
    }
    return evaluated(false);
  });
  return raw === undefined ? undefined : policyOf(raw, { file, onlyFor: asksForSubject ? around.subject : undefined });
}

/** Without the names of its `let`, which only our own evaluation shows. */
function rulesOfNix(rules: readonly NixRule[] | undefined, file: string): RawRules | undefined {
  if (rules === undefined) return undefined;
  const placed = rules.map((rule): RawRule => ({ ...rule, at: { ...rule.at, file } }));
  return { rules: new Map(placed.map((rule) => [rule.name, rule])), others: [], bound: [], shell: new Map() };
}

interface Evaluated {
  readonly file: string;
  readonly lets: Iterable<ReadonlyMap<string, Lazy>>;
  /** Whether one rule that only Nix can evaluate is a matter for all of them. */
  readonly isStrict: boolean;
}

function rawRules(value: Value, { file, lets, isStrict }: Evaluated): RawRules | undefined {
  if (!is("set", value)) return undefined;
  atMost(value.attributes.size, NIX_LIMITS.rules, { at: { file } });
  const rules = new Map<string, RawRule | SecretsError>();
  const others: { name: string; at: Position }[] = [];
  for (const [name, attribute] of value.attributes) {
    const at = attribute.at === undefined ? { file } : positionOf(attribute.at);
    const rule = tried({ at, what: `the rule for ${visible(name)}`, isStrict }, () => rawRule(name, attribute, at));
    if (rule === undefined) others.push({ name, at });
    else rules.set(name, rule);
  }
  if (rules.size === 0 && others.length > 0) return undefined;
  const shell = value.attributes.get(SHELL);
  return {
    rules,
    others: others.filter(({ name }) => name !== SHELL),
    bound: boundKeys(lets, file),
    shell: shell === undefined ? new Map() : shellSecrets(shell),
  };
}

function rawRule(name: string, attribute: Lazy, at: Position): RawRule | undefined {
  const rule = force(attribute);
  const keys = is("set", rule) ? rule.attributes.get("publicKeys") : undefined;
  if (!is("set", rule) || keys === undefined) return undefined;
  const list = expectType("list", force(keys));
  const armor = rule.attributes.get("armor");
  return {
    name,
    at,
    keys: list.items.map((key) => expectType("string", force(key))),
    armor: armor !== undefined && expectType("bool", force(armor)),
  };
}

interface Trying {
  readonly at: Position;
  readonly what: string;
  readonly isStrict: boolean;
}

/** What a rule amounts to, or why it amounts to nothing. */
function tried<T>({ at, what, isStrict }: Trying, work: () => T): T | SecretsError {
  try {
    return work();
  } catch (error) {
    const isFatal =
      error instanceof NixError && (error.fault === "limit" || (isStrict && error.fault === "unsupported"));
    if (!(error instanceof NixError) || isFatal) throw error;
    const place = error.at === undefined ? at : positionOf(error.at);
    return new SecretsError("policy", `${what}: ${error.message}`, { at: place, hint: hintFor(error), cause: error });
  }
}

function shellSecrets(attribute: Lazy): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const trying = { at: { file: "" }, what: SHELL, isStrict: false };
  const secrets = tried(trying, () => force(attribute));
  if (secrets instanceof SecretsError || !is("set", secrets)) return found;
  for (const [name, secret] of secrets.attributes) {
    const path = tried(trying, () => {
      const entry = expectType("set", force(secret)).attributes.get("file");
      const file = entry === undefined ? null : force(entry);
      return is("path", file) ? file.path : expectType("string", file);
    });
    if (typeof path === "string") found.set(name, path);
  }
  return found;
}

interface About {
  readonly file: string;
  readonly onlyFor: string | undefined;
}

async function policyOf(raw: RawRules, { file, onlyFor }: About): Promise<Policy> {
  const recipient = recipientReader();
  const broken = new Map<string, SecretsError>();
  const warnings: PolicyWarning[] = [];
  const rules = new Map<string, { readonly rule: RawRule; readonly keys: readonly Recipient[] }>();
  let total = 0;
  for (const [name, rule] of raw.rules) {
    const path = posix.normalize(name);
    const wrong = whyNoPath(path, rules.has(path) || broken.has(path));
    if (wrong !== undefined) {
      warnings.push({ at: rule.at ?? { file }, message: `the rule for ${visible(name)} ${wrong}` });
      continue;
    }
    if (rule instanceof SecretsError) {
      broken.set(path, rule);
      continue;
    }
    atMost((total += rule.keys.length), POLICY_LIMITS.readers, { at: rule.at });
    try {
      rules.set(path, { rule, keys: await keysOf(rule, recipient) });
    } catch (error) {
      broken.set(path, expected(error));
    }
  }
  const named = await nameKeys(raw.bound, { recipient, used: [...rules.values()].flatMap(({ keys }) => keys), file });
  const ruling = (asked: string): Ruling | undefined => {
    const path = posix.normalize(asked);
    const problem = broken.get(path);
    if (problem !== undefined) throw problem;
    const found = rules.get(path);
    return found === undefined ? undefined : rulingOf(path, found, named);
  };
  return {
    file,
    members: named.members,
    teams: new Map([...named.teams].map(([name, { held }]) => [name, held])),
    anchors: [],
    creationRules: [],
    warnings,
    notes: raw.others.map(({ name, at }) => ({ at, message: `${visible(name)} is not a rule` })),
    broken: [...broken.values()],
    exactPaths: [...rules.keys()],
    readerHint: true,
    onlyFor,
    shellSecrets: raw.shell,
    rule: ruling,
    missingRule: (path) => ({ line: ruleLine(path), under: undefined }),
    holder: ({ id }) => named.holders.get(id),
    nameOf: ({ id }) => named.holders.get(id)?.name,
  };
}

/** A rule as somebody would write it. */
function ruleLine(path: string): string {
  return `${nixText(path)}.publicKeys = [ "age1…" ];`;
}

function whyNoPath(path: string, isKnown: boolean): string | undefined {
  if (/^(?:\/|\.\.(?:$|\/))/.test(path)) return "leads out of its directory, and is ignored";
  if (/^\.$|\/$/.test(path)) return "names no file, and is ignored";
  if (isKnown) return "is a duplicate by another spelling, and is ignored";
  const unclear = whyUnclearPath(path);
  return unclear === undefined ? undefined : `${unclear}, and is ignored`;
}

async function keysOf({ name, at, keys }: RawRule, recipient: ReadRecipient): Promise<Recipient[]> {
  const found = new Map<string, Recipient>();
  for (const [index, text] of keys.entries()) {
    for (const line of keyLines(text)) {
      const key = await recipient({ text: line, at }, `key ${index + 1} of ${visible(name)}`);
      if (!found.has(key.text)) found.set(key.text, key);
    }
  }
  if (found.size > 0) return [...found.values()];
  throw new SecretsError("policy", `the rule for ${visible(name)} names nobody`, {
    at,
    hint: `put a key there: ${ruleLine(name)}`,
  });
}

function rulingOf(
  path: string,
  { rule, keys }: { readonly rule: RawRule; readonly keys: readonly Recipient[] },
  { holders, teams }: NamedKeys,
): Ruling {
  const ids = new Set(keys.map(({ id }) => id));
  /** The lists that are in the rule as a whole, the largest first. */
  const whole = [...teams]
    .filter(([, team]) => [...team.keys].every((id) => ids.has(id)))
    .sort(([, a], [, b]) => b.keys.size - a.keys.size);
  const readers = keys.map((key): Reader => {
    const through = waysTo(key.id, whole);
    const holder = holders.get(key.id);
    if (holder === undefined) return { name: keyName(key), kind: "literal", keys: [key], as: "age", through };
    return { name: holder.name, kind: holder.kind, keys: [key], as: holder.as, through };
  });
  return {
    path,
    kind: "secrets",
    at: rule.at,
    title: path,
    readers: union(readers),
    shadowed: [],
    plain: false,
    settings: { foreign: [], armor: rule.armor },
    compiled: "agrees",
  };
}

/** The lists that a key reads through, each inside the one before it. A list of one is no team. */
function waysTo(id: string, teams: readonly (readonly [string, Team])[]): string[] {
  const ways: string[] = [];
  let around: Team | undefined;
  for (const [name, team] of teams) {
    const isInside = around === undefined || [...team.keys].every((key) => around?.keys.has(key));
    if (team.keys.size < 2 || !team.keys.has(id) || !isInside) continue;
    ways.push(name);
    around = team;
  }
  return ways;
}
