/**
 * Which keys did somebody confirm, and for whom?
 *
 * A pin is the set of keys per name that a person has looked at. Literal recipients have no name, so they are kept by the
 * rule that names them: a key that was confirmed for one path is not thereby confirmed for another. Pure.
 */
import { SecretsError } from "../errors.ts";
import { parseRecipient } from "../keys/index.ts";
import { without } from "../keys/distinct.ts";
import type { Recipient } from "../keys/recipient.ts";
import { shownKey } from "../keys/shown-key.ts";
import type { Policy, Reader, Ruling } from "./policy.ts";

/** Somebody's key: of a user or host, or of nobody but a rule. */
export interface NamedKey {
  /** The member's name, or `FILE: TITLE` of the rule. */
  readonly owner: string;
  readonly kind: "name" | "rule";
  readonly key: Recipient;
}

/** By owner, in the order in which they were confirmed. */
export interface KeyPin {
  readonly names: ReadonlyMap<string, readonly Recipient[]>;
  readonly rules: ReadonlyMap<string, readonly Recipient[]>;
}

export const EMPTY_PIN: KeyPin = { names: new Map(), rules: new Map() };

/** What one owner has now and did not have, and the other way round. */
export interface KeyChange {
  readonly owner: string;
  /** Whether any key of this owner was confirmed before. */
  readonly isKnown: boolean;
  readonly added: readonly Recipient[];
  readonly removed: readonly Recipient[];
}

/** Every key of a policy. @param file the policy as it is called inside its repository. */
export function keysOfPolicy(policy: Policy, file: string): NamedKey[] {
  const members = policy.members.flatMap(({ name, keys }) =>
    keys.map((key): NamedKey => ({ owner: name, kind: "name", key })),
  );
  const rulings = policy.exactPaths.map((path) => policy.rule(path)).filter((ruling) => ruling !== undefined);
  return [
    ...members,
    ...[...rulings, ...policy.creationRules].flatMap((rule) =>
      keysOfRule(rule, file).filter(({ kind }) => kind === "rule"),
    ),
  ];
}

/** Every key that a rule encrypts to. */
export function keysOfRule({ title, readers }: Pick<Ruling, "title" | "readers">, file: string): NamedKey[] {
  return readers.flatMap((reader) => reader.keys.map((key) => namedKey(reader, `${file}: ${title}`, key)));
}

function namedKey({ kind, name }: Reader, rule: string, key: Recipient): NamedKey {
  return kind === "literal" ? { owner: rule, kind: "rule", key } : { owner: name, kind: "name", key };
}

/** Whether this very key was confirmed for this owner, by either face. */
export function isPinned(pin: KeyPin, { owner, kind, key }: NamedKey): boolean {
  return (pinned(pin, kind).get(owner) ?? []).some(({ id }) => id === key.id);
}

/** Whether this key was confirmed for anybody. */
export function isPinnedAnywhere(pin: KeyPin, key: Recipient): boolean {
  return [...pin.names.values(), ...pin.rules.values()].flat().some(({ id }) => id === key.id);
}

/** Owner by owner, those without a change left out: first whoever has keys now, in their order. */
export function compareKeys(pin: KeyPin, keys: readonly NamedKey[]): KeyChange[] {
  const now = pinOf(keys);
  return (["name", "rule"] as const).flatMap((kind) => {
    const [before, after] = [pinned(pin, kind), pinned(now, kind)];
    return [...new Set([...after.keys(), ...before.keys()])].flatMap((owner) => {
      const [had, has] = [before.get(owner) ?? [], after.get(owner) ?? []];
      const [added, removed] = [without(has, had), without(had, has)];
      if (added.length + removed.length === 0) return [];
      return [{ owner, isKnown: had.length > 0, added, removed }];
    });
  });
}

/** What has changed, one line per owner. */
export function changeLine({ owner, isKnown, added, removed }: KeyChange): string {
  const [now, was] = [added.map(shownKey).join(", "), removed.map(shownKey).join(", ")];
  if (added.length === 0) return `- ${owner}: ${was}`;
  if (removed.length > 0) return `~ ${owner}: key changed, was ${was}, now ${now}`;
  return isKnown ? `+ ${owner}: another key, ${now}` : `+ ${owner}: ${now}`;
}

/** The pin that confirms these keys. */
export function pinOf(keys: readonly NamedKey[]): KeyPin {
  const made = { name: new Map<string, Recipient[]>(), rule: new Map<string, Recipient[]>() };
  for (const { owner, kind, key } of keys) {
    const known = made[kind].get(owner) ?? [];
    if (!known.some(({ id }) => id === key.id)) made[kind].set(owner, [...known, key]);
  }
  return { names: made.name, rules: made.rule };
}

function pinned({ names, rules }: KeyPin, kind: NamedKey["kind"]): ReadonlyMap<string, readonly Recipient[]> {
  return kind === "name" ? names : rules;
}

/** The pin as data for a file or another program: keys by their canonical text. */
export function pinData({ names, rules }: KeyPin): {
  names: Record<string, string[]>;
  rules: Record<string, string[]>;
} {
  const texts = (keys: ReadonlyMap<string, readonly Recipient[]>) =>
    Object.fromEntries([...keys].map(([owner, own]) => [owner, own.map(({ text }) => text)] as const));
  return { names: texts(names), rules: texts(rules) };
}

/**
 * @param repository where it was confirmed, for those who look into the file
 * @returns JSON with a final newline
 */
export function pinText(pin: KeyPin, repository: string): string {
  return `${JSON.stringify({ version: 1, repository, ...pinData(pin) }, null, 2)}\n`;
}

/** @throws SecretsError `policy`: a damaged pin is never taken for an empty one. */
export async function parsePin(text: string, file: string): Promise<KeyPin> {
  const broken = new SecretsError("policy", "the file of confirmed keys is damaged", {
    at: { file },
    hint: "look at the keys again: secrets trust --forget && secrets trust",
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw broken;
  }
  if (!isRecord(data) || data["version"] !== 1) throw broken;
  return { names: await keysIn(data["names"], broken), rules: await keysIn(data["rules"], broken) };
}

async function keysIn(data: unknown, broken: SecretsError): Promise<Map<string, Recipient[]>> {
  if (!isRecord(data)) throw broken;
  const read = Object.entries(data).map(async ([owner, texts]) => {
    if (!Array.isArray(texts)) throw broken;
    const keys = texts.map((text: unknown) => {
      if (typeof text !== "string") throw broken;
      return parseRecipient(text).catch(() => Promise.reject(broken));
    });
    return [owner, await Promise.all(keys)] as const;
  });
  return new Map(await Promise.all(read));
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
