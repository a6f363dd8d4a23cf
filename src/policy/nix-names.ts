/**
 * What does a Nix file call the holders of its keys?
 *
 * By the names of its `let`: a text that is a key is somebody, a list of keys is a team, and a set holds more of both
 * (`users.alice`). Only what the rules made Nix look at has a name here. A key in no `let` goes by its comment. Pure.
 */
import type { Position } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { keyName } from "../keys/shown-key.ts";
import { positionOf } from "../nix/source.ts";
import { is, type Lazy, type Value } from "../nix/value.ts";
import { lookAlike, whyUnclear } from "./look-alikes.ts";
import type { Member } from "./policy.ts";
import { looksLikeRecipient, type ReadRecipient } from "./recipient-text.ts";

/** A name of a `let`, or of a set in one, with the keys behind it. */
export interface BoundKeys {
  /** The names on the way to it, the outermost first. */
  readonly path: readonly string[];
  readonly at: Position;
  readonly isList: boolean;
  /** Keys as written, one a line. */
  readonly keys: readonly string[];
}

/** How deep sets of people hold each other, and how many names are of interest. */
const DEPTH = 4;
const NAMES = 2_000;

/** Looks at what has been computed, and computes nothing. */
export function boundKeys(lets: Iterable<ReadonlyMap<string, Lazy>>, file: string): BoundKeys[] {
  const found: BoundKeys[] = [];
  const visit = (lazy: Lazy, path: readonly string[]): void => {
    const { value, at } = lazy;
    if (value === undefined || found.length >= NAMES) return;
    const keys = keysIn(value);
    if (keys.length > 0) {
      const place = at === undefined ? { file } : positionOf(at);
      found.push({ path, at: place, isList: is("list", value), keys });
    } else if (is("set", value) && path.length < DEPTH) {
      for (const [name, inner] of value.attributes) if (name !== "publicKeys") visit(inner, [...path, name]);
    }
  };
  for (const names of lets) for (const [name, lazy] of names) visit(lazy, [name]);
  return found;
}

/** The keys in a text, one a line, as a `.pub` file has them that was read. */
export function keyLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** All of it are keys, or nothing of it counts. */
function keysIn(value: Value): string[] {
  const texts = is("list", value) ? value.items.map((item) => item.value) : [value];
  if (!texts.every((text) => typeof text === "string")) return [];
  const keys = texts.flatMap(keyLines);
  return keys.every(looksLikeRecipient) ? keys : [];
}

export interface Team {
  /** The names of those in it. */
  readonly held: readonly string[];
  /** By `Recipient.id`. */
  readonly keys: ReadonlySet<string>;
}

export interface NamedKeys {
  readonly members: readonly Member[];
  /** By `Recipient.id`. */
  readonly holders: ReadonlyMap<string, Member>;
  readonly teams: ReadonlyMap<string, Team>;
}

interface Naming {
  readonly recipient: ReadRecipient;
  /** The keys of all rules. */
  readonly used: readonly Recipient[];
  readonly file: string;
}

/** A name that means two things, or that could be read for another, names nobody. */
export async function nameKeys(bound: readonly BoundKeys[], { recipient, used, file }: Naming): Promise<NamedKeys> {
  const resolved: { readonly bound: BoundKeys; readonly keys: readonly Recipient[] }[] = [];
  for (const each of bound) {
    const keys = await Promise.all(
      each.keys.map((text) => recipient({ text, at: each.at }, each.path.join(".")).catch(() => undefined)),
    );
    // Of a list of keys some may be of no use.
    const usable = keys.filter((key) => key !== undefined);
    if (usable.length > 0) resolved.push({ bound: each, keys: usable });
  }
  const names = unambiguous(resolved);
  const holders = new Map<string, Member>();
  const members = new Map<string, Member>();
  for (const [name, { bound: at, keys }] of names) {
    if (at.isList || keys.some(({ id }) => holders.has(id))) continue;
    addMember({ name, kind: isHost(at.path, keys) ? "host" : "user", keys, as: "age", at: at.at });
  }
  for (const key of used) {
    const name = key.comment;
    if (holders.has(key.id) || members.has(name) || names.has(name) || !isName(name)) continue;
    addMember({ name, kind: isHost([], [key]) ? "host" : "user", keys: [key], as: "age", at: { file } });
  }
  function addMember(member: Member): void {
    members.set(member.name, member);
    for (const { id } of member.keys) holders.set(id, member);
  }
  const teams = new Map<string, Team>();
  for (const [name, { bound: at, keys }] of names) {
    if (!at.isList) continue;
    const held = [...new Set(keys.map((key) => holders.get(key.id)?.name ?? keyName(key)))];
    teams.set(name, { held, keys: new Set(keys.map(({ id }) => id)) });
  }
  return { members: [...members.values()], holders, teams };
}

/** The last part of the path alone where that is enough, else the path; without those that mean two things even so. */
function unambiguous<T extends { readonly bound: BoundKeys; readonly keys: readonly Recipient[] }>(
  all: readonly T[],
): Map<string, T> {
  const meaning = ({ bound, keys }: T) => `${bound.isList} ${keys.map(({ id }) => id).join(" ")}`;
  const meanings = (nameOf: (bound: BoundKeys) => string) => {
    const found = new Map<string, Set<string>>();
    for (const each of all) {
      const name = nameOf(each.bound);
      found.set(name, (found.get(name) ?? new Set()).add(meaning(each)));
    }
    return found;
  };
  const [short, long] = [meanings(({ path }) => path.at(-1) ?? ""), meanings(({ path }) => path.join("."))];
  const names = new Map<string, T>();
  for (const each of all) {
    const { path } = each.bound;
    const name = short.get(path.at(-1) ?? "")?.size === 1 ? (path.at(-1) ?? "") : path.join(".");
    const isOne = short.get(name)?.size === 1 || (!short.has(name) && long.get(name)?.size === 1);
    if (isOne && isName(name) && !names.has(name)) names.set(name, each);
  }
  for (;;) {
    const pair = lookAlike([...names.keys()].map((name) => ({ name })));
    if (pair === undefined) return names;
    names.delete(pair.earlier.name);
    names.delete(pair.later.name);
  }
}

/** As in `.sops.yaml`: without blanks, and nothing that looks like a key or like another name. */
function isName(name: string): boolean {
  return /^[^\s,\p{C}-][^\s,\p{C}]*$/u.test(name) && !looksLikeRecipient(name) && whyUnclear(name) === undefined;
}

/** Where nothing says so, a key is somebody's: a file that only machines read is the worse surprise. */
function isHost(path: readonly string[], keys: readonly Recipient[]): boolean {
  return path.some((name) => HOSTS.test(name)) || keys.every(({ comment }) => comment.startsWith("root@"));
}

const HOSTS = /^(?:system|host|machine|server|node)s?\d*$/i;
