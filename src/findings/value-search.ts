/**
 * Where in these bytes does one of these values stand?
 *
 * For SEC016. All values at once: two bytes of each decide by a table whether the rest is compared. Nothing of a value leaves
 * this file.
 */

/** Shorter ones stand everywhere by chance. */
const SHORTEST = 8;

export interface Sought<Owner> {
  readonly bytes: Uint8Array;
  readonly owner: Owner;
}

/** Whether finding this value elsewhere would mean anything. */
export function isWorthSeeking(bytes: Uint8Array): boolean {
  const value = trimmed(bytes);
  if (value.length < SHORTEST) return false;
  const text = Buffer.from(value).toString("latin1");
  // Numbers, dates, plain words, and names of places stand in files that have nothing to do with the secret.
  return !/^(?:[+-]?[\d.:TZ_-]+|[a-z]+|[A-Z]+|[A-Z]?[a-z]+(?:[ _-][a-z]+)*|true|false|null|(?:https?:\/\/)?[a-z]+(?:[.-][a-z]+)*(?::\d+)?\/?)$/.test(
    text,
  );
}

/** Values are found without the line end that files put behind them. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}

/** A search for all of them; it answers each value once per call, with its first place. */
export function valueSearch<Owner>(values: readonly Sought<Owner>[]) {
  const heads = new Uint8Array(65_536);
  const byHead = new Map<number, { value: Buffer; owner: Owner }[]>();
  for (const { bytes, owner } of values) {
    const value = Buffer.from(trimmed(bytes));
    const head = value.readUInt16BE(0);
    heads[head] = 1;
    byHead.set(head, [...(byHead.get(head) ?? []), { value, owner }]);
  }
  return (bytes: Uint8Array): { readonly owner: Owner; readonly offset: number }[] => {
    if (byHead.size === 0) return [];
    const found = new Map<Owner, number>();
    for (let at = 0; at + 1 < bytes.length; at++) {
      const head = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (heads[head] !== 1) continue;
      for (const { value, owner } of byHead.get(head) ?? []) {
        if (!found.has(owner) && value.equals(bytes.subarray(at, at + value.length))) found.set(owner, at);
      }
    }
    return [...found].map(([owner, offset]) => ({ owner, offset }));
  };
}
