/**
 * Can this be ciphertext, as far as one can see without a key?
 */
import { looksSealed, parseEnc } from "../../crypto/value-cipher.ts";
import type { AgePayload } from "../../documents/age/stanzas.ts";

/** All that ever wrote sealed values took a nonce of 32 bytes, although any length could be read. */
const VALUE_NONCE = 32;
/** Fewer bytes of a value may be readable by chance; of words and numbers alone, fewer still. */
const [LEAST_TEXT, LEAST_WORDS] = [24, 14];

/** Whether a text can be a value that was sealed. `readable`: what should be ciphertext in it is text. */
export function sealedShape(text: string): "whole" | "malformed" | "readable" {
  if (!looksSealed(text)) return "malformed";
  try {
    const { data, iv } = parseEnc(text);
    if (isReadable(data)) return "readable";
    return iv.length === VALUE_NONCE ? "whole" : "malformed";
  } catch {
    return "malformed";
  }
}

function isReadable(data: Uint8Array): boolean {
  if (data.length >= LEAST_TEXT) return isText(data);
  return data.length >= LEAST_WORDS && /^[\w .:/@+=-]+$/.test(Buffer.from(data).toString("latin1"));
}

const NONCE = 16;
const TAG = 16;
const CHUNK = 64 * 1024 + TAG;
/** Fewer bytes of a payload may be readable by chance. */
const LEAST_START = 8;

/**
 * What is wrong with the payload of an age file; `exposes` where it stands there unencrypted. C2SP age.md, "Payload": a nonce, then
 * chunks of 64 KiB with a tag each; only the last one is shorter, and it is empty only where it is the first.
 */
export function payloadProblem({ size, start }: AgePayload): { message: string; exposes: boolean } | undefined {
  if (start.length >= LEAST_START && isText(start)) {
    return { message: "unencrypted text follows the header of an age file", exposes: true };
  }
  const last = (size - NONCE) % CHUNK;
  const isCut = size < NONCE + TAG || (last > 0 && last <= TAG && size !== NONCE + TAG);
  return isCut ? { message: "the age file is cut short after its header", exposes: false } : undefined;
}

/** Whether somebody can read these bytes: UTF-8, perhaps cut at its end, without control characters. */
function isText(bytes: Uint8Array): boolean {
  // Of ciphertext a byte that no text has is among the first few, and nothing has to be decoded.
  if (bytes.some((byte) => byte === 0x7f || (byte < 0x20 && (byte < 0x09 || byte > 0x0d)))) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return /^(?:[\t\n\r]|\P{Cc})*$/u.test(text);
  } catch {
    return false;
  }
}
