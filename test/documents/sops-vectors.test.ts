/**
 * Do we get the known answers that are published for sops?
 *
 * The vectors stand on a page beside the project, `shared/spec/sops-vectors.md`, and are read from there: its blocks are data
 * of others. Without the page its tests are skipped by name; under SECRETS_REQUIRE_PEERS=1 they fail.
 */
import { existsSync, readFileSync } from "node:fs";
import { dataKeyFrom, type DataKey } from "../../src/crypto/data-key.ts";
import { describe, expect, test } from "vitest";
import { combineShares } from "../../src/crypto/shamir.ts";
import { parseEnc, sealWith, type SealedType } from "../../src/crypto/value-cipher.ts";
import { openAge } from "../../src/documents/age/file.ts";
import { macText } from "../../src/documents/sops/mac.ts";
import { openScalar } from "../../src/documents/sops/value.ts";
import { scalarOf } from "../../src/formats/scalar.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import { parseRecipient } from "../../src/keys/index.ts";
import type { Identity } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";
import { collect, once } from "./bytes.ts";
import { identitiesOf } from "./ring.ts";

const PAGE = new URL("../../../shared/spec/sops-vectors.md", import.meta.url);
const isThere = existsSync(PAGE);
const isRequired = process.env["SECRETS_REQUIRE_PEERS"] === "1";
const page = isThere ? readFileSync(PAGE, "utf8") : "";

/** The part of the page from `from` up to the first `to` behind it. */
function part(from: string, to: string): string {
  const start = page.indexOf(from);
  expect({ [from]: start >= 0 }).toEqual({ [from]: true });
  const end = page.indexOf(to, start + from.length);
  return page.slice(start, end === -1 ? undefined : end);
}

/** What a pattern finds in a part, which must be there. */
function found(text: string, pattern: RegExp): string {
  const [, group = ""] = pattern.exec(text) ?? [];
  expect({ [String(pattern)]: group !== "" }).toEqual({ [String(pattern)]: true });
  return group;
}

