/**
 * Where in these bytes is a text of base64 or hexadecimal long enough to hide a private key?
 */

/** The narrowest line. */
const LINE = 24;
/** The shortest private key, an age identity, fills more than this when it is wrapped. */
const WORTH_DECODING = 96;
/** Between two lines: quotes, indentation, and what joins two texts in a program. */
const LONGEST_SEPARATOR = 64;

const ALPHABET = table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");
const SEPARATORS = table(" \t\r\n\"'`");
/** What a last, short line ends with; otherwise it is a word. */
const ENDS = table("\r\n=\\\"'`");
const ESCAPED = table("nrt\r\n");
const BACKSLASH = 0x5c;
const PLUS = 0x2b;

function table(letters: string): Uint8Array {
  const result = new Uint8Array(256);
  for (const letter of letters) result[letter.charCodeAt(0)] = 1;
  return result;
}

function isIn(letters: Uint8Array, byte: number | undefined): boolean {
  return byte !== undefined && letters[byte] === 1;
}

/** A stretch of bytes: from `start` up to `end`, line breaks inside a wrapped text included. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/**
 * The runs of base64 in order, of either alphabet, in lines of any width from 24 letters on; those that follow one another are one.
 * Looks at every 24th byte only: a run of 24 cannot hide between two of them, and most words are shorter.
 */
export function* base64Runs(bytes: Uint8Array): Generator<Run, void, undefined> {
  for (let at = LINE - 1; at < bytes.length;) {
    if (ALPHABET[bytes[at] ?? 0] !== 1) {
      at += LINE;
      continue;
    }
    let start = at;
    while (start > 0 && ALPHABET[bytes[start - 1] ?? 0] === 1) start -= 1;
    let end = endOfLine(bytes, at + 1);
    if (end - start >= LINE) {
      end = endOfLines(bytes, end);
      if (end - start >= WORTH_DECODING) yield { start, end };
    }
    at = end + LINE;
  }
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let end = from;
  while (end < bytes.length && ALPHABET[bytes[end] ?? 0] === 1) end += 1;
  return end;
}

/** The end of the last line that goes on with base64 behind a separator. */
function endOfLines(bytes: Uint8Array, from: number): number {
  let end = from;
  for (;;) {
    const line = afterSeparator(bytes, end);
    if (line === end) return end;
    const next = endOfLine(bytes, line);
    if (next - line >= LINE) {
      end = next;
      continue;
    }
    const isLast = next - line >= 2 && (next === bytes.length || isIn(ENDS, bytes[next]));
    return isLast ? next : end;
  }
}

/** Behind line breaks (real ones, or the two characters `\n` of a program's text), blanks, quotes, and a plus between them. */
function afterSeparator(bytes: Uint8Array, from: number): number {
  let at = from;
  const limit = Math.min(bytes.length, from + LONGEST_SEPARATOR);
  while (at < limit) {
    if (isIn(SEPARATORS, bytes[at])) at += 1;
    else if (bytes[at] === BACKSLASH) at += isIn(ESCAPED, bytes[at + 1]) ? 2 : 1;
    else if (bytes[at] === PLUS && at > from && isIn(SEPARATORS, bytes[at - 1]) && isIn(SEPARATORS, bytes[at + 1]))
      at += 1;
    else break;
  }
  return at;
}

/** Bytes of text that are decoded at a time: a run can be longer than any text. */
const PIECE = 3 * 1024 * 1024;

/** What a run says. @param skip letters at its start that belong to something else. */
export function decodeRun(bytes: Buffer, { start, end }: Run, skip = 0): Buffer {
  const pieces: Buffer[] = [];
  let left = "";
  for (let at = start + skip; at < end; at += PIECE) {
    const text = left + bytes.toString("latin1", at, Math.min(end, at + PIECE));
    // An escape may be cut in two.
    const cut = text.endsWith("\\") ? text.length - 1 : text.length;
    const letters = text.slice(0, cut).replaceAll(/\\+[nrt]|(?<=["'`\s])\+(?=["'`\s])|[^A-Za-z0-9+/_-]/g, "");
    const whole = at + PIECE < end ? letters.length - (letters.length % 4) : letters.length;
    pieces.push(Buffer.from(letters.slice(0, whole), "base64"));
    left = letters.slice(whole) + text.slice(cut);
  }
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
}

/** What private keys begin with, as far as its hexadecimal has no letters, which come in two cases: "PRIVATE ", "SECRET-", "PuTTY-". */
const MARKS = ["PRIVATE ", "SECRET-", "PuTTY-"].map((text) =>
  Buffer.from(/^\d+/.exec(Buffer.from(text).toString("hex"))?.[0] ?? ""),
);
const HEX_DIGITS = table("0123456789abcdefABCDEF");
/** A key of RSA with 16,384 bits fills half of it. */
const LONGEST_HEX = 64 * 1024;

/**
 * For each mark the texts of hexadecimal around it in their order, none longer than a key can be. To whoever looks for long runs of
 * letters hexadecimal is base64: only files that have one are looked at.
 */
export function hexRuns(bytes: Buffer): Generator<Run, void, undefined>[] {
  return MARKS.map((mark) => runsAround(bytes, mark));
}

function* runsAround(bytes: Buffer, mark: Buffer): Generator<Run, void, undefined> {
  for (let at = bytes.indexOf(mark); at !== -1;) {
    let [start, end] = [at, at + mark.length];
    while (at - start < LONGEST_HEX && isIn(HEX_DIGITS, bytes[start - 1])) start -= 1;
    while (end - at < LONGEST_HEX && isIn(HEX_DIGITS, bytes[end])) end += 1;
    // The mark begins with the first half of a byte.
    yield { start: start + ((at - start) % 2), end };
    at = bytes.indexOf(mark, end);
  }
}
