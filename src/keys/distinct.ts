/**
 * Who is left when everybody is named once?
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
