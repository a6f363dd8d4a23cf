/**
 * Which line and column is this offset, and how is a name written in a command?
 */
import { placesIn, type Place } from "../../text/places.ts";

/** The place of one offset; without both where it is -1, which searches answer for "not there". */
export function placeOf(text: string, offset: number): Partial<Place> {
  return placesOf(text)(offset);
}

/** The same for any number of offsets in one text. */
export function placesOf(text: string): (offset: number) => Partial<Place> {
  const places = placesIn(text);
  return (offset) => (offset < 0 ? {} : places(offset));
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
