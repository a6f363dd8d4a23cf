/**
 * Who is meant by this word, and what do they read?
 *
 * A path is one file or a directory; what is neither there nor ruled may be a name of the policy. Needs no key.
 */
import { join } from "node:path";
import type { Position } from "../../errors.ts";
import { membersOf, type CreationRule, type Policy, type Reader } from "../../policy/policy.ts";
import { listSecrets, whoReads, type SecretReport, type WhoReport } from "./list.ts";
import { statOf, type Project } from "../project/project.ts";

/** A rule that names a person, or lets one read through a team. */
export interface RuleOfPerson {
  readonly at: Position;
  readonly title: string;
  /** The teams on the way; empty where the rule names the person. */
  readonly through: readonly string[];
}

/** What a user, a host or a team reads. */
export interface PersonReport {
  readonly name: string;
  readonly kind: "user" | "host" | "team" | "key";
  readonly at: Position | undefined;
  /** Teams that hold the name themselves. */
  readonly teams: readonly string[];
  /** Of a team: who is in it, whichever way. */
  readonly members: readonly string[];
  readonly rules: readonly RuleOfPerson[];
  readonly files: readonly FileOfPerson[];
}

/** `yes`: the file says so. `not yet`: only its rule does. `still`: only the file does. `unknown`: the file does not tell. */
export interface FileOfPerson {
  readonly file: string;
  readonly reads: "yes" | "not yet" | "still" | "unknown";
}

export type WhoAnswer =
  | { readonly about: "path"; readonly report: WhoReport }
  | { readonly about: "directory"; readonly directory: string; readonly files: readonly SecretReport[] }
  | { readonly about: "person"; readonly person: PersonReport };

/** A file or directory that is there comes first, then a name, then a path that a rule covers. */
export async function who(project: Project, word: string): Promise<WhoAnswer> {
  const path = project.resolve(word);
  const stat = await statOf(project, path);
  if (stat?.kind === "directory") {
    return { about: "directory", directory: project.show(path), files: await listSecrets(project, [word]) };
  }
  for (const { policy } of stat === undefined ? await project.policies(join(project.directory, "x")) : []) {
    const person = await personReport(project, policy, word);
    if (person !== undefined) return { about: "person", person };
  }
  return { about: "path", report: await whoReads(project, word) };
}

async function personReport(project: Project, policy: Policy, name: string): Promise<PersonReport | undefined> {
  const member = policy.members.find((each) => each.name === name);
  const isTeam = policy.teams.has(name);
  if (member === undefined && !isTeam && !policy.anchors.some((anchor) => anchor.name === name)) return undefined;
  const isMeant = (reader: Pick<Reader, "name" | "through">) =>
    reader.name === name || (isTeam && reader.through.includes(name));
  const rules = rulesOf(policy).flatMap(({ at, title, readers }) => {
    const found = readers.find(isMeant);
    if (found === undefined) return [];
    return [{ at, title, through: isTeam ? found.through.slice(0, found.through.indexOf(name)) : found.through }];
  });
  const members = isTeam ? membersOf(policy.teams, name) : [];
  const created = (await listSecrets(project, [])).filter(({ format }) => format !== undefined);
  const files = created.flatMap((report): FileOfPerson[] => {
    const reads = readsFile(report, isTeam ? members : [name]);
    return reads === undefined ? [] : [{ file: report.file, reads }];
  });
  return {
    name,
    kind: isTeam ? "team" : (member?.kind ?? "key"),
    at: member?.at,
    teams: [...policy.teams].flatMap(([team, held]) => (held.includes(name) ? [team] : [])),
    members,
    rules,
    files,
  };
}

type AnyRule = Pick<CreationRule, "at" | "title" | "readers">;

/** The lines of `secrets:`, then the rules. */
function rulesOf(policy: Policy): AnyRule[] {
  return [
    ...policy.exactPaths.map((path) => policy.rule(path)).filter((ruling) => ruling !== undefined),
    ...policy.creationRules,
  ];
}

/** Whether any of these reads the file. */
function readsFile(report: SecretReport, names: readonly string[]): FileOfPerson["reads"] | undefined {
  const isRuled = report.rule?.readers.some(({ name }) => names.includes(name)) === true;
  const declared = report.declared?.names ?? [];
  if (declared.some((name) => names.includes(name))) return isRuled || report.rule === undefined ? "yes" : "still";
  if (!isRuled) return undefined;
  if (report.agreement === undefined || report.agreement.status === "unknown") return "unknown";
  return "not yet";
}
