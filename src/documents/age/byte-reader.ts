/**
 * What comes next in a stream of bytes, and what is left of it?
 *
 * Looks ahead in an async iterable without losing anything, and closes it when whoever reads stops early.
 */
import type { ByteStream } from "./header.ts";

export interface ByteReader {
  /** The next bytes without taking them: at least `size` of them, fewer only at the end. */
  peek(size: number): Promise<Buffer>;
  /** Takes bytes that were looked at. */
  skip(size: number): void;
  /** All that was not taken. The reader must not be used any more. */
  rest(): ByteStream;
  /** Ends the stream where nobody wants the rest. */
  readonly close: () => Promise<void>;
}

export function byteReader(input: ByteStream): ByteReader {
  const source = input[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const close = async (): Promise<void> => {
    await source.return?.();
  };
  async function* rest(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (held.length > 0) yield held;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await close();
    }
  }
  return {
    peek: async (size) => {
      const parts: Uint8Array[] = [held];
      let length = held.length;
      while (length < size) {
        const next = await source.next();
        if (next.done === true) break;
        parts.push(next.value);
        length += next.value.length;
      }
      if (parts.length > 1) held = Buffer.concat(parts);
      return held;
    },
    skip: (size) => {
      held = held.subarray(size);
    },
    rest,
    close,
  };
}
