/**
 * Which JSON Web Keys in this text are private or symmetric?
 *
 * RFC 7517, RFC 7518 section 6, RFC 8037. A key is a flat object; what is in quotes itself is read without its escapes.
 */
import { createPrivateKey } from "node:crypto";
import { markOf, type KeyInText } from "./found-key.ts";

/** @param text positions are in it. */
export function webKeys(text: string): KeyInText[] {
  const found: KeyInText[] = [];
  for (const { index } of text.matchAll(/"kty\\*"/g)) {
    const [start, end] = [text.lastIndexOf("{", index), text.indexOf("}", index)];
    if (start === -1 || end === -1 || end - start > LONGEST) continue;
    const key = objectIn(
      text
        .slice(start, end + 1)
        .replaceAll(/\\+n/g, " ")
        .replaceAll(/\\+"/g, '"'),
    );
    const secret = key?.["kty"] === "oct" ? key["k"] : key?.["d"];
    if (key === undefined || typeof secret !== "string" || secret === "") continue;
    const [name, verified] = [`a private JSON Web Key (${String(key["kty"])})`, isKey(key)];
    found.push({ name, offset: start, verified, locked: false, stub: false, ids: [], mark: markOf(secret) });
  }
  return found;
}

/** RSA keys of 16,384 bits, with a certificate, are shorter. */
const LONGEST = 64 * 1024;
/** A symmetric key of fewer letters is an example. */
const SHORTEST = 22;

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // what it says may quote the key
  }
}

function isKey(key: Readonly<Record<string, unknown>>): boolean {
  if (key["kty"] === "oct") return /^[\w-]+$/.test(String(key["k"])) && String(key["k"]).length >= SHORTEST;
  try {
    createPrivateKey({ key, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}
