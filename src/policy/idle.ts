/**
 * Whom does the policy name and give nothing?
 *
 * Most often somebody new, who was forgotten in a team or a rule. Pure.
 */
import type { Member, Policy } from "./policy.ts";

export interface IdleMember {
  readonly member: Member;
  /** `carol is in no team and no rule`, or `carol reads nothing: no rule names the team ops`. */
  readonly message: string;
}

/** Users and hosts whom no rule lets read, in the order of the policy; nobody where there is no rule at all. */
export function idleMembers(policy: Policy): IdleMember[] {
  const { creationRules, exactPaths, members, teams } = policy;
  if (creationRules.length + exactPaths.length === 0) return [];
  const rules = [...creationRules, ...exactPaths.map((path) => policy.rule(path)).filter((rule) => rule !== undefined)];
  const reading = new Set(rules.flatMap(({ readers }) => readers.map(({ name }) => name)));
  return members
    .filter(({ name }) => !reading.has(name))
    .map((member) => ({ member, message: messageFor(member.name, teams) }));
}

function messageFor(name: string, teams: Policy["teams"]): string {
  const own = [...teams].flatMap(([team, held]) => (held.includes(name) ? [team] : []));
  if (own.length === 0) return `${name} is in no team and no rule`;
  return `${name} reads nothing: no rule names the team${own.length > 1 ? "s" : ""} ${own.join(", ")}`;
}
