import { createHash, randomBytes } from "node:crypto";
import { Decrypter, Encrypter, generateX25519Identity, type Stanza } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { openAge, sealAge, verifyAge } from "../../src/documents/age/file.ts";
import { isAge } from "../../src/documents/age/header-bytes.ts";
import { readAgeHeader } from "../../src/documents/age/stanzas.ts";
import { readHint } from "../../src/documents/age/reader-hint.ts";
import { passphraseRecipient, passphraseRing, scryptIdentity } from "../../src/keys/kinds/scrypt.ts";
import { parseIdentity } from "../../src/keys/kinds/x25519.ts";
import type { Identity, Recipient } from "../../src/keys/recipient.ts";
import { ed25519Identity } from "../../src/keys/kinds/ssh-ed25519.ts";
import { keyring } from "../../src/keys/index.ts";
import { flipped } from "../keys/stanzas.ts";
import { collect, cut, once } from "./bytes.ts";

const text = Buffer.from("a secret\n");
let secret = "";
let alice: Identity;
let reader: Recipient;

beforeAll(async () => {
  secret = await generateX25519Identity();
  alice = parseIdentity(secret);
  reader = first(alice);
});

function first(identity: Identity): Recipient {
  const [recipient] = identity.recipients;
  if (recipient === undefined) throw new Error("no recipient");
  return recipient;
}

async function seal(options: Partial<Parameters<typeof sealAge>[0]> = {}): Promise<Buffer> {
  const sealed = await sealAge({
    recipients: [reader],
    plaintext: text,
    armor: false,
    hint: false,
    keyring,
    ...options,
  });
  return collect(sealed.bytes);
}

async function open(file: Uint8Array, identity: Identity = alice): Promise<Buffer> {
  const plaintext = await openAge(once(file), (stanzas) => identity.unwrapFileKey(stanzas));
  return collect(plaintext);
}

