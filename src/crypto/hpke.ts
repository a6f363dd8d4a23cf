/**
 * Under which key and nonce does HPKE seal its only message?
 *
 * RFC 9180, base mode, HKDF-SHA256 and ChaCha20-Poly1305, as age's newer kinds of keys use it: one message per encapsulation.
 */
import { createHmac } from "node:crypto";

/** @param kem the number of the key encapsulation; @param info what the key is for */
export function hpkeKey(kem: number, sharedSecret: Uint8Array, info: string): { key: Buffer; nonce: Buffer } {
  const suite = Buffer.concat([Buffer.from("HPKE"), Buffer.of(kem >> 8, kem & 0xff, 0, 1, 0, 3)]);
  const extract = (salt: Uint8Array, label: string, input: Uint8Array) =>
    hmac(salt, Buffer.from("HPKE-v1"), suite, Buffer.from(label), input);
  const nothing = new Uint8Array(0);
  const context = Buffer.concat([
    Buffer.of(0),
    extract(nothing, "psk_id_hash", nothing),
    extract(nothing, "info_hash", Buffer.from(info)),
  ]);
  const secret = extract(sharedSecret, "secret", nothing);
  // No more than one block comes out, so HKDF's expansion is one HMAC.
  const expand = (label: string, size: number) =>
    hmac(secret, Buffer.of(0, size), Buffer.from("HPKE-v1"), suite, Buffer.from(label), context, Buffer.of(1)).subarray(
      0,
      size,
    );
  return { key: expand("key", 32), nonce: expand("base_nonce", 12) };
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac("sha256", key).update(Buffer.concat(parts)).digest();
}
