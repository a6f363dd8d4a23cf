/** Whom does somebody name instead of a rule? */
import type { Recipient } from "../../keys/recipient.ts";
import type { Project } from "../project/project.ts";

/** The texts in `SOPS_AGE_RECIPIENTS`, as in sops; they count only where no rule says who reads: a variable must not overrule the policy. */
export function recipientsOfVariable({ host }: Project): string[] {
  const texts = (host.env["SOPS_AGE_RECIPIENTS"] ?? "").split(",").map((text) => text.trim());
  return texts.filter((text) => text !== "");
}

/** @throws SecretsError `bad-key` */
export async function parsedRecipients(texts: readonly string[]): Promise<Recipient[]> {
  const { parseRecipient } = await import("../../keys/index.ts");
  return Promise.all(texts.map((text) => parseRecipient(text)));
}
