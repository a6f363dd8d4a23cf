/**
 * What lies in an OpenSSH private key file, before and after its passphrase?
 *
 * PROTOCOL.key of OpenSSH: the public key unencrypted, the private part under a cipher whose key bcrypt_pbkdf makes from the
 * passphrase. Every cipher that ssh-keygen can write is read. What the opened block means is not asked here.
 */
import { type CipherGCMTypes, createDecipheriv } from "node:crypto";
import { SecretsError } from "../errors.ts";
import { wireReader, wireString, wireUint32 } from "./ssh-wire.ts";

const magic = Buffer.from("openssh-key-v1\0");
/** The same bound as golang.org/x/crypto: what asks for more was made to burn time. */
const maxRounds = 2048;

/** What a cipher makes of a block; throws where that cannot be what was encrypted. */
type Decrypt = (parts: { key: Buffer; iv: Buffer; block: Buffer; tag: Buffer }) => Buffer;

interface Cipher {
  readonly keySize: number;
  readonly ivSize: number;
  readonly tagSize: number;
  readonly decrypt: Decrypt;
}

const ciphers: ReadonlyMap<string, Cipher> = new Map([
  ["aes128-cbc", blockCipher("aes-128-cbc", 16, 16)],
  ["aes192-cbc", blockCipher("aes-192-cbc", 24, 16)],
  ["aes256-cbc", blockCipher("aes-256-cbc", 32, 16)],
  ["aes128-ctr", blockCipher("aes-128-ctr", 16, 16)],
  ["aes192-ctr", blockCipher("aes-192-ctr", 24, 16)],
  ["aes256-ctr", blockCipher("aes-256-ctr", 32, 16)],
  ["3des-cbc", blockCipher("des-ede3-cbc", 24, 8)],
  ["aes128-gcm@openssh.com", gcm("aes-128-gcm", 16)],
  ["aes256-gcm@openssh.com", gcm("aes-256-gcm", 32)],
  ["chacha20-poly1305@openssh.com", { keySize: 64, ivSize: 0, tagSize: 16, decrypt: chacha20 }],
]);

export interface OpensshContainer {
  /** The public key in wire format, readable without the passphrase. */
  readonly blob: Buffer;
  readonly locked: boolean;
  /**
   * The private block: both check integers, the key, the comment, the padding.
   * @param passphrase left out where the container is not locked.
   * @throws SecretsError `wrong-passphrase`, `bad-key`.
   */
  open(passphrase?: string): Promise<Buffer>;
}

/** @param bytes of the file between its BEGIN and END lines. @throws SecretsError `bad-key`. */
export function parseOpensshContainer(bytes: Buffer): OpensshContainer {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw malformed();
  const reader = wireReader(bytes.subarray(magic.length));
  const cipherName = reader.string()?.toString("latin1");
  const kdf = reader.string()?.toString("latin1");
  const options = reader.string();
  const count = reader.uint32();
  const blob = reader.string();
  const block = reader.string();
  if (cipherName === undefined || options === undefined || blob === undefined || block === undefined) throw malformed();
  if (count !== 1) throw new SecretsError("bad-key", "the SSH key file holds more than one key");
  // The tag of an authenticated cipher stands behind everything and is counted nowhere.
  const tag = reader.rest();
  if (cipherName === "none") {
    if (kdf !== "none" || tag.length > 0) throw malformed();
    return { blob, locked: false, open: () => Promise.resolve(checked(block)) };
  }
  const cipher = ciphers.get(cipherName);
  if (cipher === undefined || kdf !== "bcrypt") {
    throw new SecretsError("bad-key", "the SSH key file is encrypted in an unknown way", {
      hint: "re-encrypt it with the default cipher: ssh-keygen -p -f FILE",
    });
  }
  if (tag.length !== cipher.tagSize) throw malformed();
  const stretch = stretching(options);
  return {
    blob,
    locked: true,
    open: async (passphrase = "") => {
      const secret = await stretched(passphrase, { ...stretch, size: cipher.keySize + cipher.ivSize });
      return checked(decrypted(cipher, { secret, block, tag }));
    },
  };
}

/** A container without passphrase around an opened block, as the text of a file. */
export function unlockedContainer(blob: Buffer, block: Buffer): string {
  const none = wireString("none");
  const bytes = Buffer.concat([magic, none, none, wireString(""), wireUint32(1), wireString(blob), wireString(block)]);
  const lines = bytes.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function stretching(options: Buffer): { salt: Buffer; rounds: number } {
  const reader = wireReader(options);
  const salt = reader.string();
  const rounds = reader.uint32();
  if (salt === undefined || salt.length === 0 || rounds === undefined || rounds === 0) throw malformed();
  if (rounds > maxRounds) {
    throw new SecretsError(
      "bad-key",
      `the SSH key file asks for ${rounds} rounds of its passphrase, more than ${maxRounds}`,
      {
        hint: "re-encrypt it with the default number: ssh-keygen -p -f FILE",
      },
    );
  }
  return { salt, rounds };
}

async function stretched(
  passphrase: string,
  { salt, rounds, size }: { salt: Buffer; rounds: number; size: number },
): Promise<Buffer> {
  const { default: bcrypt } = await import("bcrypt-pbkdf");
  const secret = Buffer.from(passphrase, "utf8");
  const key = Buffer.alloc(size);
  // It says no to an empty passphrase, which ssh-keygen never encrypts with.
  if (bcrypt.pbkdf(secret, secret.length, salt, salt.length, key, size, rounds) !== 0) throw wrongPassphrase();
  return key;
}

function blockCipher(name: string, keySize: number, ivSize: number): Cipher {
  const decrypt: Decrypt = ({ key, iv, block }) => {
    const decipher = createDecipheriv(name, key, iv);
    decipher.setAutoPadding(false);
    return Buffer.concat([decipher.update(block), decipher.final()]);
  };
  return { keySize, ivSize, tagSize: 0, decrypt };
}

function gcm(name: CipherGCMTypes, keySize: number): Cipher {
  const decrypt: Decrypt = ({ key, iv, block, tag }) => {
    const decipher = createDecipheriv(name, key, iv, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(block), decipher.final()]);
  };
  return { keySize, ivSize: 12, tagSize: 16, decrypt };
}

/**
 * OpenSSH takes its Poly1305 key from block 0 and encrypts from block 1 on, with a nonce of zero. Its tag covers other
 * bytes than the AEAD of node:crypto and is not verified; the check integers and the public half stand in for it.
 */
function chacha20({ key, block }: { key: Buffer; block: Buffer }): Buffer {
  const counterOne = Buffer.alloc(16);
  counterOne[0] = 1;
  return createDecipheriv("chacha20", key.subarray(0, 32), counterOne).update(block);
}

function decrypted(cipher: Cipher, { secret, block, tag }: { secret: Buffer; block: Buffer; tag: Buffer }): Buffer {
  try {
    const key = secret.subarray(0, cipher.keySize);
    return cipher.decrypt({ key, iv: secret.subarray(cipher.keySize), block, tag });
  } catch {
    throw wrongPassphrase();
  }
}

/** Both check integers are random and equal; under a wrong key they differ. */
function checked(block: Buffer): Buffer {
  const reader = wireReader(block);
  const first = reader.uint32();
  if (first === undefined) throw malformed();
  if (first !== reader.uint32()) throw wrongPassphrase();
  return block;
}

function wrongPassphrase(): SecretsError {
  return new SecretsError("wrong-passphrase", "wrong passphrase for the SSH key");
}

function malformed(): SecretsError {
  return new SecretsError("bad-key", "malformed OpenSSH private key");
}
