/** Are these bytes UTF-8? */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text, a byte order mark included; undefined where a byte is no part of any. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
