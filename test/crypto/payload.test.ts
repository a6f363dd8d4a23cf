import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPayload, sealPayload } from "../../src/crypto/payload.ts";
import { collect, cut, once } from "../documents/bytes.ts";

const fileKey = Buffer.from("YELLOW SUBMARINE");
const chunk = 65_536;
const boundaries = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 2 * chunk + 1, 3 * chunk];

/** Bytes that differ everywhere, so that a chunk at the wrong place shows. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let offset = 0; offset < size; offset++) bytes[offset] = (offset * 31 + (offset >> 8) * 7) & 0xff;
  return bytes;
}

function seal(plaintext: Uint8Array): Promise<Buffer> {
  return collect(sealPayload(fileKey, once(plaintext)));
}

/** The size of a payload: nonce, plaintext, and a tag for every chunk; an empty plaintext has one chunk too. */
function sizeOf(plaintext: number): number {
  return 16 + plaintext + 16 * Math.max(1, Math.ceil(plaintext / chunk));
}

describe("the age payload", () => {
  test.each(boundaries)("of %i bytes has the size of the format and opens again", async (size) => {
    const plaintext = pattern(size);
    const payload = await seal(plaintext);
    expect(payload).toHaveLength(sizeOf(size));
    expect((await collect(openPayload(fileKey, once(payload)))).equals(plaintext)).toBe(true);
  });

  test("does not depend on how its bytes come in pieces", async () => {
    const sizes = fc.array(fc.oneof(fc.nat(100), fc.nat(2 * chunk)), { maxLength: 12 });
    const length = fc.oneof(fc.constantFrom(...boundaries), fc.nat(3 * chunk));
    await fc.assert(
      fc.asyncProperty(length, sizes, sizes, async (size, sealing, opening) => {
        const plaintext = pattern(size);
        const nonce = Buffer.alloc(16, 7);
        const payload = await collect(sealPayload(fileKey, cut(plaintext, sealing), nonce));
        const whole = await collect(sealPayload(fileKey, once(plaintext), nonce));
        const opened = await collect(openPayload(fileKey, cut(payload, opening)));
        return payload.equals(whole) && opened.equals(plaintext);
      }),
      { numRuns: 60 },
    );
  });

  test("comes byte by byte as well", async () => {
    const payload = await seal(pattern(500));
    const opened = await collect(
      openPayload(
        fileKey,
        cut(
          payload,
          Array.from(payload, () => 1),
        ),
      ),
    );
    expect(opened.equals(pattern(500))).toBe(true);
  });

  test("is another one each time", async () => {
    expect((await seal(pattern(9))).equals(await seal(pattern(9)))).toBe(false);
  });

  test("does not open under another file key, and releases nothing", async () => {
    const payload = await seal(pattern(chunk * 2));
    const opening = collect(openPayload(Buffer.alloc(16), once(payload)));
    await expect(opening).rejects.toMatchObject({ name: "SecretsError", code: "tampered" });
  });

  test("with any bit turned around is refused", async () => {
    const payload = await seal(pattern(chunk + 10));
    await fc.assert(
      fc.asyncProperty(fc.nat(payload.length - 1), fc.nat(7), async (offset, bit) => {
        const damaged = Buffer.from(payload);
        damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << bit), offset);
        const opening = collect(openPayload(fileKey, once(damaged)));
        await expect(opening).rejects.toMatchObject({ name: "SecretsError", code: "tampered" });
      }),
      { numRuns: 60 },
    );
  });

  test("cut short anywhere is refused, after what was authentic", async () => {
    const plaintext = pattern(2 * chunk + 10);
    const payload = await seal(plaintext);
    const lengths = [
      0,
      1,
      15,
      16,
      17,
      31,
      32,
      100,
      16 + chunk,
      16 + chunk + 16,
      16 + 2 * (chunk + 16),
      payload.length - 1,
    ];
    for (const length of lengths) {
      const released: Uint8Array[] = [];
      const reading = (async () => {
        for await (const piece of openPayload(fileKey, once(payload.subarray(0, length)))) released.push(piece);
      })();
      await expect(reading).rejects.toMatchObject({ name: "SecretsError" });
      const bytes = Buffer.concat(released);
      expect(bytes.equals(plaintext.subarray(0, bytes.length))).toBe(true);
    }
  });

  test("with something behind its end is refused", async () => {
    for (const size of [10, chunk]) {
      const payload = Buffer.concat([await seal(pattern(size)), Buffer.of(0)]);
      await expect(collect(openPayload(fileKey, once(payload)))).rejects.toMatchObject({ name: "SecretsError" });
    }
  });

  test("with two chunks exchanged is refused", async () => {
    const payload = await seal(pattern(3 * chunk));
    const full = chunk + 16;
    const parts = [0, 2, 1, 3].map((index) =>
      index === 0 ? payload.subarray(0, 16) : payload.subarray(16 + (index - 1) * full, 16 + index * full),
    );
    await expect(collect(openPayload(fileKey, once(...parts)))).rejects.toMatchObject({ code: "tampered" });
  });

  test("lets others have their turn while it works", async () => {
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const payload = await seal(pattern(64 * chunk));
    const afterSealing = turns;
    await collect(openPayload(fileKey, once(payload)));
    done = true;
    expect(afterSealing).toBeGreaterThan(0);
    expect(turns).toBeGreaterThan(afterSealing);
  });

  test("passes on what its source throws", async () => {
    const failing = async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
      yield pattern(10);
      throw new Error("the disk is gone");
    };
    await expect(collect(sealPayload(fileKey, failing()))).rejects.toThrow("the disk is gone");
    await expect(collect(openPayload(fileKey, failing()))).rejects.toThrow("the disk is gone");
  });
});
