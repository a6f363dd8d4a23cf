/**
 * What does "encrypt this" make of a file or stream?
 *
 * The path that decides rule and format is `--filename-override`, else the output, else the input. A path in `.age` becomes
 * a whole-file secret of any size, one that sops knows a sops document. Recipients named on the command line replace the rule's.
 */
import { AGE_PREFIX, isAge } from "../../documents/age/header-bytes.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { ageRecipients } from "../../policy/policy.ts";
import { parsedRecipients, recipientsOfVariable } from "../identities/named-recipients.ts";
import { newPassphrase } from "../identities/passphrase.ts";
import { digestOf, routesOf, type Passage, type Route } from "../project/input.ts";
import { isAgePath, statOf, type Project } from "../project/project.ts";
import { requireRule, ruleOf, type RuledFile } from "../project/rule.ts";
import { fileChunks } from "../secrets/age-file.ts";
import { newSecret, secretAt } from "../secrets/secret-at.ts";
import type { Instead, SecretPlace, SealedSecret, Secret } from "../secrets/secret.ts";
import { byteReader, type ByteReader } from "../../text/byte-reader.ts";
import { admit } from "../writing/admit.ts";
import { settle, type WriteOptions } from "../writing/gates.ts";
import { refuseOutput } from "../writing/output.ts";
import { grantsOf, writeSecrets, type WriteOutcome } from "../writing/write.ts";
import { documentSettings, encryptedAlready, textFor } from "./encrypt-document.ts";

export interface EncryptRequest extends WriteOptions, Passage {
  /** The path whose rule and format count. */
  readonly filename?: string | undefined;
  /** Literal recipients instead of the rule's readers. */
  readonly recipients?: readonly string[] | undefined;
  /** Seal with a passphrase instead. */
  readonly passphrase?: boolean | undefined;
  /** Settings of a sops document instead of the rule's, by sops' names. */
  readonly selection?: Readonly<Record<string, string>> | undefined;
  readonly macOnlyEncrypted?: boolean | undefined;
  readonly threshold?: number | undefined;
}

type Unruled = Omit<SecretPlace, "ruled">;

export async function encrypt(project: Project, request: EncryptRequest): Promise<WriteOutcome[]> {
  const routes = routesOf(request);
  const sealed: SealedSecret[] = [];
  for (const route of routes) sealed.push(await encrypted(project, route, request));
  if (routes.every(({ output }) => output !== undefined)) return writeSecrets(project, sealed);
  await admit(project, await grantsOf(sealed));
  for (const { change } of sealed) {
    const chunks = change.content instanceof Uint8Array ? [change.content] : change.content;
    for await (const chunk of chunks) await project.host.streams.stdout(chunk);
  }
  return [];
}

async function encrypted(project: Project, { input, output }: Route, given: EncryptRequest): Promise<SealedSecret> {
  const path = project.resolve(given.filename ?? output ?? input);
  const target = output === undefined ? undefined : project.resolve(output);
  const source = input === "-" ? undefined : project.resolve(input);
  if (target !== undefined) {
    await refuseOutput(project, { path: target, input: given.inPlace === true ? undefined : source });
  }
  const request = await withRecipients(project, path, given);
  const place = {
    project,
    path,
    target,
    file: fileOf(project, { path, target, isNamed: given.filename !== undefined || input !== "-" }),
    source: project.show(source ?? path),
    options: request,
    expected: target === undefined ? "any" : ((await digestOf(project, target)) ?? "absent"),
  };
  const plaintext = await plaintextInput(project, source);
  try {
    const secret = await secretFor(place, request, input);
    const given = { request, input, plaintext: plaintext.rest };
    const text = secret.document && (await textFor(place, secret.document.format, given));
    const sealed = await secret.seal(text ?? plaintext.rest);
    if (sealed !== undefined) return sealed;
    throw new SecretsError("refused", "the input is empty: there is nothing to encrypt", {
      at: { file: place.source },
    });
  } catch (error) {
    await plaintext.close();
    throw error;
  }
}

function fileOf(
  project: Project,
  { path, target, isNamed }: { readonly path: string; readonly target: string | undefined; readonly isNamed: boolean },
): string {
  return target === undefined && !isNamed ? "standard output" : project.show(target ?? path);
}

/** The variable counts only where no rule says who reads. */
async function withRecipients(project: Project, path: string, request: EncryptRequest): Promise<EncryptRequest> {
  const recipients = isByHand(request) ? [] : recipientsOfVariable(project);
  if (recipients.length === 0 || (await ruleOf(project, path)) !== undefined) return request;
  return { ...request, recipients };
}

/** The plaintext, after a look at its first bytes. @throws SecretsError `refused` */
async function plaintextInput(project: Project, path: string | undefined): Promise<ByteReader> {
  const input = byteReader(path === undefined ? project.host.streams.stdin() : fileChunks(project, path, true));
  if (!isAge(await input.peek(AGE_PREFIX))) return input;
  await input.close();
  throw encryptedAlready(path === undefined ? undefined : project.show(path));
}

