import type { Stanza } from "age-encryption";
import { describe, expect, test } from "vitest";
import { passphraseRecipient, passphraseRing, scryptIdentity } from "../../src/keys/kinds/scrypt.ts";
import { altered, fileKey, stanzaFor } from "./stanzas.ts";

const cheap = { logN: 4 };

function wrapped(): Promise<Stanza> {
  return stanzaFor(passphraseRecipient, passphraseRing("pässword", cheap));
}

describe("a passphrase", () => {
  test("opens what it wrapped", async () => {
    expect(await scryptIdentity("pässword").unwrapFileKey([await wrapped()])).toEqual(fileKey);
  });

  test("that is another one opens nothing, which is not an error here", async () => {
    expect(await scryptIdentity("password").unwrapFileKey([await wrapped()])).toBeNull();
  });

  test("has nothing to do with files for keys", async () => {
    expect(
      await scryptIdentity("x").unwrapFileKey([{ args: ["X25519", "AAAA"], body: new Uint8Array(32) }]),
    ).toBeNull();
  });

  test("that is empty is refused on both sides", () => {
    expect(() => passphraseRing("")).toThrow(expect.objectContaining({ code: "refused" }));
    expect(() => scryptIdentity("")).toThrow(expect.objectContaining({ code: "refused" }));
  });

  test("costs a work factor of 18 unless a test says otherwise", async () => {
    const stanza = await stanzaFor(passphraseRecipient, passphraseRing("pässword"));
    expect(stanza.args[2]).toBe("18");
    expect(await scryptIdentity("pässword").unwrapFileKey([stanza])).toEqual(fileKey);
  });

  test("stands alone: a second stanza of any kind is malformed", async () => {
    const stanza = await wrapped();
    for (const other of [stanza, { args: ["grease"], body: new Uint8Array(0) }]) {
      const unwrapping = scryptIdentity("pässword").unwrapFileKey([other, stanza]);
      await expect(unwrapping).rejects.toMatchObject({ code: "malformed" });
    }
  });

  test.each(["23", "0", "018", "+18", "-1", "0x12", "18 ", "99999999999999999999", "1e1", ""])(
    "with the work factor %j is refused before any work is done",
    async (logN) => {
      const stanza = await wrapped();
      const args = [stanza.args[0] ?? "", stanza.args[1] ?? "", logN];
      const unwrapping = scryptIdentity("pässword").unwrapFileKey([altered(stanza, { args })]);
      await expect(unwrapping).rejects.toMatchObject({ name: "SecretsError", code: "malformed" });
    },
  );

  test("with a salt of another length or spelling is refused", async () => {
    const stanza = await wrapped();
    for (const salt of ["AAAA", `${stanza.args[1] ?? ""}=`, ""]) {
      const args = ["scrypt", salt, "4"];
      const unwrapping = scryptIdentity("pässword").unwrapFileKey([altered(stanza, { args })]);
      await expect(unwrapping).rejects.toMatchObject({ code: "malformed" });
    }
  });
});
