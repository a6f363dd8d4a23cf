/**
 * May a key have begun here without `?`, and is that still possible?
 */
import { markOf, wrong } from "./cursor.ts";
import type { Scanner, SimpleKey } from "./token.ts";

/** The longest key without `?`, in characters. */
const KEY_LIMIT = 1024;

/** The number of the token that is pushed next. */
export function nextNumber(scanner: Scanner): number {
  return scanner.taken + scanner.tokens.length - scanner.head;
}

/** Remembers that a key may begin at the cursor. */
export function saveKey(scanner: Scanner): void {
  if (!scanner.keyAllowed) return;
  const mark = markOf(scanner.cursor);
  const required = scanner.flowLevel === 0 && scanner.indent === mark.column;
  forgetKey(scanner);
  const token = nextNumber(scanner);
  scanner.keys[scanner.keys.length - 1] = { possible: true, required, token, mark };
  scanner.keyByToken.set(token, scanner.keys.length - 1);
}

/** Gives up the key that may have begun at this flow level. */
export function forgetKey(scanner: Scanner): void {
  const key = scanner.keys.at(-1);
  if (key === undefined || !key.possible) return;
  if (key.required) throw wrong(key.mark, "a colon is missing after this key");
  key.possible = false;
  scanner.keyByToken.delete(key.token);
}

/** Whether what began at `key` can still turn out to be a key: same line, at most 1,024 characters. */
export function isValid(scanner: Scanner, key: SimpleKey): boolean {
  if (!key.possible) return false;
  const { cursor } = scanner;
  if (key.mark.line === cursor.line && !isTooLong(cursor.text, key.mark.index, cursor.index)) return true;
  if (key.required) throw wrong(key.mark, "a colon is missing after this key");
  key.possible = false;
  return false;
}

function isTooLong(text: string, from: number, to: number): boolean {
  if (to - from <= KEY_LIMIT) return false;
  return to - from > 2 * KEY_LIMIT || Array.from(text.slice(from, to)).length > KEY_LIMIT;
}
