import { inflateSync } from "node:zlib";
import { Decrypter, type Stanza } from "age-encryption";
import * as vectors from "cctv-age";
import { describe, expect, test } from "vitest";
import { splitHeader } from "../../src/documents/age/header-bytes.ts";
import { lookAtAge, readAgeHeader } from "../../src/documents/age/stanzas.ts";
import { collect, once } from "./bytes.ts";

const files = Object.entries(vectors).map(([name, bytes]): [string, Buffer] => {
  const all = Buffer.from(bytes);
  const end = all.indexOf("\n\n");
  const body = all.subarray(end + 2);
  return [name, all.subarray(0, end).includes("compressed: zlib") ? inflateSync(body) : body];
});

/** As the library parses it. */
async function byLibrary(file: Uint8Array) {
  const { head } = await splitHeader(once(file));
  let seen: readonly Stanza[] | undefined;
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: (stanzas: readonly Stanza[]) => ((seen = stanzas), null) });
  await decrypter.decryptHeader(head).catch(() => undefined);
  if (seen === undefined) throw new Error("the library cannot parse it");
  return seen;
}

const plain = (all: readonly Stanza[]) => all.map(({ args, body }) => [args, Buffer.from(body).toString("hex")]);

describe("what is seen without the library is what the library sees", () => {
  test.each(files)("%s", async (_, file) => {
    const [seen, parsed] = await Promise.allSettled([readAgeHeader(once(file)), byLibrary(file)]);

    expect(seen.status).toBe(parsed.status);
    if (seen.status === "rejected" || parsed.status === "rejected") return;
    expect(plain(seen.value.stanzas)).toEqual(plain(parsed.value));
  });
});

describe("a look at a file in memory", () => {
  test.each(files)("%s tells what its header and its payload tell", async (_, file) => {
    const whole = async () => {
      const { payload, stanzas, armored, hint } = await readAgeHeader(once(file));
      const bytes = await collect(payload);
      const start = bytes.subarray(0, 64).toString("hex");
      return { header: { stanzas, armored, hint }, payload: { size: bytes.length, start } };
    };
    const look = async () => {
      const { header, payload } = await lookAtAge(file);
      return { header, payload: { ...payload, start: Buffer.from(payload.start).toString("hex") } };
    };
    const [seen, read] = await Promise.allSettled([look(), whole()]);

    expect(seen).toEqual(read);
  });
});
