import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient, type Stanza } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { openAge, sealAge } from "../../src/documents/age/file.ts";
import { keyring } from "../../src/keys/index.ts";
import { parseIdentity, parseRecipient } from "../../src/keys/kinds/mlkem768x25519.ts";
import type { Identity } from "../../src/keys/recipient.ts";
import { collect, once } from "../documents/bytes.ts";
import { altered, fileKey, flipped, stanzaFor } from "./stanzas.ts";

let secretText = "";
let publicText = "";
let identity: Identity;

beforeAll(async () => {
  secretText = await generateHybridIdentity();
  publicText = await identityToRecipient(secretText);
  identity = parseIdentity(secretText);
});

const wrapped = () => stanzaFor(parseRecipient(publicText));

describe("a post-quantum age key", () => {
  test("is the library's: the same recipient, and files open both ways", async () => {
    expect(identity.recipients.map(({ text }) => text)).toEqual([publicText]);
    const text = Buffer.from("secret");
    const recipients = identity.recipients;
    const { bytes } = await sealAge({ recipients, plaintext: text, armor: false, hint: true, keyring });
    const decrypter = new Decrypter();
    decrypter.addIdentity(secretText);
    expect(Buffer.from(await decrypter.decrypt(await collect(bytes)))).toEqual(text);
    const encrypter = new Encrypter();
    encrypter.addRecipient(publicText);
    const file = await encrypter.encrypt(text);
    const plaintext = await openAge(once(file), (stanzas) => identity.unwrapFileKey(stanzas));
    expect(await collect(plaintext)).toEqual(text);
  });

  test("passes over the stanzas of others and opens its own", async () => {
    const other = parseIdentity(await generateHybridIdentity());
    const foreign = await stanzaFor(other.recipients[0]);
    expect(await identity.unwrapFileKey([foreign, { args: ["X25519", "x"], body: new Uint8Array(3) }])).toBeNull();
    expect(await identity.unwrapFileKey([foreign, await wrapped()])).toEqual(fileKey);
  });

  test("does not open a stanza with one bit changed", async () => {
    const stanza = await wrapped();
    expect(await identity.unwrapFileKey([altered(stanza, { body: flipped(stanza.body, 3) })])).toBeNull();
  });

  test.each([
    ["without an argument", (stanza: Stanza) => altered(stanza, { args: stanza.args.slice(0, 1) })],
    ["with a short argument", (stanza: Stanza) => altered(stanza, { args: [stanza.args[0] ?? "", "AAAA"] })],
    ["with a short body", (stanza: Stanza) => altered(stanza, { body: stanza.body.subarray(1) })],
  ])("calls a stanza %s malformed", async (_, damage) => {
    const damaged = damage(await wrapped());
    expect(() => identity.unwrapFileKey([damaged])).toThrow(expect.objectContaining({ code: "malformed" }));
  });

  test("is refused in another case, cut or with one letter changed, without a word of it", () => {
    for (const text of [publicText.toUpperCase(), publicText.slice(0, -1), publicText.replace(/.$/, "b")]) {
      expect(() => parseRecipient(text)).toThrow("malformed post-quantum age recipient");
    }
    for (const text of [secretText.toLowerCase(), secretText.slice(0, -1)]) {
      expect(() => parseIdentity(text)).toThrow(
        expect.objectContaining({ message: "malformed post-quantum age identity" }),
      );
    }
  });

  test("does not share a file with a classic one", async () => {
    const { recipients } = (await import("../../src/keys/kinds/x25519.ts")).parseIdentity(
      "AGE-SECRET-KEY-1PXRAH86XA2JGJQ2UD9AJ78MXARVWY83WRV7P4UDK2YK4HVTSQSLQVX3L29",
    );
    const both = [...recipients, ...identity.recipients];
    const sealing = sealAge({ recipients: both, plaintext: Buffer.from("x"), armor: false, hint: false, keyring });
    await expect(sealing).rejects.toMatchObject({ code: "refused" });
  });
});
