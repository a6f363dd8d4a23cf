/**
 * How does a passphrase reach a file that is sealed with one?
 *
 * From `AGE_PASSPHRASE` where it is set (the name that age's batch plugin uses), else from a hidden prompt; asked at
 * most once per file.
 */
import type { Stanza } from "age-encryption";
import { SecretsError } from "../../errors.ts";
import { passphraseRing, scryptIdentity } from "../../keys/kinds/scrypt.ts";
import type { Keyring } from "../../keys/recipient.ts";
import { typedTwice } from "../project/ask.ts";
import type { Project } from "../project/project.ts";

const VARIABLE = "AGE_PASSPHRASE";

/** The file key. @throws SecretsError `wrong-passphrase`, `cannot-ask`, `tampered`. */
export async function unwrapWithPassphrase(
  project: Project,
  path: string,
  stanzas: readonly Stanza[],
): Promise<Uint8Array> {
  const passphrase = project.host.env[VARIABLE] ?? (await asked(project, project.show(path)));
  const fileKey = await scryptIdentity(passphrase).unwrapFileKey(stanzas);
  if (fileKey !== null) return fileKey;
  throw new SecretsError("wrong-passphrase", "the passphrase is wrong", { at: { file: project.show(path) } });
}

/** What seals with a new passphrase, typed twice. @throws SecretsError `cannot-ask`, `usage` for none. */
export async function newPassphrase(project: Project, file: string): Promise<Keyring> {
  return passphraseRing(project.host.env[VARIABLE] ?? (await typedTwice(project, question(project, file))));
}

async function asked(project: Project, file: string): Promise<string> {
  return project.host.terminal.askHidden(`${question(project, file)}: `);
}

/** @throws SecretsError `cannot-ask` naming the variable */
function question({ host }: Project, file: string): string {
  if (host.terminal.canAsk) return `passphrase for ${file}`;
  throw new SecretsError("cannot-ask", `cannot ask for the passphrase for ${file} here`, {
    hint: `run it in a terminal without --no-input, or set ${VARIABLE}`,
  });
}
