/** How does a sops document get a new data key, with every value re-encrypted for the same readers? */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Change } from "../../io/commit.ts";
import { sha256 } from "../../io/stream.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { standingReaders, type Grant } from "../writing/admit.ts";
import { notices, settle } from "../writing/gates.ts";
import { hasPeople, inspect, type SopsSecret } from "../secrets/inspect.ts";
import { inFile, type Project } from "../project/project.ts";
import { secretFiles, type Candidate } from "../project/secret-files.ts";
import { ruleOf, type Ruled } from "../project/rule.ts";
import { openSops, reseal, textChange } from "../secrets/sops-secret.ts";
import type { WriteOptions } from "../writing/target.ts";
import { commitChanges, type WriteOutcome } from "../writing/write.ts";

interface Rotating {
  readonly path: string;
  readonly file: string;
  readonly secret: SopsSecret;
  readonly ruled: Ruled | undefined;
}

/**
 * All files or none: those that are named, and the sops files below the directories that are. Under drift it stops, as every
 * write does, unless `rekey` says to settle it.
 * @throws SecretsError `usage` for a named file that is no sops file, `drift`, `no-identity`, `refused` for entries that only sops
 *   can make
 */
export async function rotate(
  project: Project,
  paths: readonly string[],
  options: WriteOptions = {},
): Promise<WriteOutcome[]> {
  const rotating: Rotating[] = [];
  for (const candidate of await secretFiles(project, paths)) rotating.push(...(await sopsFile(project, candidate)));
  for (const each of rotating) await passGates(project, each, options);
  const changes: Change[] = [];
  const grants: Grant[] = [];
  for (const [index, each] of rotating.entries()) {
    project.progress(index, rotating.length);
    changes.push(await rotated(project, each));
    grants.push(await grantOf(project, each));
  }
  project.progress(rotating.length, rotating.length);
  await commitChanges(project, changes, { grants });
  for (const { file, secret, ruled } of rotating) if (ruled !== undefined) notices(project, file, secret.agreement);
  return rotating.map(({ file }) => ({ status: "updated", file }));
}

/** None where a directory holds what is no sops file. */
async function sopsFile(project: Project, { path, isNamed }: Candidate): Promise<Rotating[]> {
  const file = project.show(path);
  const ruled = await ruleOf(project, path);
  const secret = await inspect(project, path, ruled);
  if (secret?.kind === "sops") return [{ path, file, secret, ruled }];
  if (!isNamed) return [];
  throw new SecretsError("usage", "only sops files have a data key to rotate", {
    at: { file },
    hint: `to re-encrypt an .age secret: secrets rekey --force ${shellWord(file)}`,
  });
}

async function passGates(
  project: Project,
  { path, file, secret, ruled }: Rotating,
  options: WriteOptions,
): Promise<void> {
  const intent = {
    path,
    file,
    ruled,
    kind: secret.kind,
    difference: secret.agreement,
    hasPeople: ruled === undefined || (await hasPeople(secret, ruled)),
    recipients: ruled === undefined ? secret.recipients : sopsRecipients(ruled.ruling.readers),
    settles: false,
    options,
  };
  await settle(project, [intent]);
}

/** The rule that this write brings the file to. */
function settling({ secret, ruled }: Rotating): Ruled | undefined {
  return secret.agreement?.status === "differ" ? ruled : undefined;
}

async function grantOf(project: Project, rotating: Rotating): Promise<Grant> {
  const { path, file, secret, ruled } = rotating;
  const readers = settling(rotating)?.ruling.readers;
  const recipients = readers === undefined ? secret.recipients : sopsRecipients(readers);
  return { path, file, recipients, ruled, standing: await standingReaders(project, secret, ruled?.file) };
}

async function rotated(project: Project, rotating: Rotating): Promise<Change> {
  const { path, file, secret } = rotating;
  const opened = await openSops(project, path, { document: secret.document });
  try {
    const text = await reseal(project, { opened, text: opened.openText, ruled: settling(rotating), newKey: "always" });
    return textChange(path, sha256(secret.bytes), text);
  } catch (error) {
    throw inFile(error, file);
  }
}
