/**
 * What are the canonical bytes of a typed value?
 *
 * sops.md 1.5: the bytes that are sealed and that enter the MAC. Numbers stay text: a 64-bit integer is never a JavaScript
 * number, and a float is one only to find its shortest digits, which ECMAScript and Go define alike.
 */
import { strictUtf8 } from "../text/utf8.ts";
import type { Scalar, ScalarType } from "./format.ts";

const EMPTY = new Uint8Array();

export const NULL: Scalar = { type: "null", bytes: EMPTY };

/** A scalar of this type with the UTF-8 bytes of `text`. */
export function scalarOf(type: ScalarType, text: string): Scalar {
  const { buffer, byteOffset, length } = Buffer.from(text, "utf8");
  return { type, bytes: new Uint8Array(buffer, byteOffset, length) };
}

/** The text that a scalar's bytes spell, or undefined where they are not UTF-8. */
export function textOfScalar(scalar: Scalar): string | undefined {
  return strictUtf8(scalar.bytes);
}

/** Same type and same bytes. */
export function sameScalar(a: Scalar, b: Scalar): boolean {
  return a.type === b.type && Buffer.compare(a.bytes, b.bytes) === 0;
}

/** The same, where sops too tells no difference: a whole number is written alike as an integer and as a float. */
export function isSameValue(a: Scalar, b: Scalar): boolean {
  return isNumber(a) && isNumber(b) ? Buffer.compare(a.bytes, b.bytes) === 0 : sameScalar(a, b);
}

function isNumber({ type }: Scalar): boolean {
  return type === "int" || type === "float";
}

/** Whether sealing leaves it as it is: null, the empty string, the empty comment. */
export function staysClear(scalar: Scalar): boolean {
  return scalar.type === "null" || scalar.bytes.length === 0;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The canonical scalar of an integer, or undefined where it does not fit a signed 64-bit integer. */
export function intScalar(value: bigint): Scalar | undefined {
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : scalarOf("int", value.toString());
}

/** The canonical scalar of a float: Go's `FormatFloat(x, 'f', -1, 64)`. */
export function floatScalar(value: number): Scalar {
  return scalarOf("float", positional(value));
}

export function boolScalar(value: boolean): Scalar {
  return scalarOf("bool", value ? "True" : "False");
}

/** The shortest digits that read back as `value`, never with an exponent: `0.0000001`, `-0`, `NaN`, `+Inf`. */
function positional(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponent] = Math.abs(value).toString().split("e");
  const sign = value < 0 ? "-" : "";
  if (exponent === undefined) return sign + mantissa;
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** As Go's `FormatFloat(x, 'g', -1, 64)` writes it where that takes an exponent, of at least two digits; undefined elsewhere. */
export function withExponent(value: number): string | undefined {
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return undefined;
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const INT = /^(?:0|-?[1-9][0-9]{0,18})$/;
const FLOAT = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{0,8}[1-9])?(Z|[+-](\d\d):(\d\d))$/;

/** The number that a canonical float text spells, or undefined where it is none. */
export function floatOf(text: string): number | undefined {
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf" || text === "-Inf") return text === "+Inf" ? Infinity : -Infinity;
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && positional(value) === text ? value : undefined;
}

/** Whether this is RFC 3339 as Go writes it: fields in range, no trailing zeros in the fraction, `Z` for no offset. */
export function isCanonicalTime(text: string): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  const [, local = "", zone, hours = "0", minutes = "0"] = match;
  if (zone !== "Z" && (Number(hours) > 23 || Number(minutes) > 59 || Number(hours) + Number(minutes) === 0))
    return false;
  const instant = new Date(`${local}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19) === local;
}

/**
 * Whether the bytes are those that sops writes for this type; it writes none as `bytes`, and cannot read them. The type of a sealed value is not authenticated, so a value
 * whose type was changed shows here, where it shows at all.
 */
export function isCanonical(scalar: Scalar): boolean {
  if (scalar.type === "str" || scalar.type === "comment") return true;
  const text = textOfScalar(scalar);
  if (text === undefined) return false;
  switch (scalar.type) {
    case "int":
      return INT.test(text) && intScalar(BigInt(text)) !== undefined;
    case "float":
      return floatOf(text) !== undefined;
    case "bool":
      return text === "True" || text === "False";
    case "time":
      return isCanonicalTime(text);
    case "null":
      return text === "";
    case "bytes":
      return false;
    default:
      return true;
  }
}
