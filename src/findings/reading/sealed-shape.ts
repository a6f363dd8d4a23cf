/**
 * Can this text be a value that was sealed?
 *
 * All that ever wrote such values took a nonce of 32 bytes, although any length could be read.
 */
import { looksSealed, parseEnc } from "../../crypto/value-cipher.ts";
import { isText } from "./printable.ts";

const NONCE = 32;
/** Fewer bytes of ciphertext may be readable by chance; of words and numbers alone, fewer still. */
const [LEAST_TEXT, LEAST_WORDS] = [24, 14];

/** `readable`: what should be ciphertext in it is text. */
export function sealedShape(text: string): "whole" | "malformed" | "readable" {
  if (!looksSealed(text)) return "malformed";
  try {
    const { data, iv } = parseEnc(text);
    if (isReadable(data)) return "readable";
    return iv.length === NONCE ? "whole" : "malformed";
  } catch {
    return "malformed";
  }
}

function isReadable(data: Uint8Array): boolean {
  if (data.length >= LEAST_TEXT) return isText(data);
  return data.length >= LEAST_WORDS && /^[\w .:/@+=-]+$/.test(Buffer.from(data).toString("latin1"));
}
