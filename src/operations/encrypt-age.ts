/** How does a plaintext of any size become a whole-file age secret, in constant memory? */
import { isAge, readAgeHeader } from "../documents/age-file.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import { SecretsError } from "../errors.ts";
import { shellWord } from "../findings/place.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { ageRecipients } from "../policy/policy.ts";
import { fileChunks, sealingChange } from "./age-secret.ts";
import { admit, ageStanding } from "./admit.ts";
import { grantsOf, type Encryption } from "./encryption.ts";
import { replayable } from "./input.ts";
import { newPassphrase } from "./passphrase.ts";
import { inFile, statOf, type Project } from "./project.ts";
import { requireRule, ruleOf, type Ruled } from "./rule.ts";
import {
  compareReaders,
  personMayRead,
  refuseGroups,
  refuseLockout,
  requireReaders,
  settleDrift,
  tellIfNotReader,
} from "./readers.ts";
import { commitChanges } from "./write.ts";

/** @returns the file that was written, as it is shown; undefined for standard output */
export async function encryptAge(project: Project, encryption: Encryption): Promise<string | undefined> {
  const { request, path, output } = encryption;
  const recipients = await recipientsFor(project, encryption);
  const ruled = await ruleOf(project, path).catch(() => undefined);
  const hint = ruled?.file.policy.readerHint ?? true;
  if (output !== undefined) return toFile(project, encryption, { recipients, ruled, hint, output });
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

async function recipientsFor(project: Project, { request, path }: Encryption): Promise<Recipient[]> {
  const file = project.show(path);
  if (request.passphrase === true) return [await newPassphrase(project, file)];
  if (request.recipients !== undefined && request.recipients.length > 0) return namedRecipients(request.recipients);
  const ruled = await requireRule(project, path);
  requireReaders(file, ruled);
  refuseGroups(file, ruled);
  const recipients = ageRecipients(ruled.ruling.readers);
  await tellIfNotReader(project, file, recipients);
  return recipients;
}

/** @throws SecretsError `bad-key` */
export async function namedRecipients(texts: readonly string[]): Promise<Recipient[]> {
  const { parseRecipient } = await import("../keys/index.ts");
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
  },
): Promise<string> {
  const { request, chunks } = encryption;
  const path = target.output;
  const file = project.show(path);
  const existing = await existingAge(project, path, request);
  if (existing !== undefined) await settle(project, path, { existing, request, recipients: target.recipients });
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
 * What replaces a secret is for the readers that the policy gives for this very path, whatever else the command line says.
 * @throws SecretsError `drift`, `refused`, `lockout`
 */
async function settle(
  project: Project,
  path: string,
  found: { existing: AgeHeader; request: Encryption["request"]; recipients: readonly Recipient[] },
): Promise<void> {
  const ruled = await ruleOf(project, path);
  if (ruled === undefined) return;
  const file = project.show(path);
  const { existing, request, recipients } = found;
  const wanted = new Set(ageRecipients(ruled.ruling.readers).map(({ id }) => id));
  if (recipients.length !== wanted.size || recipients.some(({ id }) => !wanted.has(id))) {
    throw new SecretsError("refused", "it would replace a secret by one for other readers than the policy names", {
      at: { file },
      hint: "write to another path, or leave the readers to the policy",
    });
  }
  const difference = await compareReaders(existing, ruled);
  await settleDrift(project, file, { difference, rekey: request.rekey ?? false });
  if (request.allowLockout !== true) refuseLockout(file, ruled.ruling.readers, await personMayRead(existing, ruled));
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
