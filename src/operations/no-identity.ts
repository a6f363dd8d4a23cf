/**
 * Nobody here can open it: who can, what was tried, and whom to ask for what?
 */
import { SecretsError } from "../errors.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { ruleForReading, type Project } from "./project.ts";

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
  const file = project.show(path);
  const ruled = await ruleForReading(project, path);
  const members = ruled?.file.policy.members ?? [];
  const ids = new Set(known.present.map(({ id }) => id));
  const named = members.filter((member) => member.keys.some((key) => ids.has(key.id)));
  const wanted = ruled?.ruling.readers ?? [];
  const readers = named.length > 0 ? named : wanted;
  const held = await project.identities.held();
  const mine = members.filter((member) => member.keys.some((key) => held.has(key.id))).map(({ name }) => name);
  const people = readers.filter(({ kind, name }) => kind === "user" && !mine.includes(name)).map(({ name }) => name);
  const isWanted = wanted.some(({ name }) => mine.includes(name));
  return new SecretsError("no-identity", known.message ?? "none of the keys here can open it", {
    at: { file },
    notes: [
      ...(readers.length > 0 ? [`its readers: ${readers.map(({ name }) => name).join(", ")}`] : []),
      ...(mine.length > 0 ? [`you hold the key of: ${mine.join(", ")}`] : []),
      ...(await project.identities.report()).map((line) => `tried ${line}`),
    ],
    hint:
      people.length > 0
        ? `ask ${people.slice(0, 3).join(" or ")} to ${isWanted ? "" : "add you to the policy and "}run: secrets rekey ${file}`
        : "name the right key with --identity FILE",
  });
}