/**
 * The secret that is made, or replaced, once it may be.
 * @throws SecretsError `no-rule`, `bad-key`, `cannot-ask`, `refused`, and what the gates throw
 */
async function secretFor(place: Unruled, request: EncryptRequest, input: string): Promise<Secret> {
  const { project, path, file } = place;
  const isWhole = becomesWhole(request, request.filename ?? request.output ?? input);
  const standing = await standingSecret(place, request, isWhole);
  const ruled = await ruleFor(project, path, { request, isWhole });
  const readers = await namedReaders(request);
  const keyring = request.passphrase === true ? await newPassphrase(project, file) : undefined;
  const instead = { isWhole, readers, keyring, ...documentSettings(place, { request, input, ruling: ruled?.ruling }) };
  const secret =
    standing === undefined
      ? await newSecret({ ...place, ruled }, instead)
      : await replacement(place, { standing, ruled, instead });
  if (readers === undefined || standing?.ruled !== undefined)
    await settle(project, [secret], { settles: false, options: request });
  return secret;
}

/** What somebody says by hand needs no rule. One that is broken can only be passed over where nothing else is taken from it. */
function ruleFor(
  project: Project,
  path: string,
  { request, isWhole }: { readonly request: EncryptRequest; readonly isWhole: boolean },
): Promise<RuledFile | undefined> {
  if (!isByHand(request)) return requireRule(project, path);
  return isWhole ? ruleOf(project, path).catch(() => undefined) : ruleOf(project, path);
}

/** The secret at the output in which the plaintext takes the place of another. */
async function replacement(
  place: Unruled,
  given: { readonly standing: Secret; readonly ruled: RuledFile | undefined; readonly instead: Instead },
): Promise<Secret> {
  const { standing, ruled, instead } = given;
  const { path, file, ruled: ruledThere } = standing;
  if (ruledThere !== undefined) refuseOtherReaders(file, instead.readers ?? readersBy(ruled), readersBy(ruledThere));
  const secret = await secretAt({ ...place, path, ruled: ruledThere ?? ruled }, instead);
  if (secret === undefined) throw new SecretsError("changed", "it was changed meanwhile", { at: { file } });
  return secret;
}

function isByHand({ passphrase, recipients = [] }: EncryptRequest): boolean {
  return passphrase === true || recipients.length > 0;
}

/** Whether it is to be a secret that is one value, whatever its format would be. */
function becomesWhole({ passphrase, recipients = [], inputType, outputType }: EncryptRequest, name: string): boolean {
  const isStream = recipients.length > 0 && name === "-" && (outputType ?? inputType) === undefined;
  return passphrase === true || isAgePath(name) || isStream;
}

/**
 * The secret that is at the output now, if one is.
 * @throws SecretsError `refused` where something else is there that is not the plaintext itself
 */
async function standingSecret(
  { project, target, options, expected }: Unruled,
  { inPlace, passphrase }: EncryptRequest,
  isWhole: boolean,
): Promise<Secret | undefined> {
  const size = target === undefined || inPlace === true ? undefined : (await statOf(project, target))?.size;
  if (target === undefined || size === undefined) return undefined;
  const file = project.show(target);
  const secret = await secretAt({
    project,
    path: target,
    file,
    ruled: await ruleOf(project, target),
    options,
    expected,
  });
  if (secret === undefined && size > 0) {
    throw new SecretsError("refused", "this is not an encrypted file: it would be overwritten", {
      at: { file },
      hint: `remove it first, or if it is the plaintext: secrets encrypt -i ${shellWord(file)}`,
    });
  }
  if (secret !== undefined && (secret.document !== undefined || !isWhole)) {
    throw new SecretsError("refused", "an encrypted file already exists", {
      at: { file },
      hint: `change it with: secrets edit ${shellWord(file)}`,
    });
  }
  // Before anybody is asked for one.
  if (secret?.ruled !== undefined && passphrase === true) throw otherReaders(file);
  return secret;
}

/** Whom the command line names instead of the rule. @throws SecretsError `bad-key` */
async function namedReaders({ passphrase, recipients = [] }: EncryptRequest): Promise<Recipient[] | undefined> {
  if (passphrase === true) return [(await import("../../keys/kinds/scrypt.ts")).passphraseRecipient];
  return recipients.length === 0 ? undefined : parsedRecipients(recipients);
}

function readersBy(ruled: RuledFile | undefined): readonly Recipient[] {
  return ageRecipients(ruled?.ruling.readers ?? []);
}

/** What replaces a secret is for the readers that the policy gives for this very path, whatever else the command line says. */
function refuseOtherReaders(file: string, readers: readonly Recipient[], wanted: readonly Recipient[]): void {
  const ids = new Set(wanted.map(({ id }) => id));
  if (readers.length !== ids.size || readers.some(({ id }) => !ids.has(id))) throw otherReaders(file);
}

function otherReaders(file: string): SecretsError {
  return new SecretsError("refused", "it would replace a secret with one for other readers than the policy names", {
    at: { file },
    hint: "write to another path, or leave the readers to the policy",
  });
}
