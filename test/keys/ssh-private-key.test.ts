import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import { keyring, parseRecipient } from "../../src/keys/index.ts";
import type { Identity, IdentitySource, LockedIdentity } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";
import { ciphers, hasSshKeygen, type KeyPair, makeKey } from "./ssh-keygen.ts";

const fileKey = Buffer.from("YELLOW SUBMARINE");
const passphrase = "pässword";

async function load(secret: Uint8Array | string, publicKey?: string): Promise<IdentitySource> {
  const { identities } = await parseIdentityFile(Buffer.from(secret), { origin: "key", publicKey });
  const [source] = identities;
  if (source === undefined) throw new Error("no identity");
  return source;
}

async function loadLocked(pair: KeyPair, publicKey?: string): Promise<LockedIdentity> {
  const source = await load(pair.secret, publicKey);
  if (!isLocked(source)) throw new Error("not locked");
  return source;
}

async function loadPlain(secret: Uint8Array | string): Promise<Identity> {
  const source = await load(secret);
  if (isLocked(source)) throw new Error("locked");
  return source;
}

/** Whether what is wrapped to the public half opens with the private half. */
async function belong(identity: Identity | undefined, publicKey: string): Promise<boolean> {
  const recipient = await parseRecipient(publicKey);
  const opened = await identity?.unwrapFileKey(await keyring.wrap(recipient, fileKey));
  return identity?.recipients[0]?.text === recipient.text && fileKey.equals(opened ?? Buffer.of());
}

const types = [
  { type: "ed25519", options: [], name: "ssh-ed25519" },
  { type: "rsa", options: ["-b", "2048"], name: "ssh-rsa" },
];

