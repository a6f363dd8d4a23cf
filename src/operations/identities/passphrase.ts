/**
 * How does a passphrase reach a file that is sealed with one?
 *
 * From `AGE_PASSPHRASE` where it is set (the name that age's batch plugin uses), else from a hidden prompt; asked at
 * most once per file.
 */
import type { Stanza } from "age-encryption";
import { SecretsError } from "../../errors.ts";
import { scryptIdentity, scryptRecipient } from "../../keys/kinds/scrypt.ts";
import type { Recipient } from "../../keys/key-kind.ts";
import { asker } from "./identities.ts";
import type { Project } from "../project/project.ts";

const VARIABLE = "AGE_PASSPHRASE";

/** The file key. @throws SecretsError `wrong-passphrase`, `cannot-ask`, `tampered`. */
export async function unwrapWithPassphrase(
  project: Project,
  path: string,
  stanzas: readonly Stanza[],
): Promise<Uint8Array> {
  const passphrase = project.host.env[VARIABLE] ?? (await askOnce(project, project.show(path)));
  const fileKey = await scryptIdentity(passphrase).unwrapFileKey(stanzas);
  if (fileKey !== null) return fileKey;
  throw new SecretsError("wrong-passphrase", "the passphrase is wrong", { at: { file: project.show(path) } });
}

/** A recipient for a new passphrase, typed twice. @throws SecretsError `cannot-ask`, `usage`. */
export async function newPassphrase(project: Project, file: string): Promise<Recipient> {
  const given = project.host.env[VARIABLE];
  if (given !== undefined) return scryptRecipient(given);
  const first = await askOnce(project, file);
  if ((await project.host.terminal.askHidden("again: ")) !== first) {
    throw new SecretsError("usage", "the two passphrases differ", { at: { file } });
  }
  return scryptRecipient(first);
}

async function askOnce(project: Project, file: string): Promise<string> {
  if (!project.host.terminal.canAsk) {
    throw new SecretsError("cannot-ask", `the passphrase for ${file} cannot be asked for here`, {
      hint: `run it in a terminal without --no-input, or set ${VARIABLE}`,
    });
  }
  return asker(project.host)(file);
}
