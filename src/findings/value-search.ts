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

/** A whole file is not put into an address. */
const LONGEST_ENCODED = 64 * 1024;

/** How a value can be written, and its bytes then; each once. */
export function formsOf(bytes: Uint8Array): readonly { readonly form: ValueForm; readonly bytes: Uint8Array }[] {
  const value = Buffer.from(trimmed(bytes));
  const text = value.toString("utf8");
  if (value.length > LONGEST_ENCODED) return [{ form: "in clear", bytes: value }];
  const isText = Buffer.from(text).equals(value);
  const forms: [ValueForm, string | Buffer][] = [
    ["in clear", value],
    // As people make it: of the value, and of the value on a line.
    ...[value, Buffer.concat([value, Buffer.of(0x0a)])].flatMap((each): [ValueForm, string][] => [
      ["in base64", each.toString("base64").replace(/=+$/, "")],
      ["in base64", each.toString("base64url")],
    ]),
    ["in hexadecimal", value.toString("hex")],
  ];
  if (isText) {
    forms.push(["in clear", JSON.stringify(text).slice(1, -1)], ["in clear", longestLine(text)]);
    forms.push(["encoded for an address", encodeURIComponent(text)]);
  }
  const known = new Set<string>();
  return forms.flatMap(([form, content]) => {
    const each = Buffer.from(content);
    const id = each.toString("latin1");
    if (each.length < SHORTEST || known.has(id)) return [];
    known.add(id);
    return [{ form, bytes: each }];
  });
}

export type ValueForm = "in clear" | "in base64" | "in hexadecimal" | "encoded for an address";

/** A line that is one word of many letters: of a key, a certificate, a long token. Lines of settings are the same everywhere. */
const WORD = /^[\w+/=-]{20,}$/;

/**
 * The line by which a value of many lines is known where they are indented or end otherwise: the last of the longest, since
 * keys of a kind begin alike.
 */
function longestLine(text: string): string {
  const words = text.split(/\r?\n/).map((line) => line.trim());
  const longest = words.reduce((best, word) => (word.length >= best.length && WORD.test(word) ? word : best), "");
  return longest === "" ? text : longest;
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
