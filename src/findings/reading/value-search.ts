/**
 * Where in these bytes does one of these values stand?
 *
 * All values at once: two bytes of each decide by a table whether a place is looked at, eight which values can stand
 * there, and their order which of them does. Nothing of a value leaves this file.
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
  if (value.length > LONGEST_ENCODED) return [{ form: "unencrypted", bytes: value }];
  const isText = Buffer.from(text).equals(value);
  const forms: [ValueForm, string | Buffer][] = [
    ["unencrypted", value],
    // As people make it: of the value, and of the value on a line.
    ...[value, Buffer.concat([value, Buffer.of(0x0a)])].flatMap((each): [ValueForm, string][] => [
      ["in base64", each.toString("base64").replace(/=+$/, "")],
      ["in base64", each.toString("base64url")],
    ]),
    ["in hexadecimal", value.toString("hex")],
  ];
  if (isText) {
    forms.push(["unencrypted", JSON.stringify(text).slice(1, -1)], ["unencrypted", longestLine(text)]);
    forms.push(["URL-encoded", encodeURIComponent(text)]);
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

export type ValueForm = "unencrypted" | "in base64" | "in hexadecimal" | "URL-encoded";

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

/** A value in the order of those that begin with the same bytes. */
interface Ranked<Owner> {
  readonly value: Buffer;
  readonly owners: Owner[];
  /** The longest other value that this one begins with. */
  inside: Ranked<Owner> | undefined;
}

/** A search for all of them; it answers each value once per call, with its first place. */
export function valueSearch<Owner>(values: readonly Sought<Owner>[]) {
  const heads = new Uint8Array(65_536);
  const byStart = new Map<string, Map<string, Sought<Owner>[]>>();
  for (const { bytes, owner } of values) {
    const value = Buffer.from(trimmed(bytes));
    if (value.length < SHORTEST) continue;
    heads[value.readUInt16BE(0)] = 1;
    const same = entryOf(byStart, value.toString("latin1", 0, SHORTEST), () => new Map<string, Sought<Owner>[]>());
    entryOf(same, value.toString("latin1"), () => []).push({ bytes: value, owner });
  }
  const rankedByStart = new Map([...byStart].map(([start, same]) => [start, ranked([...same.values()])]));
  return (bytes: Uint8Array): { readonly owner: Owner; readonly offset: number }[] => {
    if (rankedByStart.size === 0) return [];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = new Map<Owner, number>();
    const told = new Set<Ranked<Owner>>();
    for (let at = 0; at + SHORTEST <= buffer.length; at++) {
      if (heads[((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0)] !== 1) continue;
      const same = rankedByStart.get(buffer.toString("latin1", at, at + SHORTEST));
      if (same === undefined) continue;
      // With a value all those stand there that it begins with.
      for (let each = longestAt(same, buffer, at); each !== undefined && !told.has(each); each = each.inside) {
        told.add(each);
        for (const owner of each.owners) if (!found.has(owner)) found.set(owner, at);
      }
    }
    return [...found].map(([owner, offset]) => ({ owner, offset }));
  };
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** @param groups equal values together. */
function ranked<Owner>(groups: readonly (readonly Sought<Owner>[])[]): readonly Ranked<Owner>[] {
  const result = groups.map((group): Ranked<Owner> => ({
    value: Buffer.from(group[0]?.bytes ?? []),
    owners: group.map(({ owner }) => owner),
    inside: undefined,
  }));
  result.sort((a, b) => Buffer.compare(a.value, b.value));
  let before: Ranked<Owner> | undefined;
  for (const each of result) {
    while (before !== undefined && !standsAt(before, each.value, 0)) before = before.inside;
    each.inside = before;
    before = each;
  }
  return result;
}

/** The last in the order that is not behind what stands there, or the longest value that it begins with and that does. */
function longestAt<Owner>(values: readonly Ranked<Owner>[], bytes: Buffer, at: number): Ranked<Owner> | undefined {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle]?.value ?? Buffer.alloc(0);
    if (value.compare(bytes, at, Math.min(bytes.length, at + value.length)) <= 0) low = middle + 1;
    else high = middle;
  }
  let found = values[low - 1];
  while (found !== undefined && !standsAt(found, bytes, at)) found = found.inside;
  return found;
}

function standsAt<Owner>({ value }: Ranked<Owner>, bytes: Buffer, at: number): boolean {
  return at + value.length <= bytes.length && value.compare(bytes, at, at + value.length) === 0;
}
