/**
 * Do age, Debian's age 1.1.1 and rage open what we make, and do we open what they make?
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateHybridIdentity, generateX25519Identity } from "age-encryption";
import { afterAll, beforeAll, expect } from "vitest";
import { openAge, sealAge } from "../../src/documents/age/file.ts";
import { readAgeHeader } from "../../src/documents/age/stanzas.ts";
import { agreement } from "../../src/documents/age/readers.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import type { Identity, Keyring, Recipient } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";
import { passphraseRecipient, passphraseRing, scryptIdentity } from "../../src/keys/kinds/scrypt.ts";
import { keyring } from "../../src/keys/index.ts";
import { collect, once } from "../documents/bytes.ts";
import { hasSshKeygen, makeKey } from "../keys/ssh-keygen.ts";
import { type Check, describePeer, peer, run } from "./peer.ts";

const passphrase = "correct horse battery staple";

interface Key {
  /** The path of the identity file, as the peers take it. */
  readonly file: string;
  readonly identity: Identity;
  readonly recipient: Recipient;
}

let directory = "";
const keys = new Map<string, Key>();

const sshKeys: Record<string, () => { secret: Buffer }> = {
  "ssh-ed25519": () => makeKey("ed25519"),
  "ssh-rsa 2048": () => makeKey("rsa", ["-b", "2048"]),
  "ssh-rsa 3072 (PKCS#1)": () => makeKey("rsa", ["-b", "3072", "-m", "PEM"]),
  "ssh-rsa 4096": () => makeKey("rsa", ["-b", "4096"]),
};
const nativeKeys: Record<string, () => Promise<string>> = {
  x25519: generateX25519Identity,
  "post-quantum": generateHybridIdentity,
};
/** Of these every peer knows. */
const kinds = ["x25519", ...(hasSshKeygen ? Object.keys(sshKeys) : [])];

async function makeKeyOf(kind: string): Promise<Key> {
  const native = await nativeKeys[kind]?.();
  const secret = native === undefined ? sshKeys[kind]?.().secret : Buffer.from(`${native}\n`);
  if (secret === undefined) throw new Error(`no such kind: ${kind}`);
  const file = join(directory, kind.replace(/\W/g, "_"));
  writeFileSync(file, secret, { mode: 0o600 });
  const { identities } = await parseIdentityFile(secret, { origin: kind });
  const [identity] = identities;
  if (identity === undefined || isLocked(identity)) throw new Error(`unusable: ${kind}`);
  const [recipient] = identity.recipients;
  if (recipient === undefined) throw new Error(`no recipient: ${kind}`);
  return { file, identity, recipient };
}

function key(kind: string): Key {
  const found = keys.get(kind);
  if (found === undefined) throw new Error(`no such kind: ${kind}`);
  return found;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "interop-age-"));
  for (const kind of [...kinds, "post-quantum"]) keys.set(kind, await makeKeyOf(kind));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Shape {
  readonly armor: boolean;
  readonly hint?: boolean;
  readonly plaintext?: Uint8Array;
  readonly ring?: Keyring;
}

async function sealed(
  recipients: readonly Recipient[],
  { armor, hint = false, plaintext = text, ring = keyring }: Shape,
): Promise<Buffer> {
  const { bytes } = await sealAge({ recipients, plaintext, armor, hint, keyring: ring });
  return collect(bytes);
}

async function opened(file: Uint8Array, identity: Identity): Promise<Buffer> {
  const plaintext = await openAge(once(file), (stanzas) => identity.unwrapFileKey(stanzas));
  return collect(plaintext);
}

const text = Buffer.from("naïve, but secret\n");
const armors = [false, true];

