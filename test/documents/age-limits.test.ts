import { expect, test } from "vitest";
import { openAge } from "../../src/documents/age/file.ts";
import { lookAtAge, readAgeHeader } from "../../src/documents/age/stanzas.ts";
import { once } from "../../src/text/chunks.ts";

/** A well-formed header with this many stanzas that nobody can open. */
function header(count: number): Buffer {
  const key = Buffer.alloc(32, 7).toString("base64").replace(/=+$/, "");
  const stanzas = `-> X25519 ${key}\n${key}\n`.repeat(count);
  return Buffer.from(`age-encryption.org/v1\n${stanzas}--- ${key}\n0123456789abcdef`);
}

test("a header with more stanzas than keys can be tried on is refused before any is tried", async () => {
  const refused = { code: "malformed", message: "more than 1,000 stanzas in the header of an age file" };
  const tried: number[] = [];

  await expect(readAgeHeader(once(header(1001)))).rejects.toMatchObject(refused);
  await expect(lookAtAge(header(1001))).rejects.toMatchObject(refused);
  await expect(openAge(once(header(1001)), ({ length }) => (tried.push(length), null))).rejects.toMatchObject(refused);
  expect(tried).toEqual([]);
  await expect(openAge(once(header(1000)), ({ length }) => (tried.push(length), null))).rejects.toMatchObject({
    code: "no-identity",
  });
  expect(tried).toEqual([1000]);
});
