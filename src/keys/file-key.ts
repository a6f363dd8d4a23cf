/**
 * How does one symmetric key guard a file key?
 *
 * The body of every native and ssh-ed25519 stanza (C2SP age.md): ChaCha20-Poly1305 with an all-zero nonce, because each
 * wrap key is used once.
 */
import type { Stanza } from "age-encryption";
import { decodeUnpadded } from "../crypto/base64.ts";
import { open, seal, tagSize } from "../crypto/chacha20-poly1305.ts";
import { SecretsError } from "../errors.ts";

const zeroNonce = new Uint8Array(12);

/** Bytes of an age file key. */
export const fileKeySize = 16;

/** @returns 32 bytes: the file key's ciphertext and its tag. */
export function wrapUnder(key: Uint8Array, fileKey: Uint8Array, nonce: Uint8Array = zeroNonce): Buffer {
  return seal(key, nonce, fileKey);
}

/** @returns the file key, or undefined where `body` was made under another key. */
export function unwrapUnder(key: Uint8Array, body: Uint8Array, nonce: Uint8Array = zeroNonce): Buffer | undefined {
  return open(key, nonce, body);
}

/** @throws SecretsError `malformed` unless the stanza has this many arguments behind its type and a 32-byte body. */
export function checkShape(stanza: Stanza, argumentCount: number): void {
  if (stanza.args.length !== argumentCount + 1) throw malformedStanza(stanza, "has the wrong number of arguments");
  if (stanza.body.length !== fileKeySize + tagSize) throw malformedStanza(stanza, "has a body of the wrong length");
}

/** @throws SecretsError `malformed` unless argument `index` (the type is 0) is canonical base64 of `size` bytes. */
export function bytesArgument(stanza: Stanza, index: number, size: number): Buffer {
  const bytes = decodeUnpadded(stanza.args[index] ?? "");
  if (bytes?.length !== size) throw malformedStanza(stanza, `does not carry ${size} bytes where it should`);
  return bytes;
}

/** Names only the stanza's type, which the caller knows to be one of ours. */
export function malformedStanza(stanza: Stanza, what: string): SecretsError {
  return new SecretsError("malformed", `the ${stanza.args[0] ?? ""} stanza of the header ${what}`);
}
