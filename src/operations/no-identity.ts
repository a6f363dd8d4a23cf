/**
 * Nobody here can open it: who can, what was tried, and whom to ask for what?
 */
import { SecretsError } from "../errors.ts";
import { shellWord } from "../findings/place.ts";
import type { Recipient } from "../keys/key-kind.ts";
import type { Project } from "./project.ts";
import { ruleForReading } from "./rule.ts";

/**
 * The error that says so.
 * @param path absolute
 * @param known the readers that the file itself declares, and what is more exact than that none of the keys opens it
 */
export async function noIdentity(
  project: Project,
  path: string,
  known: { readonly present: readonly Recipient[]; readonly message?: string },
): Promise<SecretsError> {
  const ruled = await ruleForReading(project, path);
  const members = ruled?.file.policy.members ?? [];
  const ids = new Set(known.present.map(({ id }) => id));
  const named = members.filter((member) => member.keys.some((key) => ids.has(key.id))).map(({ name }) => name);
  const holders = new Set(members.flatMap((member) => member.keys.map(({ id }) => id)));
  const strangers = known.present.filter(({ id }) => !holders.has(id)).map(({ text }) => text);
  const readers = [...named, ...strangers];
  const wanted = ruled?.ruling.readers.map(({ name }) => name) ?? [];
  const mine = await myNames(project, path);
  return new SecretsError("no-identity", known.message ?? "none of the keys here can open it", {
    at: { file: project.show(path) },
    notes: [
      ...(readers.length > 0 ? [`its readers: ${readers.join(", ")}`] : []),
      ...(readers.length === 0 && wanted.length > 0 ? [`the policy names: ${wanted.join(", ")}`] : []),
      ...(mine.length > 0 ? [`you hold the key of: ${mine.join(", ")}`] : []),
      ...(await project.identities.report()).map((line) => `tried ${line}`),
    ],
    hint: await adviceFor(project, path, readers),
  });
}

/**
 * Whom to ask for what.
 * @param declared the names of those who can read the file now, as far as it tells
 */
export async function adviceFor(project: Project, path: string, declared: readonly string[]): Promise<string> {
  const ruled = await ruleForReading(project, path);
  const wanted = ruled?.ruling.readers.map(({ name }) => name) ?? [];
  const mine = await myNames(project, path);
  const hosts = new Set(ruled?.file.policy.members.filter(({ kind }) => kind === "host").map(({ name }) => name));
  const readers = declared.length > 0 ? declared : wanted;
  const isKey = (name: string) => /^(?:age1|ssh-)/.test(name);
  const people = readers.filter((name) => !mine.includes(name) && !hosts.has(name) && !isKey(name));
  if (people.length === 0) return "name the right key with --identity FILE, or ask one of its readers";
  const add = wanted.some((name) => mine.includes(name)) ? "" : "add you to the policy and ";
  return `ask ${people.slice(0, 3).join(" or ")} to ${add}run: secrets rekey ${shellWord(project.show(path))}`;
}

/** Whose keys are at hand, in the policy's names. */
async function myNames(project: Project, path: string): Promise<string[]> {
  const members = (await ruleForReading(project, path))?.file.policy.members ?? [];
  const held = await project.identities.held();
  return members.filter((member) => member.keys.some((key) => held.has(key.id))).map(({ name }) => name);
}
