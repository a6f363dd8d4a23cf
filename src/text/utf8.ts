/** Are these bytes UTF-8, or UTF-16, and which text are they? */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text, a byte order mark included; undefined where a byte is no part of any. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Enough to tell; text of one byte and most of two do not look so. */
const SAMPLE = 512;

/** The same text in UTF-8 where the bytes are UTF-16, as PowerShell redirects it, with a byte order mark or without; else the bytes themselves. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const encoding = wideEncoding(bytes);
  return encoding === undefined ? bytes : Buffer.from(new TextDecoder(encoding).decode(bytes));
}

function wideEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length < 8 || (first === 0) === (second === 0)) return undefined;
  // Most letters of what matters here are of ASCII: every second byte is zero, and none of the others.
  const zeros: [number, number] = [0, 0];
  const sample = bytes.subarray(0, Math.min(SAMPLE, bytes.length - (bytes.length % 2)));
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2 === 0 ? 0 : 1] += 1;
  const [high, low] = first === 0 ? zeros : [zeros[1], zeros[0]];
  if (low > 0 || high < sample.length * 0.4) return undefined;
  return first === 0 ? "utf-16be" : "utf-16le";
}
