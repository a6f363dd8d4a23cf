/**
 * Which line and column is this offset, and how is a name written in a command?
 */

/** From 1, in UTF-16 units of the line; without both where the offset is -1, which searches answer for "not there". */
export function placeOf(text: string, offset: number): { line?: number; column?: number } {
  if (offset < 0) return {};
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", start)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** The same in bytes, column included, of what may be too large for a text. */
export function placeInBytes(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < offset; at = bytes.indexOf(0x0a, start)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
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
