/** Do streams hand on what they get, and when? */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { nodeHost } from "../../src/io/node-host.ts";
import { collect, heldBack, readLimited } from "../../src/io/stream.ts";

describe("a stream that is held back", () => {
  async function* failingAfter(...sizes: number[]): AsyncGenerator<Uint8Array> {
    for (const size of sizes) yield new Uint8Array(size);
    throw new Error("damaged");
  }

  async function handedOn(chunks: AsyncIterable<Uint8Array>): Promise<number[]> {
    const sizes: number[] = [];
    try {
      for await (const { length } of heldBack(chunks, 10)) sizes.push(length);
    } catch (error) {
      expect(error).toMatchObject({ message: "damaged" });
    }
    return sizes;
  }

  test("gives nothing of one that fails within the limit, and all that came before beyond it", async () => {
    expect(await handedOn(failingAfter())).toEqual([]);
    expect(await handedOn(failingAfter(4, 6))).toEqual([]);
    expect(await handedOn(failingAfter(4, 6, 1))).toEqual([4, 6, 1]);
    expect(await handedOn(failingAfter(11, 2, 3))).toEqual([11, 2, 3]);
  });

  test("gives all of one that ends", async () => {
    async function* three(): AsyncGenerator<Uint8Array> {
      for (const text of ["a", "", "bc"]) yield Buffer.from(text);
    }
    expect(Buffer.from(await collect(heldBack(three(), 10))).toString()).toBe("abc");
    expect(Buffer.from(await collect(heldBack(three(), 1))).toString()).toBe("abc");
  });
});

test("a file is read up to a limit, and not through a link", async () => {
  const directory = mkdtempSync(join(tmpdir(), "stream-test-"));
  const [path, link] = [join(directory, "a"), join(directory, "link")];
  writeFileSync(path, "1234");
  symlinkSync(path, link);
  const { files } = nodeHost();
  expect(await readLimited(files, path, 4)).toHaveLength(4);
  expect(await readLimited(files, path, 3)).toBeUndefined();
  await expect(readLimited(files, link, 9)).rejects.toMatchObject({ code: "ELOOP" });
  rmSync(directory, { recursive: true });
});
