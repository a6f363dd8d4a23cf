/** How does a plaintext of any size become a whole-file age secret, in constant memory? */
import { isAge } from "../../documents/age/file.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { ageRecipients } from "../../policy/policy.ts";
import { ageHeader, fileChunks, sealingChange } from "../secrets/age-secret.ts";
import { ageStanding } from "../writing/admit.ts";
import { grantsOf, type Encrypted, type Encryption } from "../writing/encryption.ts";
import { inFormerNames } from "../identities/key-changes.ts";
import { replayable } from "../project/input.ts";
import { newPassphrase } from "../identities/passphrase.ts";
import { statOf, type Project } from "../project/project.ts";
import { requireRule, ruleOf, type Ruled } from "../project/rule.ts";
import { compareAgeFile, personMayRead } from "../../agreement/age-file.ts";
import { settle, type Intent } from "../writing/gates.ts";

/** @throws SecretsError what the gates throw; `refused` for what must not be replaced; `bad-key`, `cannot-ask` */
export async function encryptAge(project: Project, encryption: Encryption): Promise<Encrypted> {
  const { request, path, output, expected, chunks } = encryption;
  const existing = output === undefined ? undefined : await existingAge(project, output, request);
  const recipients = await recipientsFor(project, encryption, existing);
  const secret = request.passphrase === true ? await newPassphrase(project, project.show(path)) : undefined;
  const keyring = secret ?? project.identities;
  const ruled = await ruleOf(project, path).catch(() => undefined);
  const standing = existing && (await ageStanding(project, existing, { file: ruled?.file, recipients }));
  const change = await sealingChange({
    path: output ?? path,
    expected,
    recipients,
    keyring,
    armor: request.armor ?? existing?.armored ?? false,
    hint: ruled?.policy.readerHint ?? true,
    plaintext: chunks,
    refuseEmpty: () => {
      if (existing === undefined || request.allowEmpty === true) return;
      throw new SecretsError("refused", "the input is empty and would replace a secret", {
        at: { file: project.show(output ?? path) },
        hint: "repeat with --allow-empty if that is meant",
      });
    },
  });
  return { change, grants: grantsOf(project, encryption, { recipients, ruled, standing }) };
}

/** @throws SecretsError what the gates throw; `refused` */
async function recipientsFor(
  project: Project,
  { request, path, output }: Encryption,
  existing: AgeHeader | undefined,
): Promise<Recipient[]> {
  const standing = existing === undefined || output === undefined ? undefined : await ruleOf(project, output);
  if (standing !== undefined && request.passphrase === true) throw otherReaders(project.show(path));
  const named = await namedInstead(request);
  const ruled = named === undefined ? await requireRule(project, path) : undefined;
  const recipients = named ?? ageRecipients(ruled?.ruling.readers ?? []);
  if (standing !== undefined && existing !== undefined && output !== undefined) {
    const file = project.show(output);
    refuseOtherReaders(file, standing, recipients);
    const { known } = await ageStanding(project, existing, { file: standing.file, recipients });
    const compared = await compareAgeFile(existing, standing);
    const difference = await inFormerNames(project, compared, { standing: known, ruled: standing });
    const hasPeople = await personMayRead(existing, standing);
    await settle(project, [{ ...newSecret(output, file, standing), difference, hasPeople, options: request }]);
  } else if (ruled !== undefined) {
    await settle(project, [{ ...newSecret(path, project.show(path), ruled), options: request }]);
  }
  return recipients;
}

/** Whom the command line names instead of the rule. */
async function namedInstead({ passphrase, recipients = [] }: Encryption["request"]): Promise<Recipient[] | undefined> {
  if (passphrase === true) return [(await import("../../keys/kinds/scrypt.ts")).passphraseRecipient];
  return recipients.length > 0 ? namedRecipients(recipients) : undefined;
}

/** What replaces a secret is for the readers that the policy gives for this very path, whatever else the command line says. */
function refuseOtherReaders(file: string, { ruling }: Ruled, recipients: readonly Recipient[]): void {
  const wanted = new Set(ageRecipients(ruling.readers).map(({ id }) => id));
  if (recipients.length === wanted.size && recipients.every(({ id }) => wanted.has(id))) return;
  throw otherReaders(file);
}

function otherReaders(file: string): SecretsError {
  return new SecretsError("refused", "it would replace a secret by one for other readers than the policy names", {
    at: { file },
    hint: "write to another path, or leave the readers to the policy",
  });
}

function newSecret(path: string, file: string, ruled: Ruled): Omit<Intent, "options"> {
  const recipients = ageRecipients(ruled.ruling.readers);
  return { path, file, ruled, kind: "age", difference: undefined, hasPeople: false, recipients, settles: false };
}

/** @throws SecretsError `bad-key` */
export async function namedRecipients(texts: readonly string[]): Promise<Recipient[]> {
  const { parseRecipient } = await import("../../keys/index.ts");
  return Promise.all(texts.map((text) => parseRecipient(text)));
}

/**
 * The header of the age file that is there now, if one is.
 * @throws SecretsError `refused` where something else is there that is not the plaintext itself
 */
async function existingAge(
  project: Project,
  path: string,
  request: Encryption["request"],
): Promise<AgeHeader | undefined> {
  const file = project.show(path);
  if ((await statOf(project, path)) === undefined) return undefined;
  const { head, chunks, close } = await replayable(fileChunks(project, path));
  if (isAge(head)) return ageHeader(project, path, chunks());
  await close();
  if (request.inPlace === true || head.length === 0) return undefined;
  throw new SecretsError("refused", "this is not an age file: it would be overwritten", {
    at: { file },
    hint: `remove it first, or if it is the plaintext: secrets encrypt -i ${shellWord(file)}`,
  });
}
