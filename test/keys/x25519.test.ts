import { bech32 } from "@scure/base";
import { generateX25519Identity, identityToRecipient, type Stanza } from "age-encryption";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIdentity, parseRecipient } from "../../src/keys/kinds/x25519.ts";
import { altered, fileKey, stanzaFor } from "./stanzas.ts";

// fixtures/age/x25519.identity, made by age-keygen.
const secretText = "AGE-SECRET-KEY-1PXRAH86XA2JGJQ2UD9AJ78MXARVWY83WRV7P4UDK2YK4HVTSQSLQVX3L29";
const publicText = "age1yy4zlll5283a393gxw2s04l7nerlhzkz5ddc8z800a6lhpl2lfnq0kfcl4";

/** Every point of small order (RFC 7748, section 6.1, and what Curve25519's author lists), little-endian. */
const lowOrder = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
  .map((hex) => Buffer.from(hex, "hex"))
  // The highest bit means nothing.
  .flatMap((point) => [point, Buffer.concat([point.subarray(0, 31), Buffer.of((point[31] ?? 0) | 0x80)])]);

function unwrap(stanzas: readonly Stanza[]): unknown {
  return parseIdentity(secretText).unwrapFileKey(stanzas);
}

function wrapped(): Promise<Stanza> {
  return stanzaFor(parseRecipient(publicText));
}

describe("a native age key", () => {
  test("opens what was wrapped to its recipient", async () => {
    const identity = parseIdentity(secretText);
    expect(identity.recipients.map(({ text }) => text)).toEqual([publicText]);
    expect(identity.unwrapFileKey([await wrapped()])).toEqual(fileKey);
  });

  test("agrees with the library on who is whose", async () => {
    for (let round = 0; round < 20; round++) {
      const secret = await generateX25519Identity();
      expect(parseIdentity(secret).recipients[0]?.text).toBe(await identityToRecipient(secret));
    }
  });

  test("has its point as its id", () => {
    const recipient = parseRecipient(publicText);
    expect(recipient.id).toBe(`x25519:${Buffer.from(bech32.decodeToBytes(publicText).bytes).toString("hex")}`);
    expect(recipient).toMatchObject({ kind: "x25519", text: publicText, comment: "" });
    expect(recipient.tag).toBeUndefined();
  });

  test("makes another stanza each time", async () => {
    expect((await wrapped()).args[1]).not.toBe((await wrapped()).args[1]);
  });

  test("passes over the stanzas of others and opens its own", async () => {
    const [other] = parseIdentity(await generateX25519Identity()).recipients;
    const foreign = await stanzaFor(other);
    expect(unwrap([{ args: ["grease"], body: new Uint8Array(3) }, foreign])).toBeNull();
    expect(unwrap([foreign, await wrapped()])).toEqual(fileKey);
  });

  test.each(lowOrder)("refuses a recipient of low order, which anybody could open: %#", (point) => {
    const text = bech32.encodeFromBytes("age", point);
    expect(() => parseRecipient(text)).toThrow(expect.objectContaining({ code: "bad-key" }));
  });

  test.each(lowOrder)(
    "refuses a stanza with a share of low order, which any identity would open: %#",
    async (share) => {
      const stanza = await wrapped();
      const args = ["X25519", share.toString("base64").replace(/=+$/, "")];
      expect(() => unwrap([altered(stanza, { args })])).toThrow(expect.objectContaining({ code: "malformed" }));
    },
  );

  test.each([
    ["without an argument", (stanza: Stanza): Stanza => altered(stanza, { args: ["X25519"] })],
    ["with one argument more", (stanza: Stanza): Stanza => altered(stanza, { args: [...stanza.args, "x"] })],
    [
      "with a padded share",
      (stanza: Stanza): Stanza => altered(stanza, { args: ["X25519", `${stanza.args[1] ?? ""}=`] }),
    ],
    ["with a short share", (stanza: Stanza): Stanza => altered(stanza, { args: ["X25519", "AAAA"] })],
    ["with a short body", (stanza: Stanza): Stanza => altered(stanza, { body: stanza.body.subarray(1) })],
    [
      "with a long body",
      (stanza: Stanza): Stanza => altered(stanza, { body: Buffer.concat([stanza.body, Buffer.of(0)]) }),
    ],
  ])("calls a stanza %s malformed", async (_, damage) => {
    const damaged = damage(await wrapped());
    expect(() => unwrap([damaged])).toThrow(expect.objectContaining({ name: "SecretsError", code: "malformed" }));
  });

  test("is refused with one letter changed, wherever it is, and never quoted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: publicText.length - 1 }),
        fc.constantFrom("q", "p", "z", "r", "y", "9", "x", "8"),
        (at, letter) => {
          fc.pre(publicText[at] !== letter);
          const text = publicText.slice(0, at) + letter + publicText.slice(at + 1);
          expect(() => parseRecipient(text)).toThrow("malformed age recipient");
        },
      ),
    );
  });

  test.each([
    ["in lower case", secretText.toLowerCase()],
    ["in mixed case", secretText.replace("PXRA", "pxra")],
    ["too short", secretText.slice(0, -1)],
    ["with the wrong length inside", bech32.encodeFromBytes("AGE-SECRET-KEY-", new Uint8Array(31)).toUpperCase()],
    ["with another prefix", bech32.encodeFromBytes("age-secret-kay-", new Uint8Array(32)).toUpperCase()],
  ])("an identity %s is refused without a word of it", (_, text) => {
    expect(() => parseIdentity(text)).toThrow(
      expect.objectContaining({ code: "bad-key", message: "malformed age identity" }),
    );
  });

  test.each([
    ["in upper case", publicText.toUpperCase()],
    ["in mixed case", publicText.replace("yy4", "YY4")],
    ["with the wrong length inside", bech32.encodeFromBytes("age", new Uint8Array(33))],
  ])("a recipient %s is refused", (_, text) => {
    expect(() => parseRecipient(text)).toThrow(
      expect.objectContaining({ code: "bad-key", message: "malformed age recipient" }),
    );
  });
});
