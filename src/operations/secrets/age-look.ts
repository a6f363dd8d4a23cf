/** What does an age file tell without a key? */
import { compareAgeFile } from "../../agreement/age-file.ts";
import { knownKeys } from "../../agreement/agreement.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { readersOf } from "../../documents/age/readers.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { formerKeys } from "../identities/former-keys.ts";
import type { Project } from "../project/project.ts";
import type { RuledFile } from "../project/rule.ts";
import { inNames } from "./declared-readers.ts";
import type { Look } from "./secret.ts";

/**
 * From its header, all keys that the policy names, and those that it had a name for.
 * @param wanted who will read it, and by which rule
 */
export async function whatAgeTells(
  project: Project,
  header: AgeHeader,
  wanted: { readonly ruled: RuledFile | undefined; readonly recipients: readonly Recipient[] },
): Promise<Look> {
  const { ruled } = wanted;
  const named = candidates(ruled, wanted.recipients);
  const today = await readersOf(header, named);
  const former = today.unknown > 0 && ruled !== undefined ? [...(await formerKeys(project, ruled.file)).values()] : [];
  const formerly = former.map(({ key }) => key);
  const standing = formerly.length === 0 ? today : await readersOf(header, [...named, ...formerly]);
  const { known, unknown } = standing;
  const found = ruled && (await compareAgeFile(header, ruled, formerly));
  const { names, agreement } = await inNames(project, found, { standing: known, ruled });
  return {
    format: header.armored ? "age armored" : "age",
    agreement,
    declared: { names, others: unknown > 0 ? [`${unknown} unnamed`] : [] },
    standing,
    tells: header.hint !== undefined,
    isForPassphrase: needsPassphrase(header.stanzas),
  };
}

/** Everybody whom the policy knows, and the literal recipients. */
function candidates(ruled: RuledFile | undefined, recipients: readonly Recipient[]): Recipient[] {
  const known = ruled === undefined ? [] : knownKeys(ruled.file.policy);
  return [...known, ...(ruled?.ruling.readers.flatMap((reader) => reader.keys) ?? []), ...recipients];
}
