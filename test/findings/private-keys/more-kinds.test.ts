import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { bech32 } from "@scure/base";
import { describe, expect, test } from "vitest";
import { needlesIn } from "../../../src/findings/reading/needles.ts";
import { findPrivateKeys } from "../../../src/findings/private-keys/find.ts";

/** What a check does: only where a mark is there, it looks for keys. */
async function keysIn(content: string | Uint8Array) {
  const bytes = Buffer.from(content);
  return needlesIn(bytes).key ? findPrivateKeys(bytes) : [];
}

const store = (name: string) =>
  readFileSync(path.join(import.meta.dirname, "..", "..", "..", "fixtures", "key-stores", name));

describe("WireGuard", () => {
  // What wg genkey makes: 32 bytes, clamped.
  const bytes = Buffer.alloc(32, 0x5b);
  bytes[0] = 0x58;
  bytes[31] = 0x5b;
  const key = bytes.toString("base64");

  test.each([
    ["wg-quick", `[Interface]\nPrivateKey = ${key}\n`],
    ["NixOS", `networking.wireguard.interfaces.wg0.privateKey = "${key}";\n`],
    ["JSON", JSON.stringify({ privateKey: key })],
    ["a variable", `WG_PRIVATE_KEY=${key}\n`],
    ["another case", `privatekey=${key}`],
  ])("a private key as in %s is found", async (_, text) => {
    expect(await keysIn(text)).toMatchObject([
      { name: "a WireGuard private key", verified: true, offset: text.indexOf(key) },
    ]);
  });

  test("a preshared key is found", async () => {
    expect(await keysIn(`PresharedKey = ${key}\n`)).toMatchObject([{ name: "a WireGuard preshared key" }]);
  });

  test("32 bytes under that name that wg genkey cannot have made only look like one", async () => {
    const other = Buffer.alloc(32, 0xff).toString("base64");
    expect(await keysIn(`PrivateKey = ${other}\n`)).toMatchObject([{ verified: false }]);
  });

  test.each([
    `PublicKey = ${key}\n`,
    "privateKey = config.age.secrets.wg.path;\n",
    "PrivateKey = $KEY\n",
    `PrivateKeyFile = /run/secrets/wg\n`,
  ])("%s holds none", async (text) => {
    expect(await keysIn(text)).toEqual([]);
  });
});

describe("JSON Web Keys", () => {
  const pairs = {
    OKP: generateKeyPairSync("ed25519"),
    EC: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  };

  test.each(Object.entries(pairs))("a private one of type %s is found, its public half is not", async (type, pair) => {
    const secret = JSON.stringify(pair.privateKey.export({ format: "jwk" }), null, 2);
    const set = JSON.stringify({ keys: [pair.publicKey.export({ format: "jwk" }), JSON.parse(secret)] });

    expect(await keysIn(secret)).toMatchObject([
      { name: `a private JSON Web Key (${type})`, verified: true, offset: 0 },
    ]);
    expect(await keysIn(set)).toHaveLength(1);
    expect(await keysIn(JSON.stringify({ body: secret }))).toHaveLength(1);
    expect(await keysIn(JSON.stringify(pair.publicKey.export({ format: "jwk" })))).toEqual([]);
  });

  test("a symmetric one is found", async () => {
    expect(await keysIn(JSON.stringify({ kty: "oct", k: Buffer.alloc(32, 7).toString("base64url") }))).toHaveLength(1);
  });

  test("one that does not fit together only looks like one", async () => {
    expect(await keysIn('{"kty":"OKP","crv":"Ed25519","d":"AAAA","x":"AAAA"}')).toMatchObject([{ verified: false }]);
  });
});

describe("binary files", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

  test.each([
    ["a PKCS #8 private key", privateKey.export({ format: "der", type: "pkcs8" })],
    ["an RSA private key", privateKey.export({ format: "der", type: "pkcs1" })],
    ["an EC private key", elliptic.export({ format: "der", type: "sec1" })],
    ["a PKCS #12 private key", store("key.p12")],
  ])("%s in DER is found, also in base64", async (name, der) => {
    expect(await keysIn(der)).toMatchObject([{ name, verified: true, offset: 0 }]);
    expect(await keysIn(`key: ${der.toString("base64")}\n`)).toMatchObject([{ name, verified: true }]);
  });

  test.each([
    ["a public key", publicKey.export({ format: "der", type: "spki" })],
    ["a store of certificates", store("certificate.p12")],
    ["a text that begins with a zero", Buffer.from("0\x82\x01\x00 and so on")],
  ])("%s holds none", async (_, bytes) => {
    expect(await keysIn(bytes)).toEqual([]);
  });
});

test("an identity of a plugin without a payload only points to a key", async () => {
  const pointer = bech32.encodeFromBytes("age-plugin-1p-", new Uint8Array()).toUpperCase();

  expect(await keysIn(pointer)).toMatchObject([{ stub: true }]);
});
