/**
 * What do two parties share over Curve25519?
 *
 * X25519 (RFC 7748) and Ed25519 key derivation on `node:crypto`, from and to raw bytes.
 */
import { createHash, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

// DER headers before the 32 raw bytes: PKCS#8 (RFC 8410) for secrets, SPKI for points.
const x25519Pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const ed25519Pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const x25519Spki = Buffer.from("302a300506032b656e032100", "hex");

/** @param scalar 32 bytes, clamped when used. */
export function x25519Secret(scalar: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([x25519Pkcs8, scalar]), format: "der", type: "pkcs8" });
}

/** The public point (32 bytes) of an X25519 or Ed25519 secret. */
export function publicPoint(secret: KeyObject): Buffer {
  return createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
}

/** @returns the 32 shared bytes, or undefined where `point` is of low order and everybody would share zero. */
export function x25519Shared(secret: KeyObject, point: Uint8Array): Buffer | undefined {
  const publicKey = createPublicKey({ key: Buffer.concat([x25519Spki, point]), format: "der", type: "spki" });
  try {
    return diffieHellman({ privateKey: secret, publicKey });
  } catch {
    // OpenSSL refuses the all-zero result, which only a low-order point can give.
    return undefined;
  }
}

/**
 * The points of low order, least byte first, in hex: 0, 1, two of order 8, and p - 1, p, p + 1, which are no more than other
 * spellings of small ones (https://cr.yp.to/ecdh.html#validate).
 */
const lowOrder: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

/** Whether what is shared with this point (32 bytes) is zero, whoever shares it. */
export function isLowOrder(point: Uint8Array): boolean {
  const [last = 0] = point.subarray(-1);
  // X25519 ignores the highest bit.
  return lowOrder.has(Buffer.from([...point.subarray(0, -1), last & 0x7f]).toString("hex"));
}

/** @param seed 32 bytes. */
export function ed25519Secret(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ed25519Pkcs8, seed]), format: "der", type: "pkcs8" });
}

/** The X25519 scalar that belongs to an Ed25519 seed: the first half of its SHA-512, not clamped (RFC 8032, 5.1.5). */
export function scalarOfSeed(seed: Uint8Array): Buffer {
  return createHash("sha512").update(seed).digest().subarray(0, 32);
}
