/** How does a sops document get a new data key, with every value encrypted anew for the same readers? */
import { SecretsError } from "../errors.ts";
import { shellWord } from "../findings/place.ts";
import { sha256 } from "../io/stream.ts";
import { standingReaders, type Grant } from "./admit.ts";
import { inspect } from "./inspect.ts";
import { inFile, type Project } from "./project.ts";
import { ruleOf } from "./rule.ts";
import { refuseLeavingClear, refuseLockout, settleDrift } from "./readers.ts";
import { sopsRecipients } from "./sops-readers.ts";
import { openSops, reseal, textChange } from "./sops-secret.ts";
import type { WriteOptions } from "./target.ts";
import { commitChanges } from "./write.ts";

/**
 * All files or none. Under drift it stops, as every write does, unless `rekey` says to settle it.
 * @throws SecretsError `usage` for what is no sops file, `drift`, `no-identity`, `refused` for entries that only sops can make
 */
export async function rotate(
  project: Project,
  files: readonly string[],
  options: WriteOptions = {},
): Promise<string[]> {
  const changes = [];
  const grants: Grant[] = [];
  for (const file of files) {
    const { change, grant } = await rotated(project, file, options);
    changes.push(change);
    grants.push(grant);
  }
  await commitChanges(project, changes, { grants });
  return files.map((file) => project.show(project.resolve(file)));
}

async function rotated(project: Project, named: string, options: WriteOptions) {
  const path = project.resolve(named);
  const file = project.show(path);
  const ruled = await ruleOf(project, path);
  const secret = await inspect(project, path, ruled);
  if (secret?.kind !== "sops") {
    throw new SecretsError("usage", "only sops files have a data key to rotate", {
      at: { file },
      hint: `to encrypt an .age secret anew: secrets rekey --force ${shellWord(file)}`,
    });
  }
  if (secret.agreement !== undefined) {
    await settleDrift(project, file, { difference: secret.agreement, rekey: options.rekey ?? false });
  }
  const settling = secret.agreement?.status === "differ" ? ruled : undefined;
  if (settling !== undefined) {
    refuseLeavingClear([{ file, ruled: settling, difference: secret.agreement }], options.allowClear);
  }
  if (settling !== undefined && options.allowLockout !== true) refuseLockout(file, settling.ruling.readers, true);
  const opened = await openSops(project, path, { document: secret.document });
  try {
    const text = await reseal(project, { opened, text: opened.openText, ruled: settling, newKey: "always" });
    const standing = await standingReaders(project, secret, ruled?.file);
    const recipients = settling === undefined ? secret.recipients : sopsRecipients(settling.ruling.readers);
    return { change: textChange(path, sha256(secret.bytes), text), grant: { path, file, recipients, ruled, standing } };
  } catch (error) {
    throw inFile(error, file);
  }
}
