/**
 * Which words does a command in a variable consist of?
 *
 * `EDITOR='code --wait'`, `EDITOR='"/opt/my editor" -n'`: split as a POSIX shell splits (Shell Command Language 2.2, 2.3), and nothing more:
 * no variable, no glob and no command is ever expanded.
 */
import { SecretsError } from "../errors.ts";

/** Blank, or the next piece of a word: '…', "…", \x, or plain text. Each is linear. */
const piece = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^ \t\r\n'"\\]+)/y;

/**
 * The words of `text`; none for a blank one. Throws `usage` for a quote that is not closed or a final backslash. The text itself
 * is never part of the error.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const found = piece.exec(text);
    if (found === null) throw new SecretsError("usage", "an unclosed quote, or a backslash at the end");
    const [, blank, single, double, escaped, plain] = found;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    // Inside double quotes a backslash quotes only these; before a line end both vanish.
    const quoted = double?.replaceAll(/\\([$`"\\\n])/g, (_, character: string) =>
      character === "\n" ? "" : character,
    );
    const part = single ?? quoted ?? plain ?? (escaped === "\n" ? "" : escaped) ?? "";
    if (escaped === "\n" && word === undefined) continue;
    word = (word ?? "") + part;
  }
  if (word !== undefined) words.push(word);
  return words;
}
