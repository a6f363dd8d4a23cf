/**
 * Can this text be a value that was sealed?
 *
 * All that ever wrote such values took a nonce of 32 bytes, although any length could be read.
 */
import { looksSealed, parseEnc } from "../crypto/value-cipher.ts";
import { isText } from "./printable.ts";

const NONCE = 32;
/** Fewer bytes of ciphertext may be readable by chance. */
const LEAST_TEXT = 24;

/** `readable`: what should be ciphertext in it is text. */
export function sealedShape(text: string): "whole" | "malformed" | "readable" {
  if (!looksSealed(text)) return "malformed";
  try {
    const { data, iv } = parseEnc(text);
    if (data.length >= LEAST_TEXT && isText(data)) return "readable";
    return iv.length === NONCE ? "whole" : "malformed";
  } catch {
    return "malformed";
  }
}
