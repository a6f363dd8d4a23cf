/**
 * Who is meant by this name?
 *
 * The one name space of users, hosts and teams: teams are unions, expanded once, and can hold each other but never
 * themselves. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { anchorNames, type AnchoredKey } from "./anchor-names.ts";
import { nearest } from "../words/did-you-mean.ts";
import { atMost, POLICY_LIMITS } from "../limits.ts";
import { lookAlike } from "./look-alikes.ts";
import { checkName, readMembers } from "./members.ts";
import type { Member, Reader } from "./policy.ts";
import { union } from "./reader-union.ts";
import { looksLikeRecipient, recipientReader } from "./recipient-text.ts";
import type { PlacedText, ReadRecipient } from "./recipient-text.ts";
import type { YamlMapping } from "./yaml-node.ts";
import { entriesOf, filledText, itemsOf, quoted, valueOf } from "./yaml-shape.ts";

export interface Roster {
  readonly members: readonly Member[];
  /** What each team holds, as written. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
  readonly recipient: ReadRecipient;
  /** Who reads where this name stands; undefined where nobody has it. */
  named(name: string): readonly Reader[] | undefined;
  /** The member who holds this key, by either face. */
  holder(recipient: Recipient): Member | undefined;
  /** The member who holds this key, else the anchor that it stands behind. */
  nameOf(recipient: Pick<Recipient, "id">): string | undefined;
  readonly anchors: readonly AnchoredKey[];
  /** Counts readers that are written out somewhere. @throws SecretsError `policy`: too many in all. */
  readonly count: Count;
}

/** @param at What they are written out for. */
type Count = (readers: number, at: Position) => void;

interface Team {
  readonly name: string;
  readonly at: Position;
  readonly held: readonly PlacedText[];
}

/** @throws SecretsError `policy`: whatever is wrong in `users`, `hosts` and `teams`. */
export async function readRoster(top: YamlMapping): Promise<Roster> {
  const recipient = recipientReader();
  const members = await readMembers(top, recipient);
  const teams = readTeams(top, members);
  checkLookAlikes([...members, ...teams]);
  let total = 0;
  const count: Count = (readers, at) => {
    total += readers;
    atMost(total, POLICY_LIMITS.readers, { at });
  };
  const byName = expanded(members, teams, count);
  const anchors = await anchorNames(top, recipient, byName.keys());
  const holders = new Map(members.flatMap((member) => member.keys.map(({ id }) => [id, member] as const)));
  return {
    members,
    teams: new Map(teams.map(({ name, held }) => [name, held.map(({ text }) => text)])),
    recipient,
    named: (name) => byName.get(name),
    holder: ({ id }) => holders.get(id),
    nameOf: ({ id }) => holders.get(id)?.name ?? anchors.get(id)?.name,
    anchors: [...anchors.values()],
    count,
  };
}

/** The error for a name that nobody has. */
export function unknownName(name: PlacedText, known: Iterable<string>): SecretsError {
  const names = [...known];
  const near = nearest(name.text, names);
  const list = names.length === 0 ? "" : `; known: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`;
  return new SecretsError("policy", `unknown name ${quoted(name.text)}`, {
    at: name.at,
    hint: near === undefined ? `add it under users:, hosts: or teams:${list}` : `did you mean ${near}?`,
  });
}

/** Every name of the roster, in the order of the policy. */
export function namesOf(roster: Pick<Roster, "members" | "teams">): string[] {
  return [...roster.members.map(({ name }) => name), ...roster.teams.keys()];
}

/** @throws SecretsError `policy`: who reviews the policy could take one name for another. */
function checkLookAlikes(names: readonly { readonly name: string; readonly at: Position }[]): void {
  const found = lookAlike(names);
  if (found === undefined) return;
  const { earlier, later } = found;
  throw new SecretsError("policy", `the name "${later.name}" looks like "${earlier.name}" on line ${earlier.at.line}`, {
    at: later.at,
    hint: "rename one of them, or remove the one that nobody knows",
  });
}

function readTeams(top: YamlMapping, members: readonly Member[]): Team[] {
  const teams: Team[] = [];
  const entries = entriesOf(valueOf(top, "teams"), { what: "teams", example: "teams: { ops: [alice, bob] }" });
  atMost(entries.length, POLICY_LIMITS.teams, { at: valueOf(top, "teams")?.at ?? top.at });
  for (const entry of entries) {
    checkName(entry, [...members, ...teams]);
    const wanted = { what: `the team ${entry.key}`, example: `${entry.key}: [alice, bob]` };
    const held = itemsOf(entry.value, wanted).map((item) => {
      const name = filledText(item, { what: `a member of ${entry.key}`, example: wanted.example });
      if (!looksLikeRecipient(name.text)) return name;
      throw new SecretsError("policy", `the team ${entry.key} contains a key instead of a name`, {
        at: item.at,
        hint: "give the key a name under users: or hosts:, and put that name here",
      });
    });
    if (held.length === 0) {
      throw new SecretsError("policy", `the team ${entry.key} has no members`, {
        at: entry.at,
        hint: `write ${wanted.example}, or remove the team`,
      });
    }
    teams.push({ name: entry.key, at: entry.at, held });
  }
  return teams;
}

function expanded(members: readonly Member[], teams: readonly Team[], count: Count): Map<string, readonly Reader[]> {
  const byName = new Map<string, readonly Reader[]>();
  for (const { name, kind, keys, as } of members) byName.set(name, [{ name, kind, keys, as, through: [] }]);
  const teamsByName = new Map(teams.map((team) => [team.name, team]));
  const names = [...byName.keys(), ...teamsByName.keys()];

  const readersOf = (held: PlacedText, path: readonly string[]): readonly Reader[] => {
    const known = byName.get(held.text);
    if (known !== undefined) return known;
    const inner = teamsByName.get(held.text);
    if (inner === undefined) throw unknownName(held, names);
    const start = path.indexOf(inner.name);
    if (start >= 0) throw cycle([...path.slice(start), inner.name], held.at);
    return expand(inner, [...path, inner.name]);
  };
  const expand = (team: Team, path: readonly string[]): readonly Reader[] => {
    atMost(path.length, POLICY_LIMITS.teamDepth, { at: team.at });
    const readers: Reader[] = [];
    for (const held of team.held) {
      const found = readersOf(held, path);
      count(found.length, held.at);
      readers.push(...found);
    }
    const through = union(readers).map((reader) => ({ ...reader, through: [team.name, ...reader.through] }));
    byName.set(team.name, through);
    return through;
  };
  for (const team of teams) {
    if (!byName.has(team.name)) expand(team, [team.name]);
  }
  return byName;
}

function cycle(names: readonly string[], at: Position): SecretsError {
  const [first] = names;
  const message =
    names.length === 2 ? `the team ${first} contains itself` : `teams contain each other: ${names.join(" → ")}`;
  return new SecretsError("policy", message, { at, hint: "remove this name from the team" });
}
