/** How are the readers of a file called? */
import type { Agreement } from "../../agreement/agreement.ts";
import { withFormerNames } from "../../agreement/changed-keys.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { keyName } from "../../keys/shown-key.ts";
import { formerKeys, type FormerKey } from "../identities/former-keys.ts";
import type { Project } from "../project/project.ts";
import type { RuledFile } from "../project/rule.ts";

type FormerKeys = ReadonlyMap<string, FormerKey>;

/** By the policy, or by the name that it had for them; whom it never knew by the public key. Sorted, each once. */
export function namesOfReaders(
  readers: readonly Recipient[],
  ruled: RuledFile | undefined,
  former?: FormerKeys,
): string[] {
  const nameOf = (key: Recipient) => ruled?.policy.nameOf(key) ?? former?.get(key.id)?.name ?? keyName(key);
  return [...new Set(readers.map(nameOf))].sort();
}

/**
 * The names, and the difference in such names. Who left the policy is looked for only where something differs.
 * @param standing those who read the file, as far as they are known
 */
export async function inNames(
  project: Project,
  agreement: Agreement | undefined,
  { standing, ruled }: { readonly standing: readonly Recipient[]; readonly ruled: RuledFile | undefined },
): Promise<{ readonly names: string[]; readonly agreement: Agreement | undefined }> {
  if (ruled === undefined || agreement === undefined || agreement.status === "agree") {
    return { names: namesOfReaders(standing, ruled), agreement };
  }
  const { policy, file, ruling } = ruled;
  const isNameless = standing.some((key) => policy.nameOf(key) === undefined);
  const former: FormerKeys = isNameless ? await formerKeys(project, file) : new Map<string, FormerKey>();
  const wanted = ruling.readers.flatMap(({ keys }) => keys);
  return {
    names: namesOfReaders(standing, ruled, former),
    agreement: withFormerNames(agreement, { policy, standing, wanted, former }),
  };
}
