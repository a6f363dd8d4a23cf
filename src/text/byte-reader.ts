/**
 * What comes next in a stream of bytes, and what is left of it?
 *
 * Looks ahead in an async iterable without losing anything, and closes it when whoever reads stops early.
 */
export interface ByteReader {
  /** The next bytes without taking them: at least `size` of them, fewer only at the end. */
  readonly peek: (size: number) => Promise<Buffer>;
  /** Takes bytes that were looked at. */
  readonly skip: (size: number) => void;
  /** All that was not taken, to be iterated once, to its end or not. The reader must not be used any more. */
  readonly rest: () => AsyncIterable<Uint8Array>;
  /** Ends the stream where nobody wants the rest. */
  readonly close: () => Promise<void>;
}

export function byteReader(input: AsyncIterable<Uint8Array>): ByteReader {
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
