/** How does a plaintext of any size become a whole-file age secret, in constant memory? */
import { readAgeHeader } from "../documents/age-file.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import { SecretsError } from "../errors.ts";
import { readStream } from "../io/stream.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { ageRecipients } from "../policy/policy.ts";
import { isAge, sealingChange } from "./age-secret.ts";
import type { Encryption } from "./encrypt.ts";
import { digestOf, replayable } from "./input.ts";
import { newPassphrase } from "./passphrase.ts";
import { inFile, requireRule, ruleOf, type Project } from "./project.ts";
import { compareReaders, refuseLockout, requireReaders, settleDrift, tellIfNotReader } from "./readers.ts";
import { commitChanges } from "./write.ts";

/** @returns the file that was written, as it is shown; undefined for standard output */
export async function encryptAge(project: Project, encryption: Encryption): Promise<string | undefined> {
  const { request, path, output } = encryption;
  const recipients = await recipientsFor(project, encryption);
  const hint = (await ruleOf(project, path).catch(() => undefined))?.file.policy.readerHint ?? true;
  if (output !== undefined) return toFile(project, encryption, { recipients, hint, output });
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
  if (request.allowLockout !== true) refuseLockout(file, ruled.ruling.readers, false);
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
  { request, chunks }: Encryption,
  target: { readonly recipients: readonly Recipient[]; readonly hint: boolean; readonly output: string },
): Promise<string> {
  const path = target.output;
  const file = project.show(path);
  const existing = await existingAge(project, path);
  if (existing !== undefined) await settle(project, path, { existing, request });
  let empty = true;
  const change = await sealingChange({
    path,
    expected: (await digestOf(project, path)) ?? "absent",
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
  await commitChanges(project, [{ ...change, verify }]);
  return file;
}

/** The drift of a file that is replaced, unless the command line names the recipients. */
async function settle(
  project: Project,
  path: string,
  { existing, request }: { existing: AgeHeader; request: Encryption["request"] },
): Promise<void> {
  if (request.passphrase === true || (request.recipients?.length ?? 0) > 0) return;
  const ruled = await ruleOf(project, path);
  if (ruled === undefined) return;
  const difference = await compareReaders(existing, ruled);
  await settleDrift(project, project.show(path), { difference, rekey: request.rekey ?? false });
}

/** The header of the age file that is there now, if one is. */
async function existingAge(project: Project, path: string): Promise<AgeHeader | undefined> {
  if ((await project.host.files.stat(path))?.kind !== "file") return undefined;
  const { head, chunks } = await replayable(readStream(project.host.files, path));
  if (!isAge(head)) return undefined;
  try {
    return await readAgeHeader(chunks());
  } catch (error) {
    throw inFile(error, project.show(path));
  }
}
