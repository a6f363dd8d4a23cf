/**
 * Which blocks of `-----BEGIN … PRIVATE KEY-----` are in this text, and what do they hold?
 *
 * Bodies are read wherever people put them: indented in YAML, in a JSON text with `\n`, in a string over many lines of a
 * program, on one line with blanks. RFC 1421 headers are kept apart.
 */

export interface ArmorBlock {
  /** Between `BEGIN` and the dashes: `RSA PRIVATE KEY`, `PGP PRIVATE KEY BLOCK`. */
  readonly title: string;
  readonly offset: number;
  readonly headers: readonly string[];
  /** Base64 without blanks, padding included; what else stood there is left out. */
  readonly body: string;
  /** Whether its END line is there. */
  readonly complete: boolean;
}

const BEGIN = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----/g;
/** The body of a private key has more letters, whatever its kind: what has less is a mention. */
const SHORTEST = 24;
/** No private key is longer. */
const LONGEST = 64 * 1024;

/** In the order of the text, without mere mentions. */
export function armorBlocks(text: string): ArmorBlock[] {
  const blocks: ArmorBlock[] = [];
  for (const match of text.matchAll(BEGIN)) {
    const [begin, title = ""] = match;
    const start = match.index + begin.length;
    const dashes = text.indexOf("-----", start);
    const end = Math.min(dashes === -1 ? text.length : dashes, start + LONGEST);
    if (end - start < SHORTEST) continue;
    const { headers, body } = contentOf(unescaped(text.slice(start, end)));
    const complete = end === dashes && text.startsWith(`-----END ${title}-----`, end);
    blocks.push({ title, offset: match.index, headers, body, complete });
  }
  return blocks;
}

/** As JSON, programs and patches write the letters of a body: by their numbers, escaped, behind a sign at the start of each line. */
function unescaped(raw: string): string {
  const plain = raw.includes("\\")
    ? raw
        .replaceAll(/\\u00([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replaceAll(/(?<!\\)\\+\//g, "/")
    : raw;
  const lines = plain.split("\n").slice(1, -1);
  const sign = /^(?:[+-]|> ?|\/\/ ?|# ?|\* ?)/.exec(lines[0]?.trimStart() ?? "")?.[0];
  if (sign === undefined || lines.some((line) => !line.trimStart().startsWith(sign.trimEnd()))) return plain;
  return lines.map((line) => line.trimStart().slice(sign.trimEnd().length)).join("\n");
}

function contentOf(raw: string): { headers: string[]; body: string } {
  const headers: string[] = [];
  const lines: string[] = [];
  for (const line of raw.split(LINE_BREAK)) {
    const kept = between(line, LETTER);
    const words = kept.split(/[ \t]+/);
    const first = words.length > 1 ? words.findIndex((word) => LINE_OF_BODY.test(word)) : -1;
    if (first !== -1) {
      // Lines that were joined by blanks, as variables of the environment are.
      const said = words.slice(0, first).join(" ");
      if (said !== "") headers.push(...said.split(/ (?=[A-Z][A-Za-z-]+: )/));
      lines.push(...words.slice(first).filter((word) => !CHECKSUM.test(word)));
    } else if (kept.includes(": ") || (kept.includes(":") && /^[A-Z][A-Za-z-]+:/.test(kept))) headers.push(kept);
    else if (!CHECKSUM.test(kept)) lines.push(kept);
  }
  return { headers, body: lines.join("") };
}

/** From the first of these letters to the last. */
function between(line: string, letter: RegExp): string {
  const start = line.search(letter);
  if (start === -1) return "";
  let end = line.length;
  while (!letter.test(line[end - 1] ?? "")) end -= 1;
  return line.slice(start, end);
}

const LETTER = /[A-Za-z0-9+/=]/;
/** A real one, or how programs, JSON and XML write one in a text. */
const LINE_BREAK = /\r?\n|(?<!\\)\\+(?:r\\+)?n|\r|&#(?:10|x0?a);/i;
const LINE_OF_BODY = /^[A-Za-z0-9+/]{32,}={0,2}$/;
/** Of an OpenPGP armor. */
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/;

/** The bytes of a body, or undefined where it is not base64. */
export function bodyBytes(body: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === body.replace(/=+$/, "") ? bytes : undefined;
}

/** Whether somebody put something there that is meant to be a key: more than a mention in a program or a text. */
export function claimsToBeKey(block: ArmorBlock): boolean {
  return block.complete && /[A-Za-z0-9+/]{24}/.test(block.body);
}
