/**
 * Which key comes out of this secret, this salt and this label?
 *
 * HKDF-SHA256 (RFC 5869) with 32 bytes out, the only derivation that age uses.
 */
import { hkdfSync } from "node:crypto";

/** @param secret empty where only the salt matters @returns 32 bytes */
export function hkdf(secret: Uint8Array, salt: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, label, 32));
}
