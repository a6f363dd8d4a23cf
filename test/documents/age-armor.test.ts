import { armor } from "age-encryption";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { armorPrefixSize, decodeArmor, encodeArmor, looksArmored } from "../../src/documents/age/armor.ts";
import { collect, cut, once } from "./bytes.ts";

const begin = "-----BEGIN AGE ENCRYPTED FILE-----";
const end = "-----END AGE ENCRYPTED FILE-----";
const line = "A".repeat(64);

function decode(text: string): Promise<Buffer> {
  return collect(decodeArmor(once(Buffer.from(text, "latin1"))));
}

describe("armor", () => {
  test("is the same text that the library writes, however the bytes come in pieces", async () => {
    const sizes = fc.array(fc.nat(100), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), sizes, async (bytes, pieces) => {
        const text = (await collect(encodeArmor(cut(bytes, pieces)))).toString();
        expect(text).toBe(armor.encode(bytes));
      }),
    );
  });

  test("comes off again, however the text comes in pieces", async () => {
    const sizes = fc.array(fc.nat(200), { maxLength: 10 });
    const size = fc.oneof(fc.constantFrom(0, 1, 47, 48, 49, 95, 96, 97), fc.nat(1000));
    await fc.assert(
      fc.asyncProperty(size, sizes, fc.boolean(), async (length, pieces, crlf) => {
        const bytes = Buffer.alloc(length, 0x5a);
        const text = armor.encode(bytes);
        const spelled = crlf ? text.replaceAll("\n", "\r\n") : text;
        const decoded = await collect(decodeArmor(cut(Buffer.from(spelled), pieces)));
        expect(decoded.equals(bytes)).toBe(true);
      }),
    );
  });

  test("comes off byte by byte", async () => {
    const text = Buffer.from(armor.encode(Buffer.alloc(200, 1)));
    const decoded = await collect(
      decodeArmor(
        cut(
          text,
          Array.from(text, () => 1),
        ),
      ),
    );
    expect(decoded.equals(Buffer.alloc(200, 1))).toBe(true);
  });

  test.each([
    ["no line end at the end", `${begin}\nYWJj\n${end}`],
    ["blank lines around", `\n \t\r\n${begin}\nYWJj\n${end}\n\n  \n`],
    ["a full last line", `${begin}\n${line}\n${end}\n`],
    ["nothing inside", `${begin}\n${end}\n`],
  ])("with %s is as good", async (_, text) => {
    await expect(decode(text)).resolves.toBeInstanceOf(Buffer);
  });

  test.each([
    ["no begin line", `YWJj\n${end}\n`, 1],
    ["something before it", `hello\n${begin}\nYWJj\n${end}\n`, 1],
    ["a blank before its begin line", ` ${begin}\nYWJj\n${end}\n`, 1],
    ["no end line", `${begin}\n${line}\n`, 2],
    ["an end line of something else", `${begin}\nYWJj\n-----END PGP MESSAGE-----\n`, 3],
    ["something behind it", `${begin}\nYWJj\n${end}\nhello\n`, 4],
    ["too many blanks behind it", `${begin}\nYWJj\n${end}\n${" ".repeat(1024)}\n`, 4],
    ["too many blanks before it", `${"\n".repeat(1025)}${begin}\nYWJj\n${end}\n`, 1025],
    ["an empty line", `${begin}\n\nYWJj\n${end}\n`, 2],
    ["a short line in the middle", `${begin}\nYWJj\n${line}\n${end}\n`, 3],
    ["a long line", `${begin}\n${line}AAAA\n${end}\n`, 2],
    ["a header field", `${begin}\nVersion: 1\n\nYWJj\n${end}\n`, 3],
    ["a blank at the end of a line", `${begin}\n${line} \n${end}\n`, 2],
    ["padding in the middle", `${begin}\n${"A".repeat(63)}=\n${line}\n${end}\n`, 3],
    ["padding missing", `${begin}\nYWI\n${end}\n`, 3],
    ["stray bits", `${begin}\nYWJ=\n${end}\n`, 3],
  ])("with %s is refused near its line", async (_, text, at) => {
    await expect(decode(text)).rejects.toMatchObject({
      name: "SecretsError",
      code: "malformed",
      message: expect.stringMatching(new RegExp(`line ${at}\\b|line ${at + 1}\\b`)),
    });
  });

  test("without line ends is refused before it fills the memory", async () => {
    let given = 0;
    const endless = async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from(`${begin}\n`);
      for (; given < 1000; given++) yield Buffer.alloc(1024, 0x41);
    };
    await expect(collect(decodeArmor(endless()))).rejects.toMatchObject({ code: "malformed" });
    expect(given).toBeLessThan(10);
  });

  test("is seen behind the blanks that age allows", () => {
    expect(looksArmored(Buffer.from(`\r\n \n${begin}\n`))).toBe(true);
    expect(looksArmored(Buffer.from(`${"\n".repeat(1024)}${begin}`).subarray(0, armorPrefixSize))).toBe(true);
    expect(looksArmored(Buffer.from("-----BEGIN OPENSSH PRIVATE KEY-----"))).toBe(false);
    expect(looksArmored(Buffer.from(""))).toBe(false);
  });
});
