/** Who differs from the policy, by the names that the policy has or had? */
import type { Agreement } from "../../agreement/agreement.ts";
import { withFormerNames } from "../../agreement/changed-keys.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { formerKeys, type FormerKey } from "./former-keys.ts";
import type { Project } from "../project/project.ts";
import type { RuledFile } from "../project/rule.ts";

/** @param standing those who read the file, as far as they are known */
export async function inFormerNames(
  project: Project,
  agreement: Agreement,
  { standing, ruled }: { readonly standing: readonly Recipient[]; readonly ruled: RuledFile },
): Promise<Agreement> {
  const { policy, file, ruling } = ruled;
  if (agreement.status !== "differ") return agreement;
  const isNameless = standing.some((key) => policy.nameOf(key) === undefined);
  const former = isNameless ? await formerKeys(project, file) : new Map<string, FormerKey>();
  const wanted = ruling.readers.flatMap(({ keys }) => keys);
  return withFormerNames(agreement, { policy, standing, wanted, former });
}
