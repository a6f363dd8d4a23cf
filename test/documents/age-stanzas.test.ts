import { inflateSync } from "node:zlib";
import * as vectors from "cctv-age";
import { describe, expect, test } from "vitest";
import { readAgeHeader } from "../../src/documents/age/file.ts";
import { lookAtAge } from "../../src/documents/age/stanzas.ts";
import { collect, once } from "./bytes.ts";

const files = Object.entries(vectors).map(([name, bytes]): [string, Buffer] => {
  const all = Buffer.from(bytes);
  const end = all.indexOf("\n\n");
  const body = all.subarray(end + 2);
  return [name, all.subarray(0, end).includes("compressed: zlib") ? inflateSync(body) : body];
});

describe("what is seen without the library is what the library sees", () => {
  test.each(files)("%s", async (_, file) => {
    const whole = async () => {
      const header = await readAgeHeader(once(file));
      return { ...header, size: (await collect(header.payload)).length };
    };
    const [seen, read] = await Promise.allSettled([lookAtAge(file), whole()]);

    expect(seen.status).toBe(read.status);
    if (seen.status === "rejected" || read.status === "rejected") return;
    const { stanzas, armored, hint, size } = read.value;
    const { header, payload } = seen.value;
    const plain = (all: typeof stanzas) => all.map(({ args, body }) => [args, Buffer.from(body).toString("hex")]);
    expect(plain(header.stanzas)).toEqual(plain(stanzas));
    expect([header.armored, header.hint, payload.size]).toEqual([armored, hint, size]);
  });
});
