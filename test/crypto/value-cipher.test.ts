import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { dataKeyBytes, dataKeyFrom, newDataKey, sameDataKey } from "../../src/crypto/data-key.ts";
import { looksSealed, openComment, openValue, parseEnc, sealValue, sealWith } from "../../src/crypto/value-cipher.ts";
import { SecretsError } from "../../src/errors.ts";
import type { ScalarType } from "../../src/formats/format.ts";
import { scalarOf, textOfScalar } from "../../src/formats/scalar.ts";

/** The key of sops' own unit test: 32 times the letter f. */
const key = dataKeyFrom(Buffer.alloc(32, "f"));
const SOPS_FOO =
  "ENC[AES256_GCM,data:oYyi,iv:MyIDYbT718JRr11QtBkcj3Dwm4k1aCGZBVeZf0EyV8o=,tag:t5z2Z023Up0kxwCgw1gNxg==,type:str]";
const IV = "iv:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/** Computed from the specification with Python's `cryptography`: IV 00…1f. */
const DERIVED: readonly { aad: string; type: ScalarType; text: string; data: string; tag: string }[] = [
  { aad: "a:", type: "bool", text: "True", data: "764f7A==", tag: "wjjL+CqBVXzOeEUJw9nR9w==" },
  { aad: "a:", type: "bool", text: "False", data: "/b0G+jE=", tag: "P3JE0TmmHg1erxeDr7Pg2w==" },
  { aad: "a:b:", type: "int", text: "5", data: "jg==", tag: "jgDIM14YGyP/w5iGzD4lJQ==" },
  { aad: "a:", type: "float", text: "25.4", data: "ielEvQ==", tag: "lclwmfs2Di8iihSnlPaILw==" },
  { aad: "a:", type: "float", text: "1234568000", data: "iu5ZvWGjYJUvPQ==", tag: "jCTelxr3QRTFROVjkYfYnQ==" },
  {
    aad: "a:",
    type: "time",
    text: "2024-01-01T00:00:00Z",
    data: "iexYvXmlaYgvPBMpb0EMYx6OUzY=",
    tag: "BkydrKRIysD1fDhiXryx7w==",
  },
  { aad: ":", type: "comment", text: " c", data: "m78=", tag: "YSqASSaLIW/khEv8r3zjvw==" },
  { aad: "ключ:", type: "str", text: "é", data: "eHU=", tag: "DuOn0RAj9lbld+YNV3wAQA==" },
];