describe.skipIf(!hasSshKeygen)("keys of ssh-keygen", () => {
  describe.each(types)("$type", ({ type, options, name }) => {
    test("a plain OpenSSH key opens what its public half wraps, and keeps its comment", async () => {
      const pair = makeKey(type, options);
      const identity = await loadPlain(pair.secret);
      expect(await belong(identity, pair.publicKey)).toBe(true);
      expect(identity.recipients[0]?.kind).toBe(name);
      expect(identity.recipients[0]?.comment).toBe("a comment");
    });

    test.each(ciphers)("a key under %s says whose it is, refuses a wrong passphrase and opens", async (cipher) => {
      const pair = makeKey(type, [...options, "-a", "1", "-Z", cipher], passphrase);
      const locked = await loadLocked(pair);
      expect(locked.recipients?.[0]?.text).toBe((await parseRecipient(pair.publicKey)).text);
      expect(locked.recipients?.[0]?.kind).toBe(name);
      const wrong = loadLocked(pair).then((key) => key.unlock(() => Promise.resolve("wrong")));
      await expect(wrong).rejects.toMatchObject({ name: "SecretsError", code: "wrong-passphrase" });
      const [identity] = await locked.unlock(() => Promise.resolve(passphrase));
      expect(await belong(identity, pair.publicKey)).toBe(true);
    });

    test("the usual number of rounds and cipher open", async () => {
      const pair = makeKey(type, options, passphrase);
      const [identity] = await (await loadLocked(pair)).unlock(() => Promise.resolve(passphrase));
      expect(await belong(identity, pair.publicKey)).toBe(true);
    });
  });

  test.each(["PEM", "PKCS8"])("an RSA key in plain %s opens", async (format) => {
    const pair = makeKey("rsa", ["-b", "2048", "-m", format]);
    expect(await belong(await loadPlain(pair.secret), pair.publicKey)).toBe(true);
  });

  test.each(["PEM", "PKCS8"])(
    "an RSA key in %s under a passphrase knows its public half from the .pub",
    async (format) => {
      const pair = makeKey("rsa", ["-b", "2048", "-m", format], passphrase);
      const blind = await loadLocked(pair);
      expect(blind.recipients).toBeUndefined();
      expect(blind.kind).toBe("ssh-rsa");
      await expect(blind.unlock(() => Promise.resolve("wrong"))).rejects.toMatchObject({ code: "wrong-passphrase" });
      const seeing = await loadLocked(pair, pair.publicKey);
      expect(seeing.recipients?.[0]?.text).toBe((await parseRecipient(pair.publicKey)).text);
      const [identity] = await seeing.unlock(() => Promise.resolve(passphrase));
      expect(await belong(identity, pair.publicKey)).toBe(true);
    },
  );

  test("the .pub of another key beside a PEM key is a mismatch", async () => {
    const pair = makeKey("rsa", ["-b", "2048", "-m", "PEM"], passphrase);
    const other = makeKey("rsa", ["-b", "2048"]);
    const locked = await loadLocked(pair, other.publicKey);
    await expect(locked.unlock(() => Promise.resolve(passphrase))).rejects.toMatchObject({
      code: "bad-key",
      message: expect.stringContaining("do not belong together"),
    });
  });

  test("a broken .pub beside a PEM key makes the question less exact and no more", async () => {
    const pair = makeKey("rsa", ["-b", "2048", "-m", "PEM"], passphrase);
    const locked = await loadLocked(pair, "garbage");
    expect(locked.recipients).toBeUndefined();
    const [identity] = await locked.unlock(() => Promise.resolve(passphrase));
    expect(await belong(identity, pair.publicKey)).toBe(true);
  });

  test("an OpenSSH key whose public half was exchanged is a mismatch", async () => {
    const pair = makeKey("ed25519");
    const other = makeKey("ed25519");
    const bytes = Buffer.from(bodyOf(pair.secret.toString()), "base64");
    const foreign = Buffer.from(other.publicKey.split(" ")[1] ?? "", "base64");
    const own = Buffer.from(pair.publicKey.split(" ")[1] ?? "", "base64");
    foreign.copy(bytes, bytes.indexOf(own));
    await expect(load(armored(bytes))).rejects.toMatchObject({
      code: "bad-key",
      message: expect.stringContaining("do not belong together"),
    });
  });

  test("a passphrase is asked for once, however often and however the key is unlocked", async () => {
    const locked = await loadLocked(makeKey("ed25519", [], passphrase));
    const ask = vi.fn(() => Promise.resolve(passphrase));
    const [first, second] = await Promise.all([locked.unlock(ask), locked.unlock(ask)]);
    expect(await locked.unlock(ask)).toBe(first);
    expect(second).toBe(first);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask).toHaveBeenCalledWith("key");
  });

  test("a wrong passphrase can be corrected, and the right one is not asked for again", async () => {
    const locked = await loadLocked(makeKey("ed25519", [], passphrase));
    const ask = vi.fn(() => Promise.resolve(passphrase)).mockResolvedValueOnce("");
    await expect(locked.unlock(ask)).rejects.toMatchObject({ code: "wrong-passphrase" });
    expect(await locked.unlock(ask)).toHaveLength(1);
    expect(await locked.unlock(ask)).toHaveLength(1);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test("CRLF line ends and blanks around the key do not matter", async () => {
    const pair = makeKey("ed25519");
    const text = `\n${pair.secret.toString().replaceAll("\n", "\r\n")}\r\n`;
    expect(await belong(await loadPlain(text), pair.publicKey)).toBe(true);
    const rsa = makeKey("rsa", ["-b", "2048", "-m", "PEM"]);
    expect(await belong(await loadPlain(rsa.secret.toString().replaceAll("\n", "\r\n")), rsa.publicKey)).toBe(true);
  });

  test.each(["ecdsa", "dsa"])("an %s key is told by its kind, without its passphrase", async (type) => {
    const made = tryKey(type, passphrase);
    if (made === undefined) return;
    await expect(load(made.secret)).rejects.toMatchObject({ code: "bad-key", message: expect.stringContaining(type) });
  });

  test.each(["PEM", "PKCS8"])("an ecdsa key in %s is told by its kind", async (format) => {
    const pair = makeKey("ecdsa", ["-m", format]);
    await expect(load(pair.secret)).rejects.toMatchObject({
      code: "bad-key",
      message: expect.stringContaining("ecdsa"),
    });
  });

  test("an RSA key of 1024 bits is refused with its size, also before its passphrase", async () => {
    for (const secret of ["", passphrase].map((word) => makeKey("rsa", ["-b", "1024"], word).secret)) {
      await expect(load(secret)).rejects.toMatchObject({
        code: "bad-key",
        message: expect.stringContaining("1024 bits"),
      });
    }
  });

  test("every single damaged byte of a container is an error or the same key, never another throw", async () => {
    const pair = makeKey("ed25519");
    const bytes = Buffer.from(bodyOf(pair.secret.toString()), "base64");
    const { text } = await parseRecipient(pair.publicKey);
    for (let offset = 0; offset < bytes.length; offset++) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(offset) ^ 0x01, offset);
      const outcome = await loadPlain(armored(damaged)).then(
        (identity) => identity.recipients[0]?.text,
        (error: unknown) => (error instanceof SecretsError ? "refused" : error),
      );
      expect(["refused", text]).toContain(outcome);
    }
  });

  test("a truncated container is malformed at every length", async () => {
    const bytes = Buffer.from(bodyOf(makeKey("ed25519", [], passphrase).secret.toString()), "base64");
    for (let length = 0; length < bytes.length; length++) {
      await expect(load(armored(bytes.subarray(0, length)))).rejects.toMatchObject({ code: "bad-key" });
    }
  });

  test("a container that asks for too many rounds is refused before any is done", async () => {
    const pair = makeKey("ed25519", [], passphrase);
    const bytes = Buffer.from(bodyOf(pair.secret.toString()), "base64");
    // u32 length of the options, u32 length of the salt, 16 bytes of salt, u32 rounds.
    const options = bytes.indexOf("bcrypt") + "bcrypt".length;
    bytes.writeUInt32BE(0x7fff_ffff, options + 4 + 4 + 16);
    await expect(load(armored(bytes))).rejects.toMatchObject({
      code: "bad-key",
      message: expect.stringContaining("rounds"),
    });
  });
});

