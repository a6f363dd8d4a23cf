/**
 * Which line and column is this offset, and how is a name written in a command?
 */

/** From 1, columns in UTF-16 units of the line. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of one offset; without both where it is -1, which searches answer for "not there". */
export function placeOf(text: string, offset: number): Partial<Place> {
  return placesOf(text)(offset);
}

/** The same for any number of offsets in one text: its lines are counted once. */
export function placesOf(text: string): (offset: number) => Partial<Place> {
  let starts: number[] | undefined;
  return (offset) => {
    if (offset < 0) return {};
    starts ??= lineStarts(text);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** What no key and no recipient is written with, in any format. */
const PIECE = /[^\s"'`,:=\\()[\]{}]+/g;

/**
 * Where keys or recipients stand, first or last: one look at the text, however many they are. They are known by the longest
 * piece without blanks, quotes and brackets.
 */
export function placesOfWords(
  text: string,
  words: readonly string[],
  which: "first" | "last",
): (word: string) => Partial<Place> {
  const places = placesOf(text);
  let offsets: ReadonlyMap<string, number> | undefined;
  return (word) => {
    offsets ??= offsetsOf(text, words.map(longestPiece), which);
    const piece = longestPiece(word);
    const offset = offsets.get(piece) ?? -1;
    return places(offset === -1 ? -1 : Math.max(0, offset - word.indexOf(piece)));
  };
}

function offsetsOf(text: string, pieces: readonly string[], which: "first" | "last"): ReadonlyMap<string, number> {
  const offsets = new Map(pieces.map((piece) => [piece, -1]));
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const before = offsets.get(piece);
    if (before === -1 || (before !== undefined && which === "last")) offsets.set(piece, index);
  }
  return offsets;
}

function longestPiece(word: string): string {
  return (word.match(PIECE) ?? []).reduce((best, piece) => (piece.length > best.length ? piece : best), "");
}

/**
 * Places in bytes of UTF-8 that may be too many for a text. Asked in the order of the offsets, it goes through them once.
 */
export function placesInBytes(bytes: Uint8Array): (offset: number) => Place {
  let [at, line, column] = [0, 1, 1];
  return (offset) => {
    if (offset < at) [at, line, column] = [0, 1, 1];
    for (; at < offset; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x0a) [line, column] = [line + 1, 1];
      // A character begins with any byte but 10xxxxxx; from 11110xxx on it takes two units.
      else if ((byte & 0xc0) !== 0x80) column += byte >= 0xf0 ? 2 : 1;
    }
    return { line, column };
  };
}
