/**
 * How is a piece of bytes sealed under a key that is used once with this nonce?
 *
 * ChaCha20-Poly1305 (RFC 8439) on `node:crypto`, the tag behind the ciphertext, as everywhere in age.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const algorithm = "chacha20-poly1305";

/** Bytes that a sealed piece is longer. */
export const tagSize = 16;

/** @param key 32 bytes @param nonce 12 bytes */
export function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagSize });
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([ciphertext, cipher.getAuthTag()]);
}

/** @returns undefined where `sealed`, of at least `tagSize` bytes, was made under another key or nonce, or changed. */
export function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagSize });
  decipher.setAuthTag(sealed.subarray(-tagSize));
  const plaintext = decipher.update(sealed.subarray(0, -tagSize));
  try {
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}
