/** How is a name written in a command, so that a shell reads back that very name? */

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
