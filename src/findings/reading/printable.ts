/** Can somebody read these bytes, which ciphertext never is? */

/** Whether they are UTF-8, perhaps cut at its end, without control characters. */
export function isText(bytes: Uint8Array): boolean {
  // Of ciphertext a byte that no text has is among the first few, and nothing has to be decoded.
  if (bytes.some((byte) => byte === 0x7f || (byte < 0x20 && (byte < 0x09 || byte > 0x0d)))) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return /^(?:[\t\n\r]|\P{Cc})*$/u.test(text);
  } catch {
    return false;
  }
}
