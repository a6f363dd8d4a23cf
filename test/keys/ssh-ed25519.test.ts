import { randomBytes } from "node:crypto";
import type { Stanza } from "age-encryption";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRecipient } from "../../src/keys/index.ts";
import { ed25519Blob, ed25519Faces, ed25519Identity, possibleTags } from "../../src/keys/kinds/ssh-ed25519.ts";
import { altered, fileKey, flipped, stanzaFor } from "./stanzas.ts";

// fixtures/age/ssh-ed25519.identity.pub, made by ssh-keygen; age writes this tag for it.
const publicText = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH4ebh1WjPMRV6EE4Bge2mfdBqPFOl9QiAoV5mr4ElWa";
const seed = Buffer.alloc(32, 9);

describe("an ed25519 SSH key", () => {
  test("opens ssh-ed25519 stanzas and X25519 stanzas: it is both faces", async () => {
    const identity = ed25519Identity(seed, "me@here");
    const [ssh, native] = identity.recipients;
    expect([ssh?.kind, native?.kind]).toEqual(["ssh-ed25519", "x25519"]);
    expect(ssh?.id).toBe(native?.id);
    expect([ssh?.comment, native?.comment]).toEqual(["me@here", "me@here"]);
    expect(identity.unwrapFileKey([await stanzaFor(ssh)])).toEqual(fileKey);
    expect(identity.unwrapFileKey([await stanzaFor(native)])).toEqual(fileKey);
    expect(native?.text).toMatch(/^age1[^1]+$/);
  });

  test("keeps its comment apart from what it is", async () => {
    const [plain, commented] = [await parseRecipient(publicText), await parseRecipient(`${publicText}  me and  you `)];
    expect(plain.comment).toBe("");
    expect(commented.comment).toBe("me and  you");
    expect([commented.text, commented.id, commented.tag]).toEqual([plain.text, plain.id, plain.tag]);
    expect(plain.text).toBe(publicText);
    expect(plain.tag).toBe("+4crPQ");
  });

  test("wraps under a tag of six characters", async () => {
    const stanza = await stanzaFor(await parseRecipient(publicText));
    expect(stanza.args.slice(0, 2)).toEqual(["ssh-ed25519", "+4crPQ"]);
    expect(stanza.body).toHaveLength(32);
  });

  test("of every seed agrees with the native identity that is its other face", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (bytes) => {
        const identity = ed25519Identity(bytes);
        const [ssh, native] = identity.recipients;
        expect(identity.unwrapFileKey([await stanzaFor(ssh)])).toEqual(fileKey);
        expect(identity.unwrapFileKey([await stanzaFor(native)])).toEqual(fileKey);
        expect(possibleTags(native?.id ?? "")).toContain(ssh?.tag);
      }),
      { numRuns: 50 },
    );
  });

  test("passes over stanzas with another tag", async () => {
    const other = await stanzaFor(await parseRecipient(publicText));
    const identity = ed25519Identity(seed);
    expect(identity.unwrapFileKey([other])).toBeNull();
    expect(identity.unwrapFileKey([other, await stanzaFor(identity.recipients[0])])).toEqual(fileKey);
  });

  test("with its tag on a stanza that does not authenticate says tampered, and not no match", async () => {
    const identity = ed25519Identity(seed);
    const stanza = await stanzaFor(identity.recipients[0]);
    const body = flipped(stanza.body, 0);
    expect(() => identity.unwrapFileKey([altered(stanza, { body })])).toThrow(
      expect.objectContaining({ code: "tampered" }),
    );
  });

  test.each([
    ["without its share", (stanza: Stanza): Stanza => altered(stanza, { args: stanza.args.slice(0, 2) })],
    ["with one argument more", (stanza: Stanza): Stanza => altered(stanza, { args: [...stanza.args, "x"] })],
    ["with a short share", (stanza: Stanza): Stanza => altered(stanza, { args: [...stanza.args.slice(0, 2), "AAAA"] })],
    ["with a short body", (stanza: Stanza): Stanza => altered(stanza, { body: stanza.body.subarray(1) })],
    [
      "with a share of low order",
      (stanza: Stanza): Stanza => altered(stanza, { args: [...stanza.args.slice(0, 2), "A".repeat(43)] }),
    ],
  ])("calls a stanza %s malformed", async (_, damage) => {
    const identity = ed25519Identity(seed);
    const damaged = damage(await stanzaFor(identity.recipients[0]));
    expect(() => identity.unwrapFileKey([damaged])).toThrow(
      expect.objectContaining({ name: "SecretsError", code: "malformed" }),
    );
  });

  test("that is not a point of the curve is refused", () => {
    const refused = Array.from({ length: 60 }, () => ed25519Blob(randomBytes(32))).filter((blob) => {
      try {
        ed25519Faces(blob);
        return false;
      } catch {
        return true;
      }
    });
    // About half of all strings are no points; that none or all of sixty are is as good as impossible.
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(60);
  });

  test.each([
    ["the identity", Buffer.concat([Buffer.of(1), Buffer.alloc(31)])],
    ["a point of order 2", Buffer.from(`ec${"ff".repeat(30)}7f`, "hex")],
    ["a point of order 4", Buffer.alloc(32)],
  ])("that is %s is refused", (_, publicKey) => {
    expect(() => ed25519Faces(ed25519Blob(publicKey))).toThrow(expect.objectContaining({ code: "bad-key" }));
  });

  test.each([
    ["cut short", publicText.slice(0, -4)],
    ["without its blob", "ssh-ed25519 "],
    ["of another type inside", publicText.replace("ssh-ed25519 ", "ssh-rsa ")],
    [
      "with something behind the key",
      `ssh-ed25519 ${Buffer.concat([ed25519Blob(seed), Buffer.of(0)]).toString("base64")}`,
    ],
    ["with a short key inside", `ssh-ed25519 ${ed25519Blob(seed.subarray(1)).toString("base64")}`],
    ["that is not base64", "ssh-ed25519 AAAA!!!!"],
  ])("%s is refused without a word of it", async (_, text) => {
    const error: unknown = await parseRecipient(text).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "SecretsError", code: "bad-key" });
    expect(String(error)).not.toContain("AAAA");
  });
});
