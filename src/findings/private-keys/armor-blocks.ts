/**
 * Which blocks of `-----BEGIN … PRIVATE KEY-----` are in this text, and what do they hold?
 *
 * Bodies are read wherever people put them: indented in YAML, in a JSON text with `\n`, in a string over many lines of a
 * program. RFC 1421 headers are kept apart.
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
/** No private key is longer. */
const LONGEST = 64 * 1024;

/** In the order of the text. */
export function armorBlocks(text: string): ArmorBlock[] {
  const blocks: ArmorBlock[] = [];
  for (const match of text.matchAll(BEGIN)) {
    const [begin, title = ""] = match;
    const rest = text.slice(match.index + begin.length, match.index + begin.length + LONGEST);
    const end = rest.indexOf(`-----END ${title}-----`);
    const { headers, body } = contentOf(end === -1 ? (rest.split("-----")[0] ?? "") : rest.slice(0, end));
    blocks.push({ title, offset: match.index, headers, body, complete: end !== -1 });
  }
  return blocks;
}

function contentOf(raw: string): { headers: string[]; body: string } {
  const headers: string[] = [];
  const lines: string[] = [];
  for (const line of raw.split(/\r?\n|\\r\\n|\\n|\r/)) {
    const kept = line.replace(/^[^A-Za-z0-9+/=]+/, "").replace(/[^A-Za-z0-9+/=]+$/, "");
    if (kept.includes(": ") || (kept.includes(":") && /^[A-Z][A-Za-z-]+:/.test(kept))) headers.push(kept);
    // The checksum of an OpenPGP armor.
    else if (!/^=[A-Za-z0-9+/]{4}$/.test(kept)) lines.push(kept);
  }
  return { headers, body: lines.join("") };
}

/** The bytes of a body, or undefined where it is no base64. */
export function bodyBytes(body: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === body.replace(/=+$/, "") ? bytes : undefined;
}

/** Whether somebody put something there that is meant to be a key: more than a mention in a program or a text. */
export function claimsToBeKey(block: ArmorBlock): boolean {
  return block.complete && /[A-Za-z0-9+/]{24}/.test(block.body);
}
