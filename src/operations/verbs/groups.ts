/**
 * How does a sops document get another key group, or lose one?
 *
 * As with `sops groups`, but for who can no longer read it there is a new data key. Of a file that a rule covers, the rule says
 * which groups it has.
 */
import { nameOf } from "../../agreement/agreement.ts";
import { neededGroups } from "../../agreement/sops-document.ts";
import type { WantedReaders } from "../../documents/sops/verbs.ts";
import { SecretsError } from "../../errors.ts";
import { placeOfRule } from "../../findings/reading/commands.ts";
import { without } from "../../keys/distinct.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { membersOf, type Policy } from "../../policy/policy.ts";
import { looksLikeRecipient } from "../../policy/recipient-text.ts";
import { namesOf, unknownName } from "../../policy/roster.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { shellWord } from "../../words/shell.ts";
import { parsedRecipients } from "../identities/named-recipients.ts";
import { statOf, type Project } from "../project/project.ts";
import { requireRule } from "../project/rule.ts";
import { secretAt } from "../secrets/secret-at.ts";
import type { SecretDocument } from "../secrets/secret.ts";
import { settle, type WriteOptions } from "../writing/gates.ts";
import { isUnruledFile } from "../writing/plan-write.ts";
import { writeSecret, type WriteOutcome } from "../writing/write.ts";

/** What becomes of the key groups of a file. */
export interface GroupsRequest {
  /** Who is in a new group: recipients, or names of the policy. */
  readonly add?: readonly string[] | undefined;
  /** Groups that go, counted from 0 as in sops. */
  readonly remove?: readonly number[] | undefined;
  /** How many groups it takes, 0 for all of them; as before if absent. */
  readonly threshold?: number | undefined;
  readonly options?: WriteOptions | undefined;
}

export interface GroupsOutcome extends WriteOutcome {
  readonly groups: number;
  readonly needed: number;
}

export async function changeGroups(project: Project, named: string, request: GroupsRequest): Promise<GroupsOutcome> {
  const { options = {} } = request;
  const path = project.resolve(named);
  const file = project.show(path);
  if ((await statOf(project, path)) === undefined)
    throw new SecretsError("not-found", "no such file", { at: { file } });
  const ruled = (await isUnruledFile(project, path)) ? undefined : await requireRule(project, path);
  const secret = await secretAt({ project, path, file, ruled, options });
  if (secret?.document === undefined) {
    await secret?.look();
    throw new SecretsError("usage", "only sops files have key groups", { at: { file } });
  }
  if (ruled !== undefined) {
    throw new SecretsError("refused", "the policy decides its key groups", {
      at: { file },
      hint: `change key_groups in ${placeOfRule(ruled)}, then: secrets rekey ${shellWord(file)}`,
    });
  }
  const policy = (await project.policy(path))?.policy;
  const { standing, wanted } = await groupsAfter(secret.document, { file, request, policy });
  const recipients = wanted.groups.flat();
  const changed = { ...secret, recipients };
  await settle(project, [changed], { settles: false, wanted, options });
  const sealed = await secret.rewrap({ readers: wanted, newKey: "removed" });
  const outcome = await writeSecret(project, changed, { ...sealed, secret: changed });
  const gone = [...new Set(without(standing.groups.flat(), recipients).map((each) => nameOf(each, policy)))];
  if (gone.length > 0)
    project.say(`${file}: ${gone.join(", ")} could read it until now and may keep a copy: change the secret itself`);
  return { ...outcome, groups: wanted.groups.length, needed: neededGroups(wanted) };
}

interface Given {
  readonly file: string;
  readonly request: GroupsRequest;
  readonly policy: Policy | undefined;
}

/** @throws SecretsError `bad-key`, `policy` for an unknown name; `not-found` for a group; `refused` where nobody could open it */
async function groupsAfter(
  document: SecretDocument,
  { file, request, policy }: Given,
): Promise<{ readonly standing: WantedReaders; readonly wanted: WantedReaders }> {
  const standing = await document.readers();
  const { add = [], remove = [] } = request;
  const missing = remove.find((index) => index >= standing.groups.length);
  if (missing !== undefined) {
    throw new SecretsError("not-found", `no key group ${missing}`, {
      at: { file },
      notes: standing.groups.map((group, index) => `${index}: ${group.map((each) => nameOf(each, policy)).join(", ")}`),
      hint: "groups are counted from 0",
    });
  }
  const fresh = add.length === 0 ? [] : [await groupOf(add, { file, policy })];
  const stays = (_: unknown, index: number) => !remove.includes(index);
  const groups = [...standing.groups.filter(stays), ...fresh];
  const foreign = [...(standing.foreign ?? []).filter(stays), ...fresh.map(() => [])];
  // sops gives a file of one group any threshold, and it means nothing.
  const before = standing.groups.length > 1 ? standing.threshold : 0;
  const threshold = request.threshold ?? before;
  if (groups.length === 0)
    throw new SecretsError("refused", "nobody could read it: this is its last key group", { at: { file } });
  if (threshold > groups.length) {
    throw new SecretsError("refused", `it needs ${threshold} key groups to open, and would have ${groups.length}`, {
      at: { file },
      hint:
        remove.length === 0
          ? `--shamir-secret-sharing-threshold ${groups.length} at most`
          : `if ${groups.length} will do: secrets groups delete ${shellWord(file)} ${remove.join(" ")} --shamir-secret-sharing-threshold ${groups.length}`,
    });
  }
  return { standing, wanted: { groups, foreign, threshold } };
}

async function groupOf(words: readonly string[], { file, policy }: Omit<Given, "request">): Promise<Recipient[]> {
  const members = new Map(policy?.members.map((member) => [member.name, member]));
  const named = policy === undefined ? words : words.flatMap((word) => membersOf(policy.teams, word));
  const groups = named.map(async (word) => {
    const member = members.get(word);
    if (member !== undefined) return sopsRecipients([{ ...member, through: [] }]);
    if (looksLikeRecipient(word)) return parsedRecipients([word]);
    throw unknownName({ text: word, at: { file: policy?.file ?? file } }, policy === undefined ? [] : namesOf(policy));
  });
  return [...new Map((await Promise.all(groups)).flat().map((each) => [each.id, each])).values()];
}