function failure(work: () => unknown): SecretsError {
  try {
    work();
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

describe("known answers", () => {
  test("the ciphertext of sops' own test opens, and only with its path", () => {
    expect(openValue(key, "bar:", parseEnc(SOPS_FOO))).toEqual(scalarOf("str", "foo"));
    expect(failure(() => openValue(key, "", parseEnc(SOPS_FOO))).code).toBe("tampered");
  });

  test.each(DERIVED)("$type $text at $aad", ({ aad, type, text, data, tag }) => {
    const enc = `ENC[AES256_GCM,data:${data},${IV},tag:${tag},type:${type}]`;
    const iv = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(sealWith(key, { aad, scalar: scalarOf(type, text), iv })).toBe(enc);
    expect(openValue(key, aad, parseEnc(enc))).toEqual(scalarOf(type, text));
  });

  test("nonces of any length are read", () => {
    for (const length of [1, 12, 16, 33]) {
      const iv = new Uint8Array(length).fill(7);
      const enc = sealWith(key, { aad: "a:", scalar: scalarOf("str", "x"), iv });
      expect(textOfScalar(openValue(key, "a:", parseEnc(enc)))).toBe("x");
    }
  });
});

describe("what is not an ENC text", () => {
  const bad: readonly (readonly [string, string])[] = [
    ["cut short", SOPS_FOO.slice(0, -1)],
    ["text behind it", `${SOPS_FOO}x`],
    ["text before it", ` ${SOPS_FOO}`],
    ["another cipher", SOPS_FOO.replace("AES256_GCM", "AES128_GCM")],
    ["an unknown type", SOPS_FOO.replace("type:str", "type:null")],
    ["no data", SOPS_FOO.replace("oYyi", "")],
    ["an iv that no cipher takes", SOPS_FOO.replace(/iv:[^,]+/, `iv:${"AAAA".repeat(43)}`)],
    ["no iv", SOPS_FOO.replace(/iv:[^,]+/, "iv:")],
    ["a short tag", SOPS_FOO.replace("t5z2Z023Up0kxwCgw1gNxg==", "t5z2Z023Up0kxwCgw1g=")],
    ["base64 without padding", SOPS_FOO.replace("==,type", ",type")],
    ["stray bits at the end of base64", SOPS_FOO.replace("f0EyV8o=", "f0EyV8p=")],
    ["URL-safe base64", SOPS_FOO.replace("oYyi", "o-_i")],
    ["blanks in base64", SOPS_FOO.replace("oYyi", "oY yi")],
    ["a field twice", SOPS_FOO.replace("data:oYyi", "data:oYyi,data:oYyi")],
  ];
  test.each(bad)("%s is malformed", (_, text) => {
    const error = failure(() => parseEnc(text));
    expect(error.code).toBe("malformed");
    expect(error.message).not.toContain("oYyi");
  });

  test("blanks and line breaks behind it are harmless", () => {
    expect(parseEnc(`${SOPS_FOO} \r\n`).type).toBe("str");
  });

  test("only the beginning decides whether a text claims to be one", () => {
    expect(looksSealed("ENC[AES256_GCM,")).toBe(true);
    expect(looksSealed("ENC[x")).toBe(false);
  });
});

describe("types", () => {
  const retyped = (from: ScalarType, text: string, to: ScalarType) =>
    parseEnc(sealValue(key, "a:", scalarOf(from, text)).replace(`type:${from}`, `type:${to}`));

  test("a value is not a comment", () => {
    expect(openComment(key, "a:", retyped("str", "x", "str"))).toBeUndefined();
    expect(openComment(key, "a:", retyped("comment", "x", "comment"))).toEqual(scalarOf("comment", "x"));
    expect(openComment(key, "b:", retyped("comment", "x", "comment"))).toBeUndefined();
  });

  test("the empty value is never sealed", () => {
    expect(() => sealValue(key, "a:", scalarOf("str", ""))).toThrow(RangeError);
  });
});

describe("any value", () => {
  test("opens to the bytes that were sealed, with a new nonce each time", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.string({ unit: "binary" }), (bytes, aad) => {
        const [one, two] = [0, 1].map(() => sealValue(key, aad, { type: "str", bytes }));
        expect(one).not.toBe(two);
        expect(Buffer.from(openValue(key, aad, parseEnc(one ?? "")).bytes)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("with one flipped bit does not open", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.constantFrom("data", "iv", "tag"), (text, at, field) => {
        const enc = parseEnc(sealValue(key, "a:", scalarOf("str", text)));
        const part = Uint8Array.from(enc[field]);
        const index = at % part.length;
        part[index] = (part[index] ?? 0) ^ (1 << (at % 8));
        expect(failure(() => openValue(key, "a:", { ...enc, [field]: part })).code).toBe("tampered");
      }),
    );
  });
});

describe("a data key", () => {
  test("never prints", () => {
    const hex = "66".repeat(8);
    for (const shown of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)]) {
      expect(shown).not.toContain(hex);
      expect(shown).not.toContain("ffffffff");
    }
  });

  test("takes 32 bytes and wipes them", () => {
    const bytes = Buffer.alloc(32, 1);
    expect(Buffer.from(dataKeyBytes(dataKeyFrom(bytes)))).toEqual(Buffer.alloc(32, 1));
    expect(bytes).toEqual(Buffer.alloc(32));
    expect(failure(() => dataKeyFrom(new Uint8Array(33))).code).toBe("malformed");
  });

  test("is told from another", () => {
    expect(sameDataKey(key, dataKeyFrom(Buffer.alloc(32, "f")))).toBe(true);
    expect(sameDataKey(newDataKey(), newDataKey())).toBe(false);
  });
});
