/**
 * How does stock sops print a whole YAML document?
 *
 * sops.md 3.4 "Emission", byte for byte, except where what sops 3.13 prints does not read back as what was meant: `<<` that
 * merges nothing, `=`, which YAML 1.1 takes for something else, texts with U+2028 or U+2029, texts of several lines that begin with a tab (sops prints `null`), and blocks in
 * lists whose indentation digit is wrong. Those are quoted.
 */
import type { Content, Scalar } from "../format.ts";
import { textOfScalar } from "../scalar.ts";
import { sopsUnit } from "./layout.ts";
import { linesOf, type BlockColumns, type Hand } from "./emit.ts";
import { doubleQuoted, floatSource, isPrintable, lineSource, singleQuoted, textSource } from "./quoting.ts";
import type { Value } from "./value.ts";

/** In bytes; a longer key needs a question mark, and so does one with any line break. */
const LONGEST_KEY = 128;
const BREAK = /[\n\r\u0085\u2028\u2029]/;
const BEYOND_BMP = /[\u{10000}-\u{10ffff}]/gu;

function sopsHand(unit: number): Hand {
  const block: Hand["block"] = (text, at) => blockLines(text, at, unit);
  return { unit, line: scalarSource, block, key: (entry, at) => keyLines(entry, at, block) };
}

/** The text that says `content`, with a line break at its end. */
export function printed(content: Content, indent?: number): string {
  return `${linesOf(sopsHand(sopsUnit(indent)), content).join("\n")}\n`;
}

function scalarSource(scalar: Scalar): string {
  if (scalar.type === "float") return floatSource(textOfScalar(scalar) ?? "");
  if (scalar.type === "time") return textOfScalar(scalar) ?? "";
  const text = scalar.type === "str" ? textOfScalar(scalar) : undefined;
  return text === undefined ? lineSource(scalar, false) : textLine(text);
}

function textLine(text: string): string {
  // Characters beyond the Basic Multilingual Plane count as unprintable there, and tabs always want quotes.
  if (text === "<<" || text.includes("\t") || text.search(BEYOND_BMP) >= 0)
    return doubleQuoted(text).replaceAll(BEYOND_BMP, longEscape);
  const source = textSource(text, false);
  return (/^(?:---|\.\.\.)/.test(source) ? singleQuoted(text) : undefined) ?? source;
}

function longEscape(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

function blockLines(text: string, { parent, indent }: BlockColumns, unit: number): readonly string[] | undefined {
  if (!isPrintable(text) || text.search(BEYOND_BMP) >= 0 || / (?:\n|$)|^\t/.test(text)) return undefined;
  const hasContent = /[^\n]/.test(text);
  const needsDigit = /^[ \n]/.test(text);
  if (needsDigit && hasContent && indent - parent !== unit) return undefined;
  const chomp = !text.endsWith("\n") ? "-" : hasContent && !text.endsWith("\n\n") ? "" : "+";
  const lines = text.replace(/\n$/, "").split("\n");
  const pad = " ".repeat(indent);
  return [`|${needsDigit ? unit : ""}${chomp}`, ...lines.map((line) => (line === "" ? "" : pad + line))];
}

function keyLines(
  [key, value]: readonly [string, Value],
  at: BlockColumns,
  block: Hand["block"],
): { above: readonly string[]; head: string } {
  const pad = " ".repeat(at.parent);
  if (key === "<<" && isMergeable(value)) return { above: [], head: `${pad}!!merge <<:` };
  if (!BREAK.test(key) && Buffer.byteLength(key) <= LONGEST_KEY) return { above: [], head: `${pad}${textLine(key)}:` };
  const [first = textLine(key), ...rest] = (key.includes("\n") ? block(key, at) : undefined) ?? [];
  return { above: [`${pad}? ${first}`, ...rest], head: `${pad}:` };
}

function isMergeable(value: Value): boolean {
  return value.kind === "list" ? value.items.every(({ kind }) => kind === "map") : value.kind === "map";
}
