/**
 * What becomes of what was typed, when it cannot be saved?
 *
 * It is encrypted for the readers of the file, as a whole-file secret whatever the file's own kind, and kept in the user's
 * state directory, where nothing is committed from.
 */
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import type { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { commit } from "../../io/commit.ts";
import { once } from "../../text/chunks.ts";
import { canShare } from "../../keys/distinct.ts";
import { onlyProgram } from "../../keys/index.ts";
import { sealingChange } from "../secrets/age-file.ts";
import type { Project } from "../project/project.ts";
import { userStateDirectory } from "../project/user-directories.ts";
import type { Secret } from "../secrets/secret.ts";

/** The error, with the place where the text is kept and how to read it. */
export async function withRescue(
  project: Project,
  secret: Secret,
  lost: { readonly error: SecretsError; readonly plaintext: Uint8Array },
): Promise<SecretsError> {
  const { error, plaintext } = lost;
  if (plaintext.length === 0 || project.dryRun) return error;
  const rescued = await rescue(project, secret, plaintext).catch(() => undefined);
  const kept = rescued === undefined ? LOST : `what you typed is kept, encrypted, in ${rescued}`;
  const read = rescued === undefined ? [] : [`read it with: secrets decrypt ${shellWord(rescued)}`];
  return error.with({ notes: [...error.notes, kept], hint: [...read, ...error.hints] });
}

const LOST = "and what you typed could not be kept either";

/** The first place that takes it: where the home directory is full, a temporary one may not be. Its path. */
async function rescue(project: Project, secret: Secret, plaintext: Uint8Array): Promise<string> {
  const { host } = project;
  const own = userStateDirectory(host);
  const temporary = join(host.system.temporary, `secrets-rescue.${randomBytes(6).toString("hex")}`);
  if (own === undefined) return keptIn(project, temporary, { secret, plaintext });
  try {
    return await keptIn(project, join(own, "rescue"), { secret, plaintext });
  } catch {
    return keptIn(project, temporary, { secret, plaintext });
  }
}

async function keptIn(
  project: Project,
  directory: string,
  { secret, plaintext }: { readonly secret: Secret; readonly plaintext: Uint8Array },
): Promise<string> {
  const { host } = project;
  await host.files.makeDirectory(directory, 0o700);
  const stamp = host.now().toISOString().replaceAll(":", "").slice(0, 17);
  // A name may have 255 bytes, and that of the secret may take all of them.
  const name = /^.{0,50}/su.exec(basename(secret.path).replace(/\.age$/, ""))?.[0] ?? "";
  const path = join(directory, `${stamp}-${randomBytes(4).toString("hex")}-${name}.age`);
  const held = await project.identities.held();
  const usable = secret.recipients.filter((each) => onlyProgram(each) === undefined);
  const mine = usable.find(({ id }) => held.has(id)) ?? usable[0];
  const sealing = {
    path,
    expected: "absent",
    recipients: usable.filter((each) => mine !== undefined && (each === mine || canShare([mine, each]))),
    keyring: project.identities,
    armor: false,
    hint: true,
    plaintext: () => once(plaintext),
  };
  const change = { ...(await sealingChange(sealing)), mode: 0o600 };
  await commit(host, [change], { state: join(directory, ".secrets-state") });
  return path;
}