describe("keys of other kinds and files that are none", () => {
  test("an ed25519 key in PKCS#8 opens, plain and under a passphrase", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const plain = await loadPlain(privateKey.export({ format: "pem", type: "pkcs8" }));
    const locked = privateKey.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase });
    const source = await load(locked);
    if (!isLocked(source)) throw new Error("not locked");
    const [identity] = await source.unlock(() => Promise.resolve(passphrase));
    expect(await belong(identity, plain.recipients[0]?.text ?? "")).toBe(true);
  });

  test.each(["x25519", "ed448"] as const)("a %s key is told by its kind", async (type) => {
    // The overloads know each name alone, and not their union.
    const { privateKey } = type === "x25519" ? generateKeyPairSync("x25519") : generateKeyPairSync("ed448");
    const pem = privateKey.export({ format: "pem", type: "pkcs8" });
    await expect(load(pem)).rejects.toMatchObject({ code: "bad-key", message: expect.stringContaining(type) });
  });

  test("an RSA-PSS key is told by its kind", async () => {
    const { privateKey } = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const pem = privateKey.export({ format: "pem", type: "pkcs8" });
    await expect(load(pem)).rejects.toMatchObject({ code: "bad-key", message: expect.stringContaining("rsa-pss") });
  });

  test.each([
    ["a PuTTY key", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "puttygen"],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN"],
    ["a key without its end", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n", "-----END"],
    [
      "a key with something behind it",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\nAAAA\n",
      "-----END",
    ],
  ])("%s is refused with a way out", async (_, text, hint) => {
    await expect(load(text)).rejects.toMatchObject({ code: "bad-key", hint: expect.stringContaining(hint) });
  });

  test("garbage between the lines of a private key is malformed and never quoted", async () => {
    for (const title of ["OPENSSH PRIVATE KEY", "PRIVATE KEY", "RSA PRIVATE KEY"]) {
      const text = `-----BEGIN ${title}-----\nsecretsecret!\n-----END ${title}-----\n`;
      const error: unknown = await load(text).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: "SecretsError", code: "bad-key", at: { file: "key" } });
      expect(JSON.stringify(error) + String(error)).not.toContain("secretsecret");
    }
  });

  test("a PEM key under a cipher that is not known is told before its passphrase is asked for", async () => {
    const text =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ROT-13,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    await expect(load(text)).rejects.toMatchObject({ code: "bad-key" });
  });

  test("more than 16 KiB is not a SSH key", async () => {
    const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"A".repeat(17 * 1024)}\n-----END OPENSSH PRIVATE KEY-----\n`;
    await expect(load(text)).rejects.toMatchObject({ code: "bad-key", message: expect.stringContaining("too large") });
  });
});

function bodyOf(pem: string): string {
  return pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
}

function armored(bytes: Uint8Array): string {
  const body = Buffer.from(bytes).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Newer versions of ssh-keygen do not make every type any more. */
function tryKey(type: string, word: string): KeyPair | undefined {
  try {
    return makeKey(type, [], word);
  } catch {
    return undefined;
  }
}
