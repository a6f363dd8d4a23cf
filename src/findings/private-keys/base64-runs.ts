/**
 * Where in these bytes is base64 text long enough to wrap a private key?
 *
 * Looks at every sixtieth byte only: a run of sixty cannot hide between two of them.
 */

/** The shortest private key, an age identity, fills more than this when it is wrapped; so does the first line of any other. */
const SHORTEST = 60;
/** The whole text has to be at least this long. */
const WORTH_DECODING = 96;

const ALPHABET = new Uint8Array(256);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
  ALPHABET[letter.charCodeAt(0)] = 1;
}

/** A stretch of bytes: from `start` up to `end`, line breaks inside a wrapped text included. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** The runs in order; lines of base64 that follow one another are one run. */
export function* base64Runs(bytes: Uint8Array): Generator<Run, void, undefined> {
  for (let at = SHORTEST - 1; at < bytes.length;) {
    if (!isBase64(bytes, at)) {
      at += SHORTEST;
      continue;
    }
    let start = at;
    while (isBase64(bytes, start - 1)) start -= 1;
    let end = at + 1;
    while (isBase64(bytes, end)) end += 1;
    if (end - start < SHORTEST) {
      at = end + SHORTEST;
      continue;
    }
    end = endOfLines(bytes, end);
    if (end - start >= WORTH_DECODING) yield { start, end };
    at = end + SHORTEST;
  }
}

/** The end of the last line that goes on with base64 after a break and its indentation. */
function endOfLines(bytes: Uint8Array, from: number): number {
  let end = from;
  for (;;) {
    let next = lineBreakAt(bytes, end);
    if (next === end) return end;
    while (bytes[next] === 0x20 || bytes[next] === 0x09) next += 1;
    const line = next;
    while (isBase64(bytes, next)) next += 1;
    // A word is no line of base64: what follows it on the line has to be the line's end or padding.
    const after = bytes[next];
    const ends =
      after === undefined || after === 0x0a || after === 0x0d || after === 0x3d || after === 0x5c || after === 0x22;
    if (next - line < 4 || !ends) return end;
    end = next;
  }
}

/** Behind a line break: a real one, or the two characters `\n` inside a JSON text. */
function lineBreakAt(bytes: Uint8Array, at: number): number {
  let next = at;
  if (bytes[next] === 0x0d) next += 1;
  if (bytes[next] === 0x0a) return next + 1;
  return bytes[at] === 0x5c && bytes[at + 1] === 0x6e ? at + 2 : at;
}

function isBase64(bytes: Uint8Array, at: number): boolean {
  return ALPHABET[bytes[at] ?? 0] === 1;
}
