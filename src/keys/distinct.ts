/**
 * Who is left when everybody is named once, or when others are taken away, and may they share a file?
 */
import type { Recipient } from "./recipient.ts";

/** The label of who has nobody beside them: a passphrase. */
export const ALONE = "alone";

/** One recipient per reader (`id`), the first of its faces, in the order given. */
export function distinct(recipients: readonly Recipient[]): Recipient[] {
  const seen = new Set<string>();
  return recipients.filter(({ id }) => {
    const first = !seen.has(id);
    seen.add(id);
    return first;
  });
}

/** Those who are not among the others, by whichever face. */
export function without(recipients: readonly Recipient[], others: readonly Recipient[]): Recipient[] {
  const gone = new Set(others.map(({ id }) => id));
  return recipients.filter(({ id }) => !gone.has(id));
}

/** Those who have the same in common, in the order given. */
export function grouped<T>(recipients: readonly Recipient[], what: (recipient: Recipient) => T): Map<T, Recipient[]> {
  const groups = new Map<T, Recipient[]>();
  for (const each of recipients) groups.set(what(each), [...(groups.get(what(each)) ?? []), each]);
  return groups;
}

/** Whether age takes them into one file: a passphrase is alone, and post-quantum and classic keys do not mix. */
export function canShare(recipients: readonly Recipient[]): boolean {
  const labels = recipients.map((recipient) => (recipient.labels ?? []).toSorted().join(" "));
  return new Set(labels).size <= 1 && (labels[0] !== ALONE || recipients.length === 1);
}
