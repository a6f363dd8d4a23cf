/** Which bytes are behind a key in Bech32, and how are they written? */
import { bech32 } from "@scure/base";

/** The bytes, undefined unless the prefix (in exactly this case) and the checksum are right. */
export function fromBech32(text: string, prefix: string): Uint8Array | undefined {
  if (!text.startsWith(`${prefix}1`)) return undefined;
  try {
    // Keys are longer than Bech32 foresaw.
    const found = bech32.decode(`${prefix}1${text.slice(prefix.length + 1)}`, false);
    return found.prefix.toLowerCase() === prefix.toLowerCase() ? bech32.fromWords(found.words) : undefined;
  } catch {
    // The library's message may quote the key.
    return undefined;
  }
}

export function toBech32(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), false);
}
