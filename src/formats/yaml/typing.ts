/**
 * What type and which canonical bytes has a YAML scalar?
 *
 * As go-yaml v3.0.4 resolves it (sops.md 3.4): clear leaves enter the MAC by these bytes, so one wrong number would make
 * the file unreadable for stock sops. `fixtures/sops/plain-scalars.tsv` holds what the real sops made of 2,000 spellings.
 */
import type { SecretsError } from "../../errors.ts";
import type { Scalar } from "../format.ts";
import { malformedAt } from "../place.ts";
import { boolScalar, floatScalar, intScalar, isCanonicalTime, NULL, scalarOf } from "../scalar.ts";
import type { ScalarNode } from "./node.ts";

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const WORDS: ReadonlyMap<string, Scalar> = new Map([
  ...["true", "True", "TRUE"].map((text) => [text, boolScalar(true)] as const),
  ...["false", "False", "FALSE"].map((text) => [text, boolScalar(false)] as const),
  ...[".nan", ".NaN", ".NAN"].map((text) => [text, floatScalar(Number.NaN)] as const),
  ...[".inf", ".Inf", ".INF"].flatMap((text) => [
    [text, floatScalar(Infinity)] as const,
    [`+${text}`, floatScalar(Infinity)] as const,
    [`-${text}`, floatScalar(-Infinity)] as const,
  ]),
]);
const LONGEST_WORD = 5;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
/** go-yaml cuts the prefix off and parses the rest, which may have a sign. */
const SIGN_BEHIND_PREFIX = /^(0b|0o)([-+])([01]+|[0-7]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** Go takes underscores between digits where a number begins with a dot; elsewhere go-yaml removes them all. */
const DOTTED = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const NUMERIC = new Set("+-0123456789");
const MAX_UINT64 = 2n ** 64n - 1n;

/** What go-yaml reads and sops cannot write: unsigned numbers beyond int64, zones of 24 hours. */
const UNWRITABLE = Symbol("unwritable");

/** The scalar that an untagged plain text is, or undefined where sops refuses it. */
export function plainScalar(text: string): Scalar | undefined {
  const scalar = resolve(text, true);
  return scalar === UNWRITABLE ? undefined : scalar;
}

function resolve(text: string, timestamps: boolean): Scalar | typeof UNWRITABLE {
  // Of a long text, an encrypted value say, no hash has to be made.
  if (text.length <= LONGEST_WORD) {
    if (NULLS.has(text)) return NULL;
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charAt(0);
  if (first === ".") return (DOTTED.test(text) ? finite(text.replaceAll("_", "")) : undefined) ?? scalarOf("str", text);
  if (!NUMERIC.has(first)) return scalarOf("str", text);
  const time = timestamps ? timestampOf(text) : undefined;
  if (time !== undefined) return isCanonicalTime(time) ? scalarOf("time", time) : UNWRITABLE;
  return numberOf(text.replaceAll("_", "")) ?? scalarOf("str", text);
}

/** An integer, else a float, of a text without underscores. */
function numberOf(text: string): Scalar | typeof UNWRITABLE | undefined {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits !== undefined) {
    const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
    const scalar = intScalar(sign === "-" ? -size : size);
    if (scalar !== undefined) return scalar;
    if (sign === "" && size <= MAX_UINT64) return UNWRITABLE;
  }
  if (FLOAT.test(text)) return finite(text);
  const [, prefix, inner, rest = ""] = SIGN_BEHIND_PREFIX.exec(text) ?? [];
  if (prefix === undefined || (prefix === "0b" && /[^01]/.test(rest))) return undefined;
  const size = BigInt(prefix + rest);
  return intScalar(inner === "-" ? -size : size);
}

function finite(text: string): Scalar | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? floatScalar(value) : undefined;
}

const TYPE_OF_TAG: ReadonlyMap<string, Scalar["type"]> = new Map([
  ["!!bool", "bool"],
  ["!!int", "int"],
  ["!!float", "float"],
  ["!!null", "null"],
  ["!!timestamp", "time"],
]);

/** Whether sealing has to drop this tag: go-yaml cannot read it on an ENC text. */
export function isTypeTag(tag: string): boolean {
  return TYPE_OF_TAG.has(tag) || tag === "!!binary";
}

/**
 * The scalar that a node is.
 * @throws SecretsError `malformed` where sops refuses it: a tag that does not fit, an integer beyond int64.
 */
export function scalarOfNode(node: ScalarNode): Scalar {
  return (node.typed ??= typeOf(node));
}

function typeOf(node: ScalarNode): Scalar {
  const tag = node.tag === undefined || node.tag.text === "!" ? undefined : node.tag.text;
  if (tag === undefined && node.style !== "plain") return scalarOf("str", node.value);
  if (tag === "!!binary") return { type: "str", bytes: fromBase64(node) };
  const wanted = tag === undefined ? undefined : TYPE_OF_TAG.get(tag);
  if (tag !== undefined && wanted === undefined) return scalarOf("str", node.value);
  const scalar = resolve(node.value, wanted === undefined || wanted === "time");
  if (scalar === UNWRITABLE)
    throw at(node, "a number does not fit 64 bits with a sign, or a time zone 24 hours; quote it");
  if (wanted === undefined || wanted === scalar.type) return scalar;
  if (wanted === "float" && scalar.type === "int") return floatScalar(Number(Buffer.from(scalar.bytes).toString()));
  throw at(node, "a value does not fit its tag");
}

function at(node: ScalarNode, message: string): SecretsError {
  return malformedAt(message, node.line, node.column);
}

function fromBase64(node: ScalarNode): Uint8Array {
  const text = node.value.replaceAll(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw at(node, "a !!binary value is not base64");
  }
  return Buffer.from(text, "base64");
}

const DATE = String.raw`(\d{4})-(\d\d?)-(\d\d?)`;
const CLOCK = String.raw`(\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?`;
const ZONED = new RegExp(`^${DATE}[Tt]${CLOCK}(Z|[-+]\\d\\d:\\d\\d)$`);
const LOCAL = new RegExp(`^${DATE} +${CLOCK}$`);
const DAY = new RegExp(`^${DATE}()()()$`);

/**
 * A timestamp, of the shapes that go-yaml takes and with Go's idea of each field, to RFC 3339 as Go writes it; or undefined where the text is none. A text without a zone is UTC; with one of 24 hours
 * or more it is a timestamp that sops cannot write (`isCanonicalTime` tells).
 */
function timestampOf(text: string): string | undefined {
  const match = ZONED.exec(text) ?? LOCAL.exec(text) ?? DAY.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((field) => field.padStart(2, "0"));
  const [fraction = "", zone = "Z"] = match.slice(7);
  const offset = offsetOf(zone);
  if (offset === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const nanoseconds = fraction.slice(0, 9).replace(/0+$/, "");
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${nanoseconds === "" ? "" : `.${nanoseconds}`}${offset}`;
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

/** The zone as Go writes it, or undefined where it is none; Go takes up to 24 hours and 60 minutes. */
function offsetOf(zone: string): string | undefined {
  if (zone === "Z") return zone;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  if (hours > 24 || minutes > 60) return undefined;
  const total = hours * 60 + minutes;
  const field = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return total === 0 ? "Z" : `${zone.charAt(0)}${field(total / 60)}:${field(total % 60)}`;
}
