/**
 * How is a scalar spelled so that it reads back as itself?
 *
 * Texts are quoted where sops quotes them (sops.md 3.4 "Emission"), with two differences for the sake of what people wrote:
 * characters outside the Basic Multilingual Plane stay as they are, and so does a plain text that sops would needlessly quote.
 */
import type { Scalar } from "../format.ts";
import { floatOf, textOfScalar, withExponent } from "../scalar.ts";
import { plainScalar } from "./typing.ts";

/** What YAML may not hold unescaped, and what go-yaml or other parsers read in their own way. */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[^\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
const OLD_BOOLEAN = /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const MERGE = "<<";
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether a text can stand in YAML without escapes. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

/** Whether an unquoted text on one line is, by its syntax, one plain scalar. */
export function isPlain(text: string, flow: boolean): boolean {
  // A tab is allowed, and yet PyYAML, which Ansible reads with, ends the scalar there.
  if (text === "" || /[\t\n]/.test(text) || !isPrintable(text)) return false;
  if (/^ | $|^[,[\]{}#&*!|>'"%@`]|: |:$| #/.test(text)) return false;
  if (/^[-?:](?: |$)/.test(text)) return false;
  return !flow || !/[,[\]{}?]|^[:-]/.test(text);
}

/** Whether other YAML parsers, those of version 1.1 included, take an unquoted text for a text. */
function isText(text: string): boolean {
  if (text === "=" || text === MERGE) return false;
  return plainScalar(text)?.type === "str" && !OLD_BOOLEAN.test(text) && !BASE_60.test(text);
}

/** Whether an unquoted text reads back as itself, everywhere. */
export function isBare(text: string, flow: boolean): boolean {
  return isText(text) && isPlain(text, flow);
}

/** In single quotes, or undefined where these cannot hold it. */
export function singleQuoted(text: string): string | undefined {
  if (text.includes("\n") || !isPrintable(text)) return undefined;
  return `'${text.replaceAll("'", "''")}'`;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\0", "0"],
  ["\x07", "a"],
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\v", "v"],
  ["\f", "f"],
  ["\r", "r"],
  ["\x1b", "e"],
  ['"', '"'],
  ["\\", "\\"],
  ["\u0085", "N"],
  ["\u2028", "L"],
  ["\u2029", "P"],
]);

/** In double quotes, with escapes only where they are needed. */
export function doubleQuoted(text: string): string {
  let inner = "";
  for (const character of text) {
    const short = SHORT.get(character);
    if (short !== undefined) inner += `\\${short}`;
    else if (UNPRINTABLE.test(character)) inner += hexEscape(character.codePointAt(0) ?? 0);
    else inner += character;
  }
  return `"${inner}"`;
}

function hexEscape(code: number): string {
  const digits = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/** A text on one line: plain where that reads back as it, else in the quotes that sops takes. */
export function textSource(text: string, flow: boolean): string {
  if (text === "") return '""';
  if (!isText(text)) return doubleQuoted(text);
  if (isPlain(text, flow)) return text;
  return (text.includes("\t") ? undefined : singleQuoted(text)) ?? doubleQuoted(text);
}

/** A key on one line; that of a merge is never quoted. */
export function keySource(key: string, flow: boolean): string {
  return key === MERGE ? key : textSource(key, flow);
}

/** A scalar that is not a text, unquoted, so that it reads back with its type: a float has a point or an exponent. */
function typedSource(scalar: Scalar): string {
  const source = openedSource(scalar);
  return scalar.type === "float" && /^-?\d+$/.test(source) ? `${source}.0` : source;
}

/**
 * The same as sops prints what it decrypted: a whole float has no point. Read again it is an integer of the same bytes, and
 * sealed again under the type that it had.
 */
export function openedSource(scalar: Scalar): string {
  const text = textOfScalar(scalar) ?? "";
  if (scalar.type === "null") return "null";
  if (scalar.type === "bool") return text.toLowerCase();
  // A day alone is what people write; sops prints it with its midnight.
  if (scalar.type === "time") return text.replace(/T00:00:00Z$/, "");
  // sops prints `-0`, which it reads as 0 and then finds tampered with.
  if (scalar.type === "float") return text === "-0" ? "-0.0" : floatSource(text);
  return text;
}

const FLOAT_WORDS: ReadonlyMap<string, string> = new Map([
  ["NaN", ".nan"],
  ["+Inf", ".inf"],
  ["-Inf", "-.inf"],
]);

/** A canonical float as Go's `FormatFloat(x, 'g', -1, 64)` prints it: `5432`, `1e+21`, `1.5`. */
export function floatSource(text: string): string {
  const value = floatOf(text);
  if (value === undefined || !Number.isFinite(value)) return FLOAT_WORDS.get(text) ?? text;
  return withExponent(value) ?? text;
}

/** Any scalar on one line. Bytes that are no UTF-8 become `!!binary`. */
export function lineSource(scalar: Scalar, flow: boolean): string {
  if (scalar.type !== "str" && scalar.type !== "bytes") return typedSource(scalar);
  const text = textOfScalar(scalar);
  return text === undefined ? `!!binary ${Buffer.from(scalar.bytes).toString("base64")}` : textSource(text, flow);
}
