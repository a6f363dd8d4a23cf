/**
 * May everybody read this who will, and who has to be told?
 *
 * The last question before every write of a secret, wherever the verb began: keys that the user did not confirm stop it, and
 * whoever gains access is named.
 */
import type { Recipient } from "../../keys/recipient.ts";
import { keyName, shownKey } from "../../keys/shown-key.ts";
import type { Policy } from "../../policy/policy.ts";
import type { KnownReaders } from "../../documents/age/header.ts";
import { accessNotices, type AccessChange } from "./access.ts";
import { requireConfirmed, type Readable } from "../identities/confirmed-keys.ts";
import { formerKeys } from "../identities/former-keys.ts";
import type { Project } from "../project/project.ts";
import { nameOf } from "../../agreement/agreement.ts";

/** A file that is about to be written, by who will read it and who does. */
export interface Grant extends Readable {
  /** Undefined: the file is new. */
  readonly standing: KnownReaders | undefined;
  /** Whoever writes named the recipients, and so nobody else has to be asked whether they are right. */
  readonly byHand?: boolean | undefined;
}

/** @throws SecretsError what `requireConfirmed` throws */
export async function admit(project: Project, grants: readonly Grant[]): Promise<void> {
  await requireConfirmed(
    project,
    grants.filter(({ byHand }) => byHand !== true),
  );
  const accesses = await Promise.all(grants.map((grant) => accessOf(project, grant)));
  for (const { text, files } of accessNotices(accesses)) {
    project.warn(text);
    if (!files.every((file) => text.includes(file))) for (const file of files) project.detail(`  ${file}`);
  }
}

async function accessOf(project: Project, { path, file, recipients, ruled, standing }: Grant): Promise<AccessChange> {
  const policyFile = ruled?.file ?? (await project.policy(path).catch(() => undefined));
  const isNameless = (key: Recipient) => nameIn(policyFile?.policy, key) === undefined;
  const former =
    policyFile !== undefined && standing?.known.some(isNameless) === true
      ? await formerKeys(project, policyFile)
      : undefined;
  // An SSH key without a name is shown as it was written, not as the age1 face that a sops document has of it.
  const written = new Map(ruled?.ruling.readers.flatMap(({ keys }) => keys.map((key) => [key.id, shownKey(key)])));
  const named = (key: Recipient) => nameIn(policyFile?.policy, key) ?? former?.get(key.id)?.name ?? written.get(key.id);
  return { file, after: recipients, before: standing, nameOf: named };
}

function nameIn(policy: Policy | undefined, key: Recipient): string | undefined {
  const name = nameOf(key, policy);
  return name === keyName(key) ? undefined : name;
}
