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

/** What a terminal or a log would act on, or nobody would see: all but letters, marks, numbers, signs and the plain blank. */
const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** A file name as a word of a command line: what bash, zsh and ksh read back as that name, and no program as an option. */
export function shellWord(file: string): string {
  return shellText(file.startsWith("-") ? `./${file}` : file);
}

/** The same for the KEY of `set` and its like, where a leading slash changes nothing. */
export function keyWord(key: string): string {
  return shellText(/^[-[]/.test(key) ? `/${key}` : key);
}

/** Any text as a word: quoted only where it has to be; bytes that cannot be seen are written as such, which only `$'…'` can. */
export function shellText(text: string): string {
  // zsh reads `=name` as the program of that name.
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${text.replaceAll(new RegExp(String.raw`${UNSEEN.source}|['\\]`, "gu"), inAnsiQuotes)}'`;
}

function inAnsiQuotes(character: string): string {
  if (/['\\]/.test(character)) return `\\${character}`;
  return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

const MOST_LISTED = 3;

/** The first of them, and how many there are more. */
export function listed(names: readonly string[], most = MOST_LISTED): string {
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