const armored = (text: string) => found(text, /(-----BEGIN AGE[^]*?-----END AGE ENCRYPTED FILE-----\n)/);
const key = (): DataKey => dataKeyFrom(Buffer.alloc(32, "f"));
const ENC = /`?(ENC\[[^\]]*\])/;

async function opensTo(file: string, identities: readonly Identity[]): Promise<string> {
  const plaintext = await openAge(once(Buffer.from(file)), async (stanzas) => {
    for (const identity of identities) {
      const fileKey = await identity.unwrapFileKey(stanzas);
      if (fileKey !== null) return fileKey;
    }
    return null;
  });
  return (await collect(plaintext)).toString();
}

const native = () => part("\nB2.", "\nB3.");
const nativeKey = () => found(native(), /^identity `(.*)`$/m);

/** The lines of section E: AAD, type, value and the sealed text. */
function derived() {
  const lines = part("## E.", "\nMAC texts").matchAll(/^AAD (\S+) +(\w+) +(.+?) {2,}(ENC\[.*\])$/gm);
  return [...lines].map(([, aad = "", type = "", value = "", enc = ""]) => ({
    aad,
    scalar: scalarOf(type as SealedType, value.replace(/^"(.*)"$/, "$1")),
    enc,
  }));
}

describe("the page of known answers", () => {
  test.runIf(isRequired)("is there", () => {
    expect(isThere).toBe(true);
  });
});

const title = isThere ? "the known answers of sops" : "the page of known answers is not there, so this is skipped";
describe.skipIf(!isThere)(title, () => {
  test("B1: a value of sops' own tests opens under its path and no other", () => {
    const text = part("\nB1.", "\nB2.");
    const enc = found(text, ENC);
    const aad = found(text, /AAD `([^`]*)`/);
    expect(openScalar(key(), aad, enc)).toEqual(scalarOf("str", found(text, /plaintext `([^`]*)`/)));
    expect(() => openScalar(key(), "", enc)).toThrow("does not authenticate");
  });

  test("B2: a data key for a native recipient opens with its identity alone", async () => {
    const file = armored(native());
    const identities = await identitiesOf(nativeKey());
    expect(identities.flatMap(({ recipients }) => recipients.map(({ text }) => text))).toEqual([
      found(native(), /^recipient `(.*)`$/m),
    ]);
    expect(await opensTo(file, identities)).toBe("data");
    const stranger = await identitiesOf(found(native(), /^other .*`(AGE-.*)`$/m));
    await expect(opensTo(file, stranger)).rejects.toMatchObject({ code: "no-identity" });
  });

  test("B2: a hybrid identity is one, and opens nothing that is for a native key", async () => {
    const hybrid = await identitiesOf(found(native(), /^hybrid .*`(AGE-.*)`$/m));
    expect(hybrid[0]?.recipients[0]?.text).toMatch(/^age1pq1/);
    await expect(opensTo(armored(native()), hybrid)).rejects.toMatchObject({ code: "no-identity" });
  });

  test("B3: an identity under a passphrase is that of B2", async () => {
    const text = part("\nB3.", "\nB4.");
    const { identities } = await parseIdentityFile(Buffer.from(armored(text)), { origin: "locked" });
    const [locked] = identities;
    if (locked === undefined || !isLocked(locked)) throw new Error("not locked");
    const unlocked = await locked.unlock(() => Promise.resolve(found(text, /passphrase `([^`]*)`/)));
    expect(await opensTo(armored(native()), unlocked)).toBe("data");
  });

  test("B4: a data key for an SSH recipient opens with its key", async () => {
    const text = part("\nB4.", "\n## ");
    const identities = await identitiesOf(found(text, /(-----BEGIN OPENSSH[^]*?-----END OPENSSH PRIVATE KEY-----\n)/));
    const recipient = await parseRecipient(found(text, /^recipient `(.*)`$/m));
    expect(identities[0]?.recipients[0]?.id).toBe(recipient.id);
    expect(await opensTo(armored(text), identities)).toBe("data");
  });

  test("E: every type is sealed to the derived text, and opened", () => {
    const vectors = derived();
    expect(vectors.map(({ scalar }) => scalar.type)).toEqual(
      expect.arrayContaining(["bool", "int", "float", "time", "comment", "str"]),
    );
    for (const { aad, scalar, enc } of vectors) {
      const { iv } = parseEnc(enc);
      expect(Buffer.from(iv)).toEqual(Buffer.from(Array.from({ length: 32 }, (_, index) => index)));
      expect(sealWith(key(), { aad, scalar, iv })).toBe(enc);
      expect(openScalar(key(), aad, enc)).toEqual(scalar);
    }
  });

  test("E: the MAC texts of one value, in both modes", () => {
    const text = part("\nMAC texts", "\nShamir");
    const [ordinary, onlyEncrypted] = [...text.matchAll(/`([0-9A-F]{128})`/g)].map(([, digits]) => digits);
    const leaf = { scalar: scalarOf("str", found(text, /single leaf `([^`]*)`/)), selected: true };
    expect(macText([leaf], false)).toBe(ordinary);
    expect(macText([leaf], true)).toBe(onlyEncrypted);
  });

  test("E: any two of the derived shares make the secret", async () => {
    const text = part("\nShamir", "\n## ");
    const number = (digits: string) => Number.parseInt(digits, 16);
    const secret = number(found(text, /secret byte 0x([0-9a-fA-F]+)/));
    const shares = [...text.matchAll(/\((?:x=)?(\d+), ?(?:y=)?0x([0-9A-F]+)\)/g)].map(([, x = "", y = ""]) =>
      Uint8Array.from([number(y), Number(x)]),
    );
    expect(shares).toHaveLength(3);
    for (const without of shares) {
      const two = shares.filter((share) => share !== without);
      expect(await combineShares(two)).toEqual(Uint8Array.from([secret]));
    }
  });
});
