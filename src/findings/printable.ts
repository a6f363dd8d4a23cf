/** Can somebody read these bytes, which ciphertext never is? */

/** Whether they are UTF-8, perhaps cut at its end, without control characters. */
export function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return /^(?:[\t\n\r]|\P{Cc})*$/u.test(text);
  } catch {
    return false;
  }
}
