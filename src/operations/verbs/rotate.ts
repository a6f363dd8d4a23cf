/** How does a sops document get a new data key, with every value re-encrypted for the same readers? */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../findings/reading/place.ts";
import type { Change } from "../../io/commit.ts";
import { sha256 } from "../../io/stream.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { standingReaders, type Grant } from "../writing/admit.ts";
import { notices, settle } from "../writing/gates.ts";
import { hasPeople, inspect, type SopsSecret } from "../secrets/inspect.ts";
import { inFile, type Project } from "../project/project.ts";
import { ruleOf, type Ruled } from "../project/rule.ts";
import { openSops, reseal, textChange } from "../secrets/sops-secret.ts";
import type { WriteOptions } from "../writing/target.ts";
import { commitChanges } from "../writing/write.ts";

interface Rotating {
  readonly path: string;
  readonly file: string;
  readonly secret: SopsSecret;
  readonly ruled: Ruled | undefined;
}

/**
 * All files or none. Under drift it stops, as every write does, unless `rekey` says to settle it.
 * @throws SecretsError `usage` for what is no sops file, `drift`, `no-identity`, `refused` for entries that only sops can make
 */
export async function rotate(
  project: Project,
  files: readonly string[],
  options: WriteOptions = {},
): Promise<string[]> {
  const rotating: Rotating[] = [];
  for (const named of files) rotating.push(await sopsFile(project, named));
  for (const each of rotating) await passGates(project, each, options);
  const changes: Change[] = [];
  const grants: Grant[] = [];
  for (const each of rotating) {
    changes.push(await rotated(project, each));
    grants.push(await grantOf(project, each));
  }
  await commitChanges(project, changes, { grants });
  for (const { file, secret, ruled } of rotating) if (ruled !== undefined) notices(project, file, secret.agreement);
  return rotating.map(({ file }) => file);
}

async function sopsFile(project: Project, named: string): Promise<Rotating> {
  const path = project.resolve(named);
  const file = project.show(path);
  const ruled = await ruleOf(project, path);
  const secret = await inspect(project, path, ruled);
  if (secret?.kind === "sops") return { path, file, secret, ruled };
  throw new SecretsError("usage", "only sops files have a data key to rotate", {
    at: { file },
    hint: `to re-encrypt an .age secret: secrets rekey --force ${shellWord(file)}`,
  });
}

async function passGates(project: Project, { file, secret, ruled }: Rotating, options: WriteOptions): Promise<void> {
  if (ruled === undefined) return;
  const intent = {
    file,
    ruled,
    kind: secret.kind,
    difference: secret.agreement,
    hasPeople: await hasPeople(secret, ruled),
    recipients: sopsRecipients(ruled.ruling.readers),
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
