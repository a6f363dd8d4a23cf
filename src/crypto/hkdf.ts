/**
 * Which key comes out of this secret, this salt and this label?
 *
 * HKDF-SHA256 (RFC 5869) with 32 bytes out, the only derivation that age uses.
 */
import { hkdfSync } from "node:crypto";

export interface HkdfInput {
  /** The secret; empty where only the salt matters. */
  readonly secret: Uint8Array;
  /** Empty unless given. */
  readonly salt?: Uint8Array;
  readonly label: string;
}

/** @returns 32 bytes. */
export function hkdf({ secret, salt = new Uint8Array(0), label }: HkdfInput): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, label, 32));
}
