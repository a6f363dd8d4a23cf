/** How does a sops document get a new data key, with every value re-encrypted for the same readers? */
import { SecretsError } from "../../errors.ts";
import { commandToEncrypt } from "../secrets/file-kind.ts";
import { shellWord } from "../../words/shell.ts";
import type { Project } from "../project/project.ts";
import { ruleOf } from "../project/rule.ts";
import { secretAt } from "../secrets/secret-at.ts";
import { secretFiles, type Candidate } from "../secrets/secret-files.ts";
import type { SealedSecret, Secret } from "../secrets/secret.ts";
import { settle, type WriteOptions } from "../writing/gates.ts";
import { requireSameFormat } from "../writing/plan-write.ts";
import { writeSecrets, type WriteOutcome } from "../writing/write.ts";

/** Under drift it stops, as every write does, unless `rekey` says to settle it. */
export async function rotate(
  project: Project,
  paths: readonly string[],
  options: WriteOptions = {},
): Promise<WriteOutcome[]> {
  const secrets: Secret[] = [];
  for (const candidate of await secretFiles(project, paths)) {
    const secret = await documentAt(project, candidate, options);
    if (secret !== undefined) secrets.push(secret);
  }
  await settle(project, secrets, { settles: false, options });
  const sealed: SealedSecret[] = [];
  for (const [index, secret] of secrets.entries()) {
    project.progress(index, secrets.length);
    const isSettled = (await secret.look())?.agreement?.status === "differ";
    sealed.push(await secret.rewrap({ readers: isSettled ? "rule" : "own", newKey: "always" }));
  }
  project.progress(secrets.length, secrets.length);
  return writeSecrets(project, sealed);
}

/** Undefined where a directory holds what is not a document. */
async function documentAt(
  project: Project,
  { path, isNamed }: Candidate,
  options: WriteOptions,
): Promise<Secret | undefined> {
  const file = project.show(path);
  const secret = await secretAt({ project, path, file, ruled: await ruleOf(project, path), options });
  if (secret?.document !== undefined) {
    requireSameFormat(secret, options.outputType);
    return secret;
  }
  if (!isNamed) return undefined;
  // What is damaged is said to be that first.
  await secret?.look();
  const isPlain = secret === undefined;
  throw new SecretsError(
    "usage",
    isPlain ? "this is not an encrypted file" : "only sops files have a data key to rotate",
    {
      at: { file },
      hint: isPlain
        ? `to encrypt it: ${commandToEncrypt(project, path)}`
        : `to re-encrypt an .age secret: secrets rekey --force ${shellWord(file)}`,
    },
  );
}
