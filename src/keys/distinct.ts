/**
 * Who is left when everybody is named once, or when others are taken away?
 */
import type { Recipient } from "./key-kind.ts";

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
