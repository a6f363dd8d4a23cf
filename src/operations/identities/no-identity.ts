/**
 * Nobody here can open it: who can, what was tried, and whom to ask for what?
 */
import { distinct } from "../../keys/distinct.ts";
import { keyName } from "../../keys/shown-key.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { nameOf } from "../../agreement/agreement.ts";
import type { Recipient } from "../../keys/recipient.ts";
import type { Member, Policy } from "../../policy/policy.ts";
import type { Secret } from "../secrets/secret.ts";
import type { Project } from "../project/project.ts";
import { ruleForReading } from "../project/rule.ts";

/** What a file tells without a key. */
interface Told {
  /** Whether it is a whole-file secret, which can be replaced without opening it. */
  readonly isWhole: boolean;
  /** Whether it says who its readers are. */
  readonly tells: boolean;
}

/**
 * The error that says so.
 * @param path absolute
 * @param known the readers that the file itself declares, and what is more exact than that none of the keys opens it
 */
export async function noIdentity(
  project: Project,
  path: string,
  known: Told & {
    readonly present: readonly Recipient[];
    /** The readers of each key group, where it has several. */
    readonly groups?: readonly (readonly Recipient[])[];
    /** Keys that only sops can use. */
    readonly foreign?: readonly string[];
    readonly message?: string;
  },
): Promise<SecretsError> {
  const { members, wanted, mine, policy } = await standing(project, path);
  const ids = new Set(known.present.map(({ id }) => id));
  const named = members.filter((member) => member.keys.some((key) => ids.has(key.id))).map(({ name }) => name);
  const holders = new Set(members.flatMap((member) => member.keys.map(({ id }) => id)));
  const strangers = known.present.filter(({ id }) => !holders.has(id)).map(keyName);
  const readers = [...named, ...strangers];
  const hasKeys = await project.identities.hasKeys();
  const { foreign = [], groups = [] } = known;
  const isOnlyForeign = known.present.length === 0 && foreign.length > 0;
  const isShared = groups.length > 1;
  const ours = hasKeys ? (known.message ?? "none of the keys here can open it") : "no key was found that could open it";
  const message = isOnlyForeign ? `it opens only with ${foreign.join(" or ")}, which only sops can use` : ours;
  return new SecretsError("no-identity", message, {
    at: { file: project.show(path) },
    notes: [
      ...(isShared ? groups.map((group, index) => `group ${index + 1}: ${groupText(group, policy)}`) : []),
      ...(readers.length > 0 ? [`its readers: ${readers.join(", ")}`] : []),
      ...(isOnlyForeign ? [] : foreign.map((key) => `and ${key}, which only sops can use`)),
      ...(readers.length === 0 && wanted.length > 0 ? [`the policy names: ${wanted.join(", ")}`] : []),
      ...(mine.length > 0 ? [`you hold the key of: ${mine.join(", ")}`] : await newcomerLines(project, members)),
      ...(await project.identities.report(ids)).map((line) => `tried ${line}`),
    ],
    hint: isOnlyForeign
      ? `sops decrypt ${shellWord(project.show(path))}`
      : isShared
        ? "it takes keys of several groups at once: name each with --identity FILE"
        : await adviceFor(project, path, { ...known, readers }),
  });
}

function groupText(group: readonly Recipient[], policy: Policy | undefined): string {
  return group.map((recipient) => nameOf(recipient, policy)).join(", ") || "nobody with an age or SSH key";
}

/**
 * Whom to ask for what, or what else can be done.
 * @param known `readers`: the names of those who can read the file now, as far as it tells
 */
async function adviceFor(
  project: Project,
  path: string,
  known: Told & { readonly readers: readonly string[] },
): Promise<string> {
  const { members, wanted, mine } = await standing(project, path);
  const file = shellWord(project.show(path));
  const isReplaceable = known.isWhole && wanted.length > 0;
  const orAnew = isReplaceable
    ? `; if it is lost, a new value needs no key: secrets set ${file} --value-stdin --rekey`
    : "";
  if (!(await project.identities.hasKeys())) {
    return `name your key with --identity FILE or SOPS_AGE_SSH_PRIVATE_KEY_FILE${orAnew}`;
  }
  const people = new Set(members.filter(({ kind }) => kind === "user").map(({ name }) => name));
  // Whom the policy names may have a key there that the file is not for.
  const readers = known.tells ? known.readers : wanted;
  const others = readers.filter((name) => people.has(name) && !mine.includes(name));
  if (others.length > 0) {
    const add = wanted.some((name) => mine.includes(name)) ? "" : "add you to the policy and ";
    return `ask ${others.slice(0, 3).join(" or ")} to ${add}run: secrets rekey ${file}`;
  }
  return `name the key that opens it with --identity FILE${orAnew}`;
}

/** The same for a file that was looked at. */
export async function adviceOn(project: Project, { path, document, look }: Secret): Promise<string> {
  const { declared, tells = false } = (await look()) ?? {};
  return adviceFor(project, path, { readers: declared?.names ?? [], isWhole: document === undefined, tells });
}

/** Who the policy says should read it, and whose keys are available, in the policy's names. */
async function standing(project: Project, path: string) {
  const ruled = await ruleForReading(project, path);
  const members = ruled?.file.policy.members ?? [];
  const held = await project.identities.held();
  return {
    members,
    policy: ruled?.policy,
    wanted: ruled?.ruling.readers.map(({ name }) => name) ?? [],
    mine: members.filter((member) => member.keys.some((key) => held.has(key.id))).map(({ name }) => name),
  };
}

/** What somebody whom the policy does not know gives to those who can add them. */
async function newcomerLines(project: Project, members: readonly Member[]): Promise<string[]> {
  return distinct(await project.identities.recipients()).map((recipient) => {
    const { text, comment } = recipient;
    if (members.length === 0) return `your public key: ${text}`;
    const name = comment.replace(/@.*/, "") || project.host.env["USER"] || "";
    const isFree = /^[A-Za-z][\w.-]*$/.test(name) && members.every((member) => member.name !== name);
    return `your line under users: ${isFree ? name : "NAME"}: ${text}`;
  });
}
