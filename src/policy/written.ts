/**
 * What of a policy can be written as another kind of policy?
 *
 * People, machines, teams, and who reads which path. Pure.
 */
import type { Recipient } from "../keys/recipient.ts";
import type { Member, Policy, Reader } from "./policy.ts";

/** What `PolicySource.write` gets. */
export interface WrittenPolicy {
  readonly members: Policy["members"];
  /** Of names that all are members or teams themselves. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
  readonly rules: readonly WrittenRule[];
}

export interface WrittenRule {
  /** POSIX, relative to the policy's directory. */
  readonly path: string;
  /** Names of members and teams, and keys without a name. */
  readonly readers: readonly (string | Recipient)[];
}

/** @param paths each is named by the policy, or ruled by it */
export function writtenPolicy(policy: Policy, paths: readonly string[]): WrittenPolicy {
  const members = new Map(policy.members.map((member) => [member.name, member]));
  const isKnown = (name: string): boolean => members.has(name) || (policy.teams.get(name)?.every(isKnown) ?? false);
  const teams = new Map([...policy.teams].filter(([name]) => isKnown(name)));
  const rules = paths.flatMap((path): WrittenRule[] => {
    const ruling = policy.rule(path);
    return ruling === undefined ? [] : [{ path, readers: named(ruling.readers, { members, teams }) }];
  });
  return { members: policy.members, teams, rules };
}

/** By the outermost team where somebody reads through one, whose members are all there then. */
function named(
  readers: readonly Reader[],
  { members, teams }: { readonly members: ReadonlyMap<string, Member>; readonly teams: ReadonlyMap<string, unknown> },
): (string | Recipient)[] {
  const found = new Map<string, string | Recipient>();
  for (const { name, keys, through } of readers) {
    const team = through.find((each) => teams.has(each));
    // A rule may have only some of somebody's keys.
    const isWhole = members.get(name)?.keys.every(({ id }) => keys.some((key) => key.id === id)) === true;
    if (team !== undefined || isWhole) found.set(team ?? name, team ?? name);
    else for (const key of keys) found.set(key.text, key);
  }
  return [...found.values()];
}

/** A key with its comment. */
export function keyText({ text, comment }: Recipient): string {
  return comment === "" ? text : `${text} ${comment}`;
}
