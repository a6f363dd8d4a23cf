/**
 * Who will read what is written here, and may it be written at all?
 *
 * The rule for the path, its readers, drift and lock-out, settled before anything is typed. Opens nothing, asks for no key.
 */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { parsedRecipients, recipientsOfVariable } from "../identities/named-recipients.ts";
import { digestOf } from "../project/input.ts";
import type { Project } from "../project/project.ts";
import { requireRule, ruleOf } from "../project/rule.ts";
import { commandToEncrypt, requireFormatName } from "../secrets/file-kind.ts";
import { newSecret, secretAt } from "../secrets/secret-at.ts";
import type { SecretPlace, Secret } from "../secrets/secret.ts";
import { settle, type WriteOptions } from "./gates.ts";
import { refuseOutput } from "./output.ts";

/**
 * Decides who will read, and whether the write may be at all.
 * @throws SecretsError `no-rule`, `policy`, `drift`, `lockout`, `refused` (plaintext is there)
 */
export async function planWrite(project: Project, path: string, options: WriteOptions): Promise<Secret> {
  const file = project.show(path);
  await refuseOutput(project, { path });
  const expected = (await digestOf(project, path)) ?? "absent";
  const place = { project, path, file, options, expected };
  const secret = (await unruledDocument({ ...place, ruled: undefined })) ?? (await ruledSecret(place));
  requireSameFormat(secret, options.outputType);
  await settle(project, [secret], { settles: false, options }).catch((error: unknown) =>
    withWayOut(project, secret, error),
  );
  if ((await secret.look())?.agreement?.status === "unknown") {
    project.tell(`${file}: its current readers are unknown; it is written for the readers that the policy names`);
  }
  return secret;
}

/** A sops document that no rule covers says itself who reads it. Undefined for all else. */
async function unruledDocument(place: SecretPlace): Promise<Secret | undefined> {
  const { project, path, file } = place;
  if (!(await isUnruledFile(project, path))) return undefined;
  const secret = await secretAt(place);
  if (secret?.document === undefined) return undefined;
  project.tell(`${file}: no rule covers it, so it keeps its own readers and settings`);
  return secret;
}

/** Whether no rule covers a file; a link could lead to one that has a rule. */
export async function isUnruledFile(project: Project, path: string): Promise<boolean> {
  const stat = await project.host.files.stat(path, { follow: false }).catch(() => undefined);
  return stat?.kind === "file" && (await ruleOf(project, path)) === undefined;
}

async function ruledSecret(given: Omit<SecretPlace, "ruled">): Promise<Secret> {
  const { project, path, file } = given;
  const texts = given.expected === "absent" ? recipientsOfVariable(project) : [];
  // Under a policy a path that no rule covers is a slip, for stock sops too.
  if (texts.length > 0 && (await project.policy(path)) === undefined) {
    project.tell(`${file}: there is no policy, so it is for the recipients in SOPS_AGE_RECIPIENTS`);
    return newSecret({ ...given, ruled: undefined }, { readers: await parsedRecipients(texts) });
  }
  const place = { ...given, ruled: await requireRule(project, path) };
  if (place.expected === "absent") return newSecret(place);
  const secret = await secretAt(place);
  if (secret !== undefined) return secret;
  throw new SecretsError("refused", "this is not an encrypted file: it would be overwritten", {
    at: { file },
    hint: `if it is a plaintext that should be encrypted, run: ${commandToEncrypt(project, path)}`,
  });
}

/** @throws SecretsError `usage`: sops would write another format under the same name */
export function requireSameFormat({ file, isNew, document }: Secret, outputType: string | undefined): void {
  if (outputType === undefined || isNew || document === undefined) return;
  const { name } = document.format;
  if (requireFormatName(outputType) === name) return;
  throw new SecretsError("usage", `the file is ${name}, and stays ${name}`, {
    at: { file },
    hint: "decrypt it with --output-type into a file of another name, and encrypt that",
  });
}

/** Who cannot open the file cannot bring it to the policy either: they learn who can. */
async function withWayOut(project: Project, secret: Secret, error: unknown): Promise<never> {
  if (!(error instanceof SecretsError) || error.code !== "drift" || (await secret.canOpen()) !== "no") throw error;
  const { adviceOn } = await import("../identities/no-identity.ts");
  const advice = await adviceOn(project, secret);
  const renewal = `a new value needs no key: secrets set ${shellWord(secret.file)} --value-stdin --rekey`;
  const hint = secret.document === undefined && !advice.includes(renewal) ? `${advice}; ${renewal}` : advice;
  throw error.with({ message: `${error.message}, and none of the keys here can open it`, hint });
}
