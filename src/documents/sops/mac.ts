/**
 * Was a value of this document added, removed, moved or changed?
 *
 * sops.md section 2: SHA-512 over the canonical bytes of all values in document order, sealed with the timestamp as
 * additional data. Comments never count, decided by what they decrypt to.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { DataKey } from "../../crypto/data-key.ts";
import { sealValue } from "../../crypto/value-cipher.ts";
import { SecretsError } from "../../errors.ts";
import type { Scalar } from "../../formats/format.ts";
import { scalarOf } from "../../formats/scalar.ts";
import { openScalar } from "./value.ts";

/** A value on its open side, and whether the rules want it sealed. */
export interface MacLeaf {
  readonly scalar: Scalar;
  readonly selected: boolean;
}

/** SHA-256 of "sops": fed first where only sealed values count, so that the two modes never agree by chance. */
const MAC_ONLY_ENCRYPTED = Buffer.from("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69", "hex");

/** The MAC's text: 128 upper-case hexadecimal digits. */
export function macText(leaves: Iterable<MacLeaf>, onlyEncrypted: boolean): string {
  const hash = createHash("sha512");
  if (onlyEncrypted) hash.update(MAC_ONLY_ENCRYPTED);
  for (const { scalar, selected } of leaves) {
    if (scalar.type !== "comment" && (selected || !onlyEncrypted)) hash.update(scalar.bytes);
  }
  return hash.digest("hex").toUpperCase();
}

/** The timestamp as sops writes it: UTC, to the second. */
export function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

/** The sealed MAC for the metadata. */
export function sealMac(key: DataKey, lastModified: string, mac: string): string {
  return sealValue(key, lastModified, scalarOf("str", mac));
}

/**
 * Compares the MAC of the metadata with the one that the values make.
 * @param stored `sealed` and the normalised timestamp, as the metadata has them.
 * @throws SecretsError `tampered` where it is missing, does not open or differs.
 */
export function checkMac(key: DataKey, stored: { sealed: string; lastModified: string }, expected: string): void {
  if (stored.sealed === "") throw new SecretsError("tampered", "the document has no MAC");
  let bytes: Uint8Array;
  try {
    bytes = openScalar(key, stored.lastModified, stored.sealed).bytes;
  } catch {
    throw new SecretsError("tampered", "the MAC does not authenticate: it or the timestamp was changed");
  }
  const wanted = Buffer.from(expected);
  if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) {
    throw new SecretsError("tampered", "the MAC does not match the values: one was added, removed, moved or changed");
  }
}