/** What the peer makes of a file of ours. */
function peerOpens(path: string, file: Uint8Array, identityFile: string): Buffer {
  const { status, stdout, stderr } = run(path, ["-d", "-i", identityFile], { input: file });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

function peerSeals(path: string, args: readonly string[], plaintext: Uint8Array): Buffer {
  const { status, stdout, stderr } = run(path, ["-e", ...args], { input: plaintext });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

function bothDirections(check: Check, all = kinds): void {
  for (const kind of all) {
    for (const armor of armors) {
      const form = armor ? "armored" : "binary";
      check(`opens our ${form} file for ${kind}`, async (path) => {
        const { recipient, file } = key(kind);
        expect(peerOpens(path, await sealed([recipient], { armor }), file)).toEqual(text);
      });
      check(`opens our ${form} file for ${kind} with the reader hint`, async (path) => {
        const { recipient, file } = key(kind);
        expect(peerOpens(path, await sealed([recipient], { armor, hint: true }), file)).toEqual(text);
      });
      check(`makes a ${form} file for ${kind} that we open`, async (path) => {
        const { recipient, identity } = key(kind);
        const file = peerSeals(path, [...(armor ? ["-a"] : []), "-r", recipient.text], text);
        expect(await opened(file, identity)).toEqual(text);
        const header = await readAgeHeader(once(file));
        expect(header.armored).toBe(armor);
        expect((await agreement(header, { wanted: [recipient], known: [recipient] })).status).not.toBe("differ");
      });
    }
  }
}

function everybody(check: Check): void {
  const all = (): Recipient[] => kinds.map((kind) => key(kind).recipient);
  for (const kind of kinds) {
    check(`opens our file for everybody with ${kind}, the reader hint in it`, async (path) => {
      const file = await sealed(all(), { armor: false, hint: true });
      expect(peerOpens(path, file, key(kind).file)).toEqual(text);
    });
    check(`makes a file for everybody that we open with ${kind}`, async (path) => {
      const file = peerSeals(
        path,
        all().flatMap((recipient) => ["-r", recipient.text]),
        text,
      );
      expect(await opened(file, key(kind).identity)).toEqual(text);
    });
  }
}

/** The hint's hashes fill a line of the header with six readers, and more than one with more. */
function manyReaders(check: Check): void {
  for (const count of [6, 7, 13]) {
    check(`opens our file for ${count} readers with the reader hint`, async (path) => {
      const others = Array.from({ length: count - 1 }, async () => {
        const { identities } = await parseIdentityFile(Buffer.from(await generateX25519Identity()), { origin: "" });
        return identities.flatMap(({ recipients = [] }) => recipients);
      });
      const recipients = [...(await Promise.all(others)).flat(), key("x25519").recipient];
      const file = await sealed(recipients, { armor: true, hint: true });
      expect(peerOpens(path, file, key("x25519").file)).toEqual(text);
      const known = { wanted: recipients, known: recipients };
      expect(await agreement(await readAgeHeader(once(file)), known)).toMatchObject({ status: "agree" });
    });
  }
}

function twin(check: Check): void {
  const other = (): Recipient => {
    const [, twinRecipient] = key("ssh-ed25519").identity.recipients;
    if (twinRecipient === undefined) throw new Error("an ed25519 key without its other face");
    return twinRecipient;
  };
  check("makes a file for the native face of an ed25519 key that we open with the SSH key", async (path) => {
    const file = peerSeals(path, ["-r", other().text], text);
    expect(await opened(file, key("ssh-ed25519").identity)).toEqual(text);
  });
}

function sizes(check: Check): void {
  for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000]) {
    const plaintext = randomBytes(size);
    check(`opens our payload of ${size} bytes`, async (path) => {
      const { recipient, file } = key("x25519");
      expect(peerOpens(path, await sealed([recipient], { armor: false, plaintext }), file).equals(plaintext)).toBe(
        true,
      );
      expect(peerOpens(path, await sealed([recipient], { armor: true, plaintext }), file).equals(plaintext)).toBe(true);
    });
    check(`makes a payload of ${size} bytes that we open`, async (path) => {
      const { recipient, identity } = key("x25519");
      const binary = peerSeals(path, ["-r", recipient.text], plaintext);
      expect((await opened(binary, identity)).equals(plaintext)).toBe(true);
      const armored = peerSeals(path, ["-a", "-r", recipient.text], plaintext);
      expect((await opened(armored, identity)).equals(plaintext)).toBe(true);
    });
  }
}

/** age 1.3 takes passphrases from the environment, through a plugin of its own that makes ordinary scrypt files. */
function passphrases(check: Check): void {
  const env = { AGE_PASSPHRASE: passphrase, AGE_PASSPHRASE_WORK_FACTOR: "12" };
  for (const armor of armors) {
    const form = armor ? "armored" : "binary";
    check(`opens our ${form} file for a passphrase`, async (path) => {
      const file = await sealed([passphraseRecipient], {
        armor,
        hint: true,
        ring: passphraseRing(passphrase, { logN: 12 }),
      });
      const { status, stdout } = run(path, ["-d", "-j", "batchpass"], { input: file, env });
      expect([status, stdout]).toEqual([0, text]);
    });
    check(`makes a ${form} file for a passphrase that we open`, async (path) => {
      const made = run(path, ["-e", ...(armor ? ["-a"] : []), "-j", "batchpass"], { input: text, env });
      expect(made.status).toBe(0);
      expect(await opened(made.stdout, scryptIdentity(passphrase))).toEqual(text);
    });
  }
  check("makes an identity file under a passphrase that we unlock", async (path) => {
    const { file, recipient } = key("x25519");
    const secret = run(path, ["-e", "-a", "-j", "batchpass"], { input: readFileSync(file), env }).stdout;
    const { identities } = await parseIdentityFile(secret, { origin: "locked" });
    const [locked] = identities;
    if (locked === undefined || !isLocked(locked)) throw new Error("not locked");
    const [identity] = await locked.unlock(() => Promise.resolve(passphrase));
    expect(identity?.recipients[0]?.text).toBe(recipient.text);
  });
}

function otherFaces(check: Check): void {
  check("makes the same native recipient of an ed25519 key as we do", (path) => {
    const [ssh, native] = key("ssh-ed25519").identity.recipients;
    const file = join(directory, "key.pub");
    writeFileSync(file, `${ssh?.text ?? ""}\n`);
    const { stdout } = run(path, ["-i", file]);
    expect(stdout.toString().trim()).toBe(native?.text);
  });
  check("makes an identity of an ed25519 key that opens the same native recipient", async (path) => {
    const { file, identity } = key("ssh-ed25519");
    const { stdout } = run(path, ["-private-key", "-i", file]);
    const { identities } = await parseIdentityFile(stdout, { origin: "ssh-to-age" });
    expect(identities[0]?.recipients?.[0]?.text).toBe(identity.recipients[1]?.text);
  });
}

describePeer("age", (check) => {
  bothDirections(check, [...kinds, "post-quantum"]);
  everybody(check);
  manyReaders(check);
  if (hasSshKeygen) twin(check);
  sizes(check);
  passphrases(check);
});

describePeer("age-1.1.1", (check) => {
  bothDirections(check);
  everybody(check);
  manyReaders(check);
  if (hasSshKeygen) twin(check);
  sizes(check);
});

describePeer("rage", (check) => {
  bothDirections(check);
  everybody(check);
  manyReaders(check);
  if (hasSshKeygen) twin(check);
  sizes(check);
});

// Where Go's own is not to be had, another implementation of the same conversion stands in.
describePeer(peer("ssh-to-age") === undefined ? "ssh-to-age-rs" : "ssh-to-age", (check) => {
  if (hasSshKeygen) otherFaces(check);
});
