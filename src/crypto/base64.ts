/**
 * How are bytes written in age headers and in SSH keys?
 *
 * Base64, canonical only: Buffer decodes leniently (spaces, URL alphabet, stray bits), so whatever was decoded is encoded
 * again and compared.
 */

/** Unpadded standard base64, as in age stanzas. */
export function encodeUnpadded(bytes: Uint8Array): string {
  return encodePadded(bytes).replace(/=+$/, "");
}

/** @returns undefined unless `text` is canonical unpadded base64. */
export function decodeUnpadded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return encodeUnpadded(bytes) === text ? bytes : undefined;
}

/** Padded standard base64, as in SSH public keys. */
export function encodePadded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** @returns undefined unless `text` is canonical padded base64. */
export function decodePadded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return encodePadded(bytes) === text ? bytes : undefined;
}
