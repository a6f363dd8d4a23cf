/**
 * How do formats that have only text write a number, a Boolean, a time?
 */
import { SecretsError } from "../errors.ts";
import type { FormatName, Scalar } from "./format.ts";
import { textOfScalar, withExponent } from "./scalar.ts";

/**
 * As stock sops writes it in dotenv and INI (sops.md 3.7).
 * @throws SecretsError `malformed` for null, which sops would print as Go's `<nil>`, and for bytes that are not text
 */
export function plainText(scalar: Scalar, format: FormatName): string {
  const text = textOfScalar(scalar);
  if (text === undefined) throw new SecretsError("malformed", `${format} has only text, and a value is not UTF-8`);
  if (scalar.type === "null") throw new SecretsError("malformed", `${format} has only text, and a value is null`);
  if (scalar.type === "bool") return text.toLowerCase();
  if (scalar.type === "float") return floatText(text);
  return scalar.type === "time" ? text.replace(/\.\d+/, "") : text;
}

/**
 * The text of a JSON value that is to be set.
 * @throws SecretsError `malformed` for what only formats with nesting hold
 */
export function textOfJson(json: string, into: { readonly format: string; readonly key: string }): string {
  const value: unknown = JSON.parse(json);
  if (typeof value === "string") return value;
  if (value !== null && typeof value !== "object") return json.trim();
  const what = value === null ? "null" : Array.isArray(value) ? "a list" : "a mapping";
  throw new SecretsError("malformed", `${into.format} has only text, and ${into.key} would be ${what}`);
}

/** Go's `FormatFloat(x, 'G', -1, 64)`, with a digit behind the point where there is no exponent. */
function floatText(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return withExponent(value)?.toUpperCase() ?? (text.includes(".") ? text : `${text}.0`);
}
