/**
 * How are readers called in findings?
 *
 * By the names of the policy. A key that nobody there holds has no name: it is told by the beginning of its public text.
 */
import { ageFileDifference } from "../../agreement/age-file.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import type { Governed } from "../finding.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { looksLikeRecipient } from "../../policy/recipient-text.ts";
import type { Policy, Reader, Ruling } from "../../policy/policy.ts";

/** The member who holds the key, else that nobody is known. */
export function personOf(recipient: Pick<Recipient, "id" | "text" | "comment">, policy: Policy): string {
  return memberWith(recipient.id, policy) ?? strangerWith([recipient.text, recipient.comment].join(" "));
}

/** @param text a public key, perhaps with a comment. */
export function strangerWith(text: string): string {
  return `somebody whom the policy does not know (${shortKey(text)})`;
}

/** Enough of a public key to find it: `age1hcsu5…`; of an SSH key the comment, else its kind and its end. */
export function shortKey(text: string): string {
  const [kind = "", body = "", ...comment] = text.trim().split(/\s+/);
  if (body === "") return `${kind.slice(0, kind.lastIndexOf("1") + 6)}…`;
  return comment.length > 0 ? comment.join(" ") : `${kind} …${body.slice(-8)}`;
}

/** What the policy calls whoever holds the key of this `Recipient.id`. */
export function memberWith(id: string, policy: Policy): string | undefined {
  return policy.nameOf({ id });
}

/** Sorted, each once; with how many of several keys where not all of them are meant. */
export function namesOf(missing: readonly Recipient[], readers: readonly Reader[]): string[] {
  const ids = new Set(missing.map(({ id }) => id));
  return readers
    .flatMap(({ name, kind, keys }) => {
      const count = keys.filter(({ id }) => ids.has(id)).length;
      const isNameless = kind === "literal" && looksLikeRecipient(name);
      const called = isNameless ? `the recipient ${shortKey(name)} that the rule names by its key` : name;
      if (count === 0) return [];
      return [count < keys.length ? `${called} (${count} of ${keys.length} keys)` : called];
    })
    .sort();
}

/** Whether a rule names no key of any kind: sops refuses to encrypt under it, and what it rules has no readers to compare. */
export function namesNobody({ readers, settings }: Pick<Ruling, "readers" | "settings">): boolean {
  return readers.length === 0 && settings.foreign.length === 0;
}

/** Whether the readers of an age file are those of the policy, as far as it tells. */
export async function readersAgree(
  header: AgeHeader,
  governed: Governed,
): Promise<"agree" | "differ" | "unknown" | undefined> {
  if (governed.ruling.readers.length === 0 || needsPassphrase(header.stanzas)) return undefined;
  return (await ageFileDifference(header, governed)).status;
}
