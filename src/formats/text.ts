/**
 * Which text are these bytes?
 */
import { strictUtf8 } from "../text/utf8.ts";
import { SecretsError } from "../errors.ts";
import { placeAt } from "./place.ts";

/**
 * Decodes UTF-8, a byte order mark included.
 * @throws SecretsError `malformed` with the line of the first byte that is none.
 */
export function textOf(bytes: Uint8Array): string {
  const text = strictUtf8(bytes);
  if (text !== undefined) return text;
  throw new SecretsError("malformed", "the text is not UTF-8", { at: placeAt(lineOfFirstError(bytes)) });
}

/** How a format of text reads and writes its bytes: as strict UTF-8. */
export const utf8 = {
  decode: (bytes: Uint8Array) => textOf(bytes),
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
};

function lineOfFirstError(bytes: Uint8Array): number {
  // What does not decode becomes U+FFFD, so the longest common beginning with the re-encoded text ends at the error.
  const lenient = Buffer.from(Buffer.from(bytes).toString("utf8"));
  let at = 0;
  while (at < bytes.length && bytes[at] === lenient[at]) at += 1;
  let line = 1;
  for (let index = 0; index < at; index += 1) if (bytes[index] === 0x0a) line += 1;
  return line;
}
