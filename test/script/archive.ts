/**
 * What is in a script file?
 *
 * A txtar archive: the text before the first `-- name --` line is the script, each such line begins a file. One final newline
 * belongs to every file.
 */

export interface Archive {
  readonly script: string;
  /** Name, with `/`, → text. */
  readonly files: ReadonlyMap<string, string>;
}

export function parseArchive(text: string): Archive {
  const [script = "", ...parts] = text.split(/^-- (.+) --\n/m);
  const files = new Map<string, string>();
  for (let part = 0; part < parts.length; part += 2) {
    const name = parts[part] ?? "";
    if (files.has(name)) throw new Error(`the archive has ${name} twice`);
    files.set(name, parts[part + 1] ?? "");
  }
  return { script, files };
}

/**
 * The words of a line, parted by spaces; `'…'` is taken as it stands, with `''` inside for one quote; `#` begins a comment.
 * `lookUp` gives what `${NAME}` outside quotes stands for.
 */
export function wordsOf(line: string, lookUp: (name: string) => string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [piece] of line.matchAll(/\s+|#.*|'(?:[^']|'')*'|'|[^\s']+/g)) {
    if (/^\s/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (piece.startsWith("#") && word === undefined) break;
    else if (piece === "'") throw new Error(`a quote is not closed: ${line.trim()}`);
    else if (piece.startsWith("'")) word = (word ?? "") + piece.slice(1, -1).replaceAll("''", "'");
    else word = (word ?? "") + piece.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => lookUp(name));
  }
  return word === undefined ? words : [...words, word];
}
