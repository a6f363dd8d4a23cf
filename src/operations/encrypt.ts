/**
 * How does a plaintext file or stream become an age file?
 *
 * In constant memory, whatever its size. The path that decides the rule is `--filename-override`, else the output, else
 * the input; recipients named on the command line replace the rule's, as in sops.
 */
import { readAgeHeader } from "../documents/age-file.ts";
import { SecretsError } from "../errors.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { readStream } from "../io/stream.ts";
import { fileChunks, isAge, sealingChange } from "./age-secret.ts";
import { newPassphrase } from "./passphrase.ts";
import { inFile, isAgePath, requireRule, ruleOf, type Project } from "./project.ts";
import { requireReaders, settleDrift, tellIfNotReader, refuseLockout } from "./readers.ts";
import { commitChanges, type WriteOptions } from "./write.ts";
import { digestOf, replayable } from "./input.ts";

export interface EncryptRequest extends WriteOptions {
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
  /** The path whose rule and format count. */
  readonly filename?: string | undefined;
  /** Literal recipients instead of the rule's readers. */
  readonly recipients?: readonly string[] | undefined;
  /** Seal with a passphrase instead. */
  readonly passphrase?: boolean | undefined;
}

/**
 * @returns the file that was written, or undefined where the answer went to standard output
 * @throws SecretsError `refused` where the input is encrypted already
 */
export async function encrypt(project: Project, request: EncryptRequest): Promise<string | undefined> {
  const output = request.inPlace === true ? request.input : request.output;
  if (request.inPlace === true && request.input === "-") {
    throw new SecretsError("usage", "standard input cannot be encrypted in place", {
      hint: "name a file, or use -o OUT",
    });
  }
  const deciding = request.filename ?? output ?? request.input;
  const path = project.resolve(deciding);
  requireAgePath(deciding, request);
  const recipients = await recipientsFor(project, path, request);
  const input = await plaintextInput(project, request.input);
  const hint = (await ruleOf(project, path).catch(() => undefined))?.file.policy.readerHint ?? true;

  if (output === undefined || output === "-") {
    const change = await sealingChange({
      path,
      expected: "any",
      recipients,
      armor: request.armor ?? false,
      hint,
      plaintext: input.chunks,
    });
    for await (const chunk of change.content) await project.host.stdout(chunk);
    return undefined;
  }
  return toFile(project, { request, input, recipients, hint, path: project.resolve(output) });
}

/** Only whole-file secrets have this form; a sops document is asked for by another path. */
function requireAgePath(deciding: string, request: EncryptRequest): void {
  const named = (request.recipients?.length ?? 0) > 0 || request.passphrase === true;
  if (isAgePath(deciding) || (named && deciding === "-")) return;
  throw new SecretsError("usage", "only paths that end in .age can be encrypted", {
    at: { file: deciding },
    hint: `name the secret that it becomes: secrets encrypt ${request.input} -o ${deciding === "-" ? "NAME" : deciding}.age`,
  });
}

async function recipientsFor(project: Project, path: string, request: EncryptRequest): Promise<Recipient[]> {
  const file = project.show(path);
  if (request.passphrase === true) return [await newPassphrase(project, file)];
  if (request.recipients !== undefined && request.recipients.length > 0) {
    const { parseRecipient } = await import("../keys/index.ts");
    return Promise.all(request.recipients.map((text) => parseRecipient(text)));
  }
  const ruled = await requireRule(project, path);
  const recipients = requireReaders(file, ruled);
  if (request.allowLockout !== true) refuseLockout(file, ruled.ruling.readers, false);
  await tellIfNotReader(project, file, recipients);
  return recipients;
}

interface Input {
  /** The plaintext from its first byte. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  readonly path: string | undefined;
}

/** The plaintext, after a look at its first bytes. @throws SecretsError `refused` */
async function plaintextInput(project: Project, input: string): Promise<Input> {
  const path = input === "-" ? undefined : project.resolve(input);
  const source = path === undefined ? project.host.stdin() : fileChunks(project, path);
  const { head, chunks } = await replayable(source);
  if (isAge(head)) {
    throw new SecretsError("refused", "this is encrypted already", {
      at: { file: path === undefined ? "standard input" : project.show(path) },
      hint: "to change its readers run: secrets rekey FILE",
    });
  }
  return { chunks, path };
}

interface FileTarget {
  readonly request: EncryptRequest;
  readonly input: Input;
  readonly recipients: readonly Recipient[];
  readonly hint: boolean;
  readonly path: string;
}

async function toFile(project: Project, target: FileTarget): Promise<string> {
  const { request, path } = target;
  const file = project.show(path);
  const existing = await existingAge(project, path);
  if (existing !== undefined && request.inPlace !== true) {
    const ruled = await ruleOf(project, path);
    if (ruled !== undefined && request.recipients === undefined) {
      await settleDrift(project, { file, header: existing, ruled }, request.rekey ?? false);
    }
  }
  let empty = true;
  const change = await sealingChange({
    path,
    expected: (await digestOf(project, path)) ?? "absent",
    recipients: target.recipients,
    armor: request.armor ?? existing?.armored ?? false,
    hint: target.hint,
    plaintext: async function* () {
      for await (const chunk of target.input.chunks()) {
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
  await commitChanges(project, path, [{ ...change, verify }]);
  return file;
}

/** The header of the age file that is there now, if one is. */
async function existingAge(project: Project, path: string) {
  if ((await project.host.files.stat(path))?.kind !== "file") return undefined;
  const { head, chunks } = await replayable(readStream(project.host.files, path));
  if (!isAge(head)) return undefined;
  try {
    return await readAgeHeader(chunks());
  } catch (error) {
    throw inFile(error, project.show(path));
  }
}