describe("sealing and opening", () => {
  test("give back what went in, binary and armored, with and without the hint", async () => {
    for (const armor of [false, true]) {
      for (const hint of [false, true]) expect(await open(await seal({ armor, hint }))).toEqual(text);
    }
  });

  test("give back anything, however it comes in pieces", async () => {
    const sizes = fc.array(fc.nat(70_000), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.boolean(), sizes, async (plaintext, armor, pieces) => {
        const file = await seal({ plaintext: cut(plaintext, pieces), armor });
        const opened = await openAge(cut(file, pieces), (stanzas) => alice.unwrapFileKey(stanzas));
        expect((await collect(opened)).equals(plaintext)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("agree with the library", async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(secret);
    expect(Buffer.from(await decrypter.decrypt(await seal({ hint: true })))).toEqual(text);
    const encrypter = new Encrypter();
    encrypter.addRecipient(reader.text);
    expect(await open(await encrypter.encrypt(text))).toEqual(text);
  });

  test("never use a file key twice", async () => {
    const keys = await Promise.all(
      [1, 2, 3].map(async () => {
        const { fileKey } = await sealAge({
          recipients: [reader],
          plaintext: text,
          armor: false,
          hint: false,
          keyring,
        });
        return Buffer.from(fileKey).toString("hex");
      }),
    );
    expect(new Set(keys).size).toBe(3);
  });

  test("tell whether the file was armored and which stanzas it has", async () => {
    const header = await readAgeHeader(once(await seal({ armor: true })));
    expect(header.armored).toBe(true);
    expect(header.stanzas.map(({ args }) => args[0])).toEqual(["X25519"]);
  });
});

describe("the policy of a file", () => {
  test("nobody is not a reader", async () => {
    await expect(seal({ recipients: [] })).rejects.toMatchObject({ code: "refused" });
  });

  test("a passphrase stands alone, and has no hint beside it", async () => {
    const passphrase = { recipients: [passphraseRecipient], keyring: passphraseRing("pässword", { logN: 4 }) };
    await expect(seal({ ...passphrase, recipients: [passphraseRecipient, reader] })).rejects.toMatchObject({
      code: "refused",
    });
    const file = await seal({ ...passphrase, hint: true });
    const { stanzas } = await readAgeHeader(once(file));
    expect(stanzas.map(({ args }) => args[0])).toEqual(["scrypt"]);
    expect(await open(file, scryptIdentity("pässword"))).toEqual(text);
  });

  test("a reader who is named twice, by whichever face, has one stanza", async () => {
    const [ssh, native] = ed25519Identity(Buffer.alloc(32, 3)).recipients;
    const recipients = [reader, ssh, native, reader].filter((recipient) => recipient !== undefined);
    const { stanzas } = await readAgeHeader(once(await seal({ recipients })));
    expect(stanzas.map(({ args }) => args[0])).toEqual(["X25519", "ssh-ed25519"]);
  });

  test("a passphrase stanza that somebody put beside another is malformed for every key", async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(reader.text);
    encrypter.addRecipient({
      wrapFileKey: (key) => passphraseRing("pässword", { logN: 4 }).wrap(passphraseRecipient, key),
    });
    const file = await encrypter.encrypt(text);
    await expect(open(file)).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("what cannot be opened", () => {
  test("by anybody here is no-identity", async () => {
    const stranger = parseIdentity(await generateX25519Identity());
    await expect(open(await seal(), stranger)).rejects.toMatchObject({ code: "no-identity" });
  });

  test("passes on what the search for a key threw", async () => {
    const opening = openAge(once(await seal()), () => {
      throw new SecretsError("cannot-ask", "nobody is there");
    });
    await expect(opening).rejects.toMatchObject({ code: "cannot-ask" });
  });

  test("because its header was changed is tampered with", async () => {
    const encrypter = new Encrypter();
    const extra: Stanza = { args: ["example.org/note", "abc"], body: new Uint8Array(0) };
    encrypter.addRecipient(reader.text);
    encrypter.addRecipient({ wrapFileKey: () => [extra] });
    const file = Buffer.from(await encrypter.encrypt(text));
    const changed = flipped(file, file.indexOf("note abc"), 1);
    await expect(open(changed)).rejects.toMatchObject({ code: "tampered" });
  });

  test.each([
    ["nothing", "", "empty"],
    ["prose", "dear diary\n", "not an age file"],
    ["the beginning of a header", "age-encryption.org", "ends inside its header"],
    ["another version", "age-encryption.org/v2\n-> X25519 a\n", "unsupported version"],
    ["a later version", "age-encryption.org/v10\n", "unsupported version"],
    ["CRLF in a binary header", "age-encryption.org/v1\r\n", "header is malformed"],
    ["a header without end", "age-encryption.org/v1\n-> X25519 AAAA\n", "ends inside its header"],
    ["no MAC", "age-encryption.org/v1\n-> X25519 AAAA\nAAAA\n---\n", "header is malformed"],
    ["no stanza line", `age-encryption.org/v1\nX25519\n--- ${"A".repeat(43)}\n`, "header is malformed"],
    ["the armor of something else", "-----BEGIN PGP MESSAGE-----\n", "not an age file"],
    ["UTF-16", Buffer.from("\uFEFFage-encryption.org/v1\n", "utf16le"), "not an age file"],
  ])("because it is %s is malformed, for whoever reads the header and whoever opens it", async (_, bytes, why) => {
    const malformed = { name: "SecretsError", code: "malformed", message: expect.stringContaining(why) };
    await expect(readAgeHeader(once(Buffer.from(bytes)))).rejects.toMatchObject(malformed);
    await expect(open(Buffer.from(bytes))).rejects.toMatchObject(malformed);
  });

  test("because it was cut short, at any length, is a SecretsError", async () => {
    for (const armor of [false, true]) {
      const file = await seal({ armor, hint: true });
      for (let size = 0; size < file.length - 1; size++) {
        await expect(open(file.subarray(0, size))).rejects.toMatchObject({ name: "SecretsError" });
      }
    }
  });

  test("because any one bit is turned around is a SecretsError, or still opens to the same", async () => {
    for (const armor of [false, true]) {
      const file = await seal({ armor, hint: true });
      await fc.assert(
        fc.asyncProperty(fc.nat(file.length - 1), fc.nat(7), async (offset, bit) => {
          const outcome = await open(flipped(file, offset, bit)).catch((error: unknown) => error);
          // Blanks around the armor are not authenticated, and do not matter.
          expect(outcome instanceof SecretsError || text.equals(outcome as Buffer)).toBe(true);
        }),
        { numRuns: 150 },
      );
    }
  });

  test("is refused early where the header never ends", async () => {
    let given = 0;
    const endless = async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from("age-encryption.org/v1\n-> X25519 AAAA\n");
      for (; given < 10_000; given++) yield Buffer.alloc(4096, 0x41);
    };
    await expect(readAgeHeader(endless())).rejects.toMatchObject({ code: "malformed" });
    expect(given).toBeLessThan(1000);
  });

  test("is refused where the header has stanzas without number", async () => {
    const stanzas = "-> a\n\n".repeat(5000);
    const file = Buffer.from(`age-encryption.org/v1\n${stanzas}--- ${"A".repeat(43)}\n`);
    await expect(readAgeHeader(once(file))).rejects.toMatchObject({ message: expect.stringContaining("stanzas") });
  });

  test("closes its input, so that no file stays open", async () => {
    const closed = vi.fn();
    const source = async function* source(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield bytes;
        yield Buffer.from("\n");
      } finally {
        closed();
      }
    };
    const file = await seal();
    await expect(openAge(source(file), () => null)).rejects.toMatchObject({ code: "no-identity" });
    await expect(openAge(source(Buffer.from("x")), () => null)).rejects.toMatchObject({ code: "malformed" });
    await (await readAgeHeader(source(file))).close();
    await (await readAgeHeader(source(await seal({ armor: true })))).close();
    expect(closed).toHaveBeenCalledTimes(4);
  });
});

describe("reading the header alone", () => {
  test("needs no key and leaves the payload to be read", async () => {
    const file = await seal({ armor: true, hint: true, keyring });
    const { stanzas, armored, hint, payload } = await readAgeHeader(once(file));
    expect(armored).toBe(true);
    expect(stanzas).toHaveLength(2);
    expect(hint).toEqual(readHint(stanzas));
    // Nonce, plaintext and one tag.
    expect(await collect(payload)).toHaveLength(16 + text.length + 16);
  });

  test("is worth it for files that begin as age files do", async () => {
    expect(isAge((await seal()).subarray(0, 20))).toBe(true);
    expect(isAge(await seal({ armor: true }))).toBe(true);
    expect(isAge(Buffer.from(`\n\n${(await seal({ armor: true })).toString()}`))).toBe(true);
    expect(isAge(Buffer.from("age-encryption.org/v9\n"))).toBe(true);
    for (const other of ["", "age", "plain text", "-----BEGIN CERTIFICATE-----"]) {
      expect(isAge(Buffer.from(other))).toBe(false);
    }
  });
});

describe("verifying what was staged", () => {
  const sha256 = createHash("sha256").update(text).digest();

  async function staged(): Promise<{ file: Buffer; fileKey: Uint8Array }> {
    const { bytes, fileKey } = await sealAge({
      recipients: [reader],
      plaintext: text,
      armor: true,
      hint: true,
      keyring,
    });
    return { file: await collect(bytes), fileKey };
  }

  test("passes where it opens to what was meant", async () => {
    const { file, fileKey } = await staged();
    await expect(verifyAge(once(file), { fileKey, sha256 })).resolves.toBeUndefined();
  });

  test("fails where it opens to something else, or not at all, and calls it io", async () => {
    const { file, fileKey } = await staged();
    const io = { name: "SecretsError", code: "io" };
    await expect(verifyAge(once(file), { fileKey, sha256: randomBytes(32) })).rejects.toMatchObject(io);
    await expect(verifyAge(once(file), { fileKey: randomBytes(16), sha256 })).rejects.toMatchObject(io);
    await expect(verifyAge(once(file.subarray(0, -40)), { fileKey, sha256 })).rejects.toMatchObject(io);
    await expect(verifyAge(once(flipped(file, 100)), { fileKey, sha256 })).rejects.toMatchObject(io);
  });
});

describe("a large file", () => {
  test("passes through in constant memory", async () => {
    const piece = Buffer.alloc(256 * 1024, 7);
    const many = async function* many(): AsyncGenerator<Uint8Array, void, undefined> {
      for (let count = 0; count < 256; count++) yield piece;
    };
    for (const armor of [false, true]) {
      const { bytes } = await sealAge({ recipients: [reader], plaintext: many(), armor, hint: false, keyring });
      const plaintext = await openAge(bytes, (stanzas) => alice.unwrapFileKey(stanzas));
      let size = 0;
      let peak = 0;
      for await (const released of plaintext) {
        size += released.length;
        peak = Math.max(peak, released.length);
      }
      expect(size).toBe(256 * piece.length);
      expect(peak).toBeLessThanOrEqual(64 * 1024);
    }
  });
});
