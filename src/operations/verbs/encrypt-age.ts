/** How does a plaintext of any size become a whole-file age secret, in constant memory? */
import { isAge, readAgeHeader } from "../../documents/age/file.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../findings/reading/place.ts";
import type { Recipient } from "../../keys/key-kind.ts";
import { ageRecipients } from "../../policy/policy.ts";
import { fileChunks, sealingChange } from "../secrets/age-secret.ts";
import { admit, ageStanding } from "../writing/admit.ts";
import { grantsOf, type Encryption } from "../writing/encryption.ts";
import { inFormerNames } from "../identities/key-changes.ts";
import { replayable } from "../project/input.ts";
import { newPassphrase } from "../identities/passphrase.ts";
import { inFile, statOf, type Project } from "../project/project.ts";
import { requireRule, ruleOf, type Ruled } from "../project/rule.ts";
import { compareAgeFile, personMayRead } from "../../agreement/age-file.ts";
import { settle, type Intent } from "../writing/gates.ts";
import { commitChanges } from "../writing/write.ts";

/** @returns the file that was written, as it is shown; undefined for standard output */
export async function encryptAge(project: Project, encryption: Encryption): Promise<string | undefined> {
  const { request, path, output } = encryption;
  const existing = output === undefined ? undefined : await existingAge(project, output, request);
  const recipients = await recipientsFor(project, encryption, existing);
  const ruled = await ruleOf(project, path).catch(() => undefined);
  const hint = ruled?.policy.readerHint ?? true;
  if (output !== undefined) return toFile(project, encryption, { recipients, ruled, hint, output, existing });
  await admit(project, grantsOf(project, encryption, { recipients, ruled, standing: undefined }));
  const { content } = await sealingChange({
    path,
    expected: "any",
    recipients,
    armor: request.armor ?? false,
    hint,
    plaintext: encryption.chunks,
  });
  for await (const chunk of content) await project.host.stdout(chunk);
  return undefined;
}

/** @throws SecretsError what the gates throw; `refused` */
async function recipientsFor(
  project: Project,
  { request, path, output }: Encryption,
  existing: AgeHeader | undefined,
): Promise<Recipient[]> {
  const named = await namedInstead(project, path, request);
  const ruled = named === undefined ? await requireRule(project, path) : undefined;
  const recipients = named ?? ageRecipients(ruled?.ruling.readers ?? []);
  const standing = existing === undefined || output === undefined ? undefined : await ruleOf(project, output);
  if (standing !== undefined && existing !== undefined && output !== undefined) {
    const file = project.show(output);
    refuseOtherReaders(file, standing, recipients);
    const { known } = await ageStanding(project, existing, { file: standing.file, recipients });
    const compared = await compareAgeFile(existing, standing);
    const difference = await inFormerNames(project, compared, { standing: known, ruled: standing });
    const hasPeople = await personMayRead(existing, standing);
    await settle(project, [{ ...newSecret(file, standing), difference, hasPeople, options: request }]);
  } else if (ruled !== undefined) {
    await settle(project, [{ ...newSecret(project.show(path), ruled), options: request }]);
  }
  return recipients;
}

/** Whom the command line names instead of the rule. */
async function namedInstead(
  project: Project,
  path: string,
  { passphrase, recipients = [] }: Encryption["request"],
): Promise<Recipient[] | undefined> {
  if (passphrase === true) return [await newPassphrase(project, project.show(path))];
  return recipients.length > 0 ? namedRecipients(recipients) : undefined;
}

/** What replaces a secret is for the readers that the policy gives for this very path, whatever else the command line says. */
function refuseOtherReaders(file: string, { ruling }: Ruled, recipients: readonly Recipient[]): void {
  const wanted = new Set(ageRecipients(ruling.readers).map(({ id }) => id));
  if (recipients.length === wanted.size && recipients.every(({ id }) => wanted.has(id))) return;
  throw new SecretsError("refused", "it would replace a secret by one for other readers than the policy names", {
    at: { file },
    hint: "write to another path, or leave the readers to the policy",
  });
}

function newSecret(file: string, ruled: Ruled): Omit<Intent, "options"> {
  const recipients = ageRecipients(ruled.ruling.readers);
  return { file, ruled, kind: "age", difference: undefined, hasPeople: false, recipients, settles: false };
}

/** @throws SecretsError `bad-key` */
export async function namedRecipients(texts: readonly string[]): Promise<Recipient[]> {
  const { parseRecipient } = await import("../../keys/index.ts");
  return Promise.all(texts.map((text) => parseRecipient(text)));
}

async function toFile(
  project: Project,
  encryption: Encryption,
  target: {
    readonly recipients: readonly Recipient[];
    readonly ruled: Ruled | undefined;
    readonly hint: boolean;
    readonly output: string;
    readonly existing: AgeHeader | undefined;
  },
): Promise<string> {
  const { request, chunks } = encryption;
  const { output: path, existing } = target;
  const file = project.show(path);
  let empty = true;
  const change = await sealingChange({
    path,
    expected: encryption.expected,
    recipients: target.recipients,
    armor: request.armor ?? existing?.armored ?? false,
    hint: target.hint,
    plaintext: async function* () {
      for await (const chunk of chunks()) {
        if (chunk.length > 0) empty = false;
        yield chunk;
      }
    },
  });
  const verify = async (staged: AsyncIterable<Uint8Array>) => {
    if (empty && existing !== undefined && request.allowEmpty !== true) {
      throw new SecretsError("refused", "the input is empty and would replace a secret", {
        at: { file },
        hint: "repeat with --allow-empty if that is meant",
      });
    }
    await change.verify(staged);
  };
  const { recipients, ruled } = target;
  const standing = existing && (await ageStanding(project, existing, { file: ruled?.file, recipients }));
  const grants = grantsOf(project, encryption, { recipients, ruled, standing });
  await commitChanges(project, [{ ...change, verify }], { grants });
  return file;
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
  if (isAge(head)) {
    try {
      const header = await readAgeHeader(chunks());
      await header.close();
      return header;
    } catch (error) {
      throw inFile(error, file);
    }
  }
  await close();
  if (request.inPlace === true || head.length === 0) return undefined;
  throw new SecretsError("refused", "this is not an age file: it would be overwritten", {
    at: { file },
    hint: `remove it first, or if it is the plaintext: secrets encrypt -i ${shellWord(file)}`,
  });
}
