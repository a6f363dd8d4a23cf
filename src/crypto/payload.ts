/**
 * How does a plaintext of any size become an age payload, and back?
 *
 * STREAM of C2SP age.md ("Payload"): a 16-byte nonce, then chunks of 64 KiB under ChaCha20-Poly1305, each with a counter
 * and a flag that marks the last one. Constant memory; nothing is released before its chunk is authenticated. The loop
 * gives way to the event loop at every MiB, so that a signal is noticed in the middle of a large file.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { SecretsError } from "../errors.ts";
import { open, seal, tagSize } from "./chacha20-poly1305.ts";
import { hkdf } from "./hkdf.ts";

const chunkSize = 64 * 1024;
const nonceSize = 16;
const chunksPerTurn = 16;

/**
 * The payload of `plaintext` under a 16-byte file key, which must never be used for another payload.
 *
 * @param nonce 16 bytes; fresh random ones unless a test gives them.
 */
export async function* sealPayload(
  fileKey: Uint8Array,
  plaintext: AsyncIterable<Uint8Array>,
  nonce: Uint8Array = randomBytes(nonceSize),
): AsyncGenerator<Uint8Array, void, undefined> {
  const key = payloadKey(fileKey, nonce);
  yield nonce;
  // A chunk is final when nothing follows it, so one is always held back.
  let held: Uint8Array | undefined;
  let index = 0;
  for await (const piece of pieces(plaintext, chunkSize)) {
    if (held !== undefined) yield seal(key, chunkNonce(index++, false), held);
    held = piece;
    if (index % chunksPerTurn === chunksPerTurn - 1) await turn();
  }
  yield seal(key, chunkNonce(index, true), held ?? new Uint8Array(0));
}

/**
 * The plaintext of a payload, chunk by chunk, each authenticated before it is released.
 *
 * @throws SecretsError `malformed` where it ends too early or goes on after its end, `tampered` where a chunk fails.
 */
export async function* openPayload(
  fileKey: Uint8Array,
  payload: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let key: Buffer | undefined;
  let index = 0;
  let ended = false;
  for await (const piece of pieces(payload, chunkSize + tagSize, nonceSize)) {
    if (key === undefined) {
      if (piece.length < nonceSize) break;
      key = payloadKey(fileKey, piece);
      continue;
    }
    if (ended) throw new SecretsError("malformed", "data follows the last chunk of the payload");
    const chunk = openChunk(key, piece, index++);
    ended = chunk.final;
    if (chunk.plaintext.length > 0) yield chunk.plaintext;
    if (index % chunksPerTurn === 0) await turn();
  }
  if (!ended) throw new SecretsError("malformed", "the payload is truncated");
}

function openChunk(key: Buffer, piece: Uint8Array, index: number): { plaintext: Uint8Array; final: boolean } {
  if (piece.length < tagSize) throw new SecretsError("malformed", "the payload is truncated");
  if (piece.length === tagSize && index > 0) {
    throw new SecretsError("malformed", "the last chunk of the payload is empty");
  }
  // A short chunk can only be the last one; a full one is more often not.
  const flags = piece.length < chunkSize + tagSize ? [true] : [false, true];
  for (const final of flags) {
    const plaintext = open(key, chunkNonce(index, final), piece);
    if (plaintext !== undefined) return { plaintext, final };
  }
  throw new SecretsError("tampered", "a chunk of the payload does not authenticate");
}

/** 11 bytes of big-endian counter, one byte that is 1 for the last chunk. */
function chunkNonce(index: number, final: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  // 6 bytes count further than any file is long.
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = final ? 1 : 0;
  return nonce;
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return hkdf(fileKey, nonce, "payload");
}

/** The same bytes cut into pieces of `size`; the first one of `first` bytes where given, the last one maybe shorter, none empty. */
async function* pieces(
  input: AsyncIterable<Uint8Array>,
  size: number,
  first = size,
): AsyncGenerator<Uint8Array, void, undefined> {
  let wanted = first;
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const bytes of input) {
    let offset = 0;
    while (held + bytes.length - offset >= wanted) {
      const end = offset + wanted - held;
      const part = bytes.subarray(offset, end);
      yield parts.length === 0 ? part : Buffer.concat([...parts, part]);
      parts = [];
      held = 0;
      offset = end;
      wanted = size;
    }
    if (offset < bytes.length) {
      parts.push(bytes.subarray(offset));
      held += bytes.length - offset;
    }
  }
  if (held > 0) yield Buffer.concat(parts);
}
