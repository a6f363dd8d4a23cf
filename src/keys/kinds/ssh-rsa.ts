/**
 * How does an RSA SSH key wrap and unwrap a file key?
 *
 * The `ssh-rsa` stanza of age: RSA-OAEP with SHA-256 on `node:crypto`. The bounds keep out keys that protect too little
 * and keys that were made to burn time.
 */
import { constants, createHash, createPublicKey, type KeyObject, privateDecrypt, publicEncrypt } from "node:crypto";
import type { Stanza } from "age-encryption";
import { encodePadded } from "../../crypto/base64.ts";
import { SecretsError } from "../../errors.ts";
import { fileKeySize, malformedStanza } from "../file-key.ts";
import type { Identity, Recipient } from "../recipient.ts";
import { malformedKey, parseSshPublicKey } from "../ssh-public-key.ts";
import { sshTag, wirePositive, wireReader, wireString } from "../ssh-wire.ts";

const kind = "ssh-rsa";
const label = Buffer.from("age-encryption.org/v1/ssh-rsa");
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256", oaepLabel: label };
const minBits = 2048;
const maxBits = 16_384;
const maxExponentBits = 24;

/** @throws SecretsError `bad-key`. */
export function parseRecipient(text: string): Recipient {
  const { blob, comment } = parseSshPublicKey(text);
  return rsaRecipient(blob, comment);
}

/**
 * @param blob the public key in wire format.
 * @throws SecretsError `bad-key`.
 */
export function rsaRecipient(blob: Buffer, comment = ""): Recipient {
  const { modulus, exponent } = numbersOf(blob);
  checkStrength(modulus, exponent);
  return {
    kind,
    text: `${kind} ${encodePadded(blob)}`,
    comment,
    id: `${kind}:${createHash("sha256").update(blob).digest("hex")}`,
    tag: sshTag(blob),
  };
}

export function wrap({ text, tag = "" }: Recipient, fileKey: Uint8Array): Stanza {
  const { modulus, exponent } = numbersOf(parseSshPublicKey(text).blob);
  const key = createPublicKey({
    key: { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") },
    format: "jwk",
  });
  return { args: [kind, tag], body: publicEncrypt({ key, ...oaep }, fileKey) };
}

/**
 * @param secret an RSA private key.
 * @throws SecretsError `bad-key`: too weak or too large.
 */
export function identityOf(secret: KeyObject, comment = ""): Identity {
  const { n = "", e = "" } = createPublicKey(secret).export({ format: "jwk" });
  const modulus = Buffer.from(n, "base64url");
  const blob = Buffer.concat([wireString(kind), wirePositive(Buffer.from(e, "base64url")), wirePositive(modulus)]);
  const tag = sshTag(blob);
  return {
    recipients: [rsaRecipient(blob, comment)],
    unwrapFileKey: (stanzas) => unwrap({ secret, tag, size: modulus.length }, stanzas),
  };
}

function unwrap(
  { secret, tag, size }: { secret: KeyObject; tag: string; size: number },
  stanzas: readonly Stanza[],
): Uint8Array | null {
  for (const stanza of stanzas.filter(({ args }) => args[0] === kind)) {
    if (stanza.args.length !== 2) throw malformedStanza(stanza, "has the wrong number of arguments");
    if (stanza.args[1] !== tag) continue;
    if (stanza.body.length !== size) throw malformedStanza(stanza, "has a body of the wrong length");
    const fileKey = decrypt(secret, stanza.body);
    if (fileKey?.length !== fileKeySize) {
      throw new SecretsError("tampered", "the stanza made for this SSH key does not authenticate");
    }
    return fileKey;
  }
  return null;
}

function decrypt(key: KeyObject, body: Uint8Array): Buffer | undefined {
  try {
    return privateDecrypt({ key, ...oaep }, body);
  } catch {
    return undefined;
  }
}

function numbersOf(blob: Buffer): { modulus: Buffer; exponent: Buffer } {
  const reader = wireReader(blob);
  const type = reader.string()?.toString("latin1");
  const exponent = reader.positive();
  const modulus = reader.positive();
  if (type !== kind || exponent === undefined || modulus === undefined || reader.rest().length > 0) {
    throw malformedKey(kind);
  }
  return { modulus, exponent };
}

function checkStrength(modulus: Buffer, exponent: Buffer): void {
  const bits = bitLength(modulus);
  if (bits < minBits) {
    throw new SecretsError("bad-key", `the RSA key has ${bits} bits, and fewer than ${minBits} are too weak`, {
      hint: "make a new key: ssh-keygen -t ed25519",
    });
  }
  if (bits > maxBits) throw new SecretsError("bad-key", `the RSA key has ${bits} bits, more than ${maxBits}`);
  const odd = ((exponent.at(-1) ?? 0) & 1) === 1;
  if (!odd || bitLength(exponent) > maxExponentBits || exponent.equals(Buffer.of(1))) {
    throw new SecretsError("bad-key", "the RSA key has an unusable public exponent");
  }
}

/** @param magnitude big-endian, without a leading zero byte. */
function bitLength(magnitude: Buffer): number {
  return magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24;
}
