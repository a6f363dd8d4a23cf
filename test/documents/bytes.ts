/**
 * How do tests make streams of bytes and read them?
 */

/** A stream of these pieces, as they are. */
export async function* once(...pieces: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
}

/** A stream of the same bytes in pieces of these sizes; the last one takes the rest. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return once(...pieces, bytes.subarray(offset));
}

/** Everything that a stream brings. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
