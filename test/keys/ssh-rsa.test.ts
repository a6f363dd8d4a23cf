import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Stanza } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { parseRecipient } from "../../src/keys/index.ts";
import type { Identity } from "../../src/keys/recipient.ts";
import { identityOf, rsaRecipient } from "../../src/keys/kinds/ssh-rsa.ts";
import { wirePositive, wireString } from "../../src/keys/ssh-wire.ts";
import { keyring } from "../../src/keys/index.ts";
import { altered, fileKey, flipped, stanzaFor } from "./stanzas.ts";

let secret: KeyObject;
let identity: Identity;

beforeAll(() => {
  secret = createPrivateKey(
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "pem", type: "pkcs1" }),
  );
  identity = identityOf(secret, "me@here");
});

function wrapped(): Promise<Stanza> {
  return stanzaFor(identity.recipients[0]);
}

function blobOf(exponent: Buffer, modulus: Buffer): Buffer {
  return Buffer.concat([wireString("ssh-rsa"), wirePositive(exponent), wirePositive(modulus)]);
}

/** A modulus of this many bits; it need not have two prime factors to be judged by its size. */
function modulus(bits: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xa5);
  bytes[0] = 0xff >> (bytes.length * 8 - bits);
  return bytes;
}

describe("an RSA SSH key", () => {
  test("opens what was wrapped to its recipient", async () => {
    expect(await identity.unwrapFileKey([await wrapped()])).toEqual(fileKey);
    expect(identity.recipients[0]).toMatchObject({ kind: "ssh-rsa", comment: "me@here" });
    expect(identity.recipients[0]?.id).toMatch(/^ssh-rsa:[0-9a-f]{64}$/);
  });

  test("is told by its tag, whatever else is in the header", async () => {
    const other = identityOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
    const stanza = await wrapped();
    expect(stanza.args).toEqual(["ssh-rsa", identity.recipients[0]?.tag]);
    expect(await other.unwrapFileKey([stanza])).toBeNull();
    const foreign = await stanzaFor(other.recipients[0]);
    expect(await identity.unwrapFileKey([foreign, stanza])).toEqual(fileKey);
  });

  test("with its tag on a stanza that does not decrypt says tampered, and not no match", async () => {
    const stanza = await wrapped();
    const body = flipped(stanza.body, 100);
    expect(() => identity.unwrapFileKey([altered(stanza, { body })])).toThrow(
      expect.objectContaining({ code: "tampered" }),
    );
  });

  test("with its tag on a file key of another length says tampered", async () => {
    const stanza = await stanzaFor(identity.recipients[0], keyring, Buffer.alloc(17));
    expect(() => identity.unwrapFileKey([stanza])).toThrow(expect.objectContaining({ code: "tampered" }));
  });

  test("calls stanzas of the wrong shape malformed", async () => {
    const stanza = await wrapped();
    for (const damaged of [
      altered(stanza, { args: [...stanza.args, "x"] }),
      altered(stanza, { args: ["ssh-rsa"] }),
      altered(stanza, { body: stanza.body.subarray(1) }),
      altered(stanza, { body: new Uint8Array(0) }),
    ]) {
      expect(() => identity.unwrapFileKey([damaged])).toThrow(expect.objectContaining({ code: "malformed" }));
    }
  });

  test.each([2048, 2049, 3072, 4096, 16_384])("of %i bits can be a recipient", (bits) => {
    expect(rsaRecipient(blobOf(Buffer.of(1, 0, 1), modulus(bits))).kind).toBe("ssh-rsa");
  });

  test.each([512, 1024, 2040, 2047])("of %i bits protects too little, and its size is told", (bits) => {
    expect(() => rsaRecipient(blobOf(Buffer.of(1, 0, 1), modulus(bits)))).toThrow(
      expect.objectContaining({ code: "bad-key", message: expect.stringContaining(`${bits} bits`) }),
    );
  });

  test("of more than 16384 bits is refused, as it would only burn time", () => {
    expect(() => rsaRecipient(blobOf(Buffer.of(3), modulus(16_385)))).toThrow(
      expect.objectContaining({ code: "bad-key" }),
    );
  });

  test.each([
    ["1", Buffer.of(1)],
    ["even", Buffer.of(4)],
    ["longer than 24 bits", Buffer.of(1, 0, 0, 1)],
  ])("whose exponent is %s is refused", (_, exponent) => {
    expect(() => rsaRecipient(blobOf(exponent, modulus(2048)))).toThrow(
      expect.objectContaining({ code: "bad-key", message: expect.stringContaining("exponent") }),
    );
  });

  test.each([
    ["a zero too many", wireString(Buffer.concat([Buffer.of(0, 0x7f), modulus(2040)]))],
    ["a negative number", wireString(modulus(2048))],
    ["an empty number", wireString("")],
    ["a number cut short", wireString(modulus(2047)).subarray(0, 100)],
    ["something behind the number", Buffer.concat([wireString(modulus(2047)), Buffer.of(0)])],
  ])("with %s in its encoding is malformed, or its tag would be another one elsewhere", async (_, number) => {
    const blob = Buffer.concat([wireString("ssh-rsa"), wirePositive(Buffer.of(3)), number]);
    await expect(parseRecipient(`ssh-rsa ${blob.toString("base64")}`)).rejects.toMatchObject({
      code: "bad-key",
      message: "malformed ssh-rsa public key",
    });
  });

  test("has the same recipient whether it comes from the secret or from the text", async () => {
    const text = identity.recipients[0]?.text ?? "";
    expect(await parseRecipient(`${text} somebody`)).toMatchObject({ text, tag: identity.recipients[0]?.tag });
    expect(createPublicKey(secret).asymmetricKeyType).toBe("rsa");
  });
});
