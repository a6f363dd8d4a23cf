/**
 * How does an ed25519 SSH key wrap and unwrap a file key?
 *
 * The `ssh-ed25519` stanza of age: X25519 on the Montgomery form of the key, bent by a tweak that binds the SSH key. The
 * secret half also opens X25519 stanzas, because `ssh-to-age` turns the same key into a native recipient.
 */
import { type KeyObject, randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Stanza } from "age-encryption";
import { encodePadded, encodeUnpadded } from "../../crypto/base64.ts";
import { ed25519Secret, scalarOfSeed, publicPoint, x25519Secret, x25519Shared } from "../../crypto/curve25519.ts";
import { hkdf } from "../../crypto/hkdf.ts";
import { SecretsError } from "../../errors.ts";
import { bytesArgument, checkShape, malformedStanza, unwrapUnder, wrapUnder } from "../file-key.ts";
import type { Identity, Recipient } from "../recipient.ts";
import { malformedKey, parseSshPublicKey } from "../ssh-public-key.ts";
import { sshTag, wireReader, wireString } from "../ssh-wire.ts";
import { checkOrder, unwrapX25519, x25519Id, type X25519Pair, x25519Recipient } from "./x25519.ts";

const kind = "ssh-ed25519";
const label = "age-encryption.org/v1/ssh-ed25519";
const keySize = 32;

/** @throws SecretsError `bad-key`. */
export function parseRecipient(text: string): Recipient {
  const { blob, comment } = parseSshPublicKey(text);
  return ed25519Faces(blob, comment)[0];
}

/**
 * Both faces of one key: the SSH recipient, and the X25519 recipient that `ssh-to-age` makes of it.
 *
 * @param blob the public key in wire format.
 * @throws SecretsError `bad-key`.
 */
export function ed25519Faces(blob: Buffer, comment = ""): [ssh: Recipient, x25519: Recipient] {
  const point = montgomery(publicKeyOf(blob));
  checkOrder(point);
  const twin = x25519Recipient(point, comment);
  const ssh: Recipient = {
    kind,
    text: `${kind} ${encodePadded(blob)}`,
    comment,
    id: x25519Id(point),
    tag: sshTag(blob),
    twin,
  };
  return [ssh, twin];
}

export function identityOf(secret: KeyObject, comment = ""): Identity {
  const { d = "" } = secret.export({ format: "jwk" });
  return ed25519Identity(Buffer.from(d, "base64url"), comment);
}

/** @param seed the 32 secret bytes. */
export function ed25519Identity(seed: Uint8Array, comment = ""): Identity {
  const blob = ed25519Blob(publicPoint(ed25519Secret(seed)));
  const secret = x25519Secret(scalarOfSeed(seed));
  const pair = { secret, point: publicPoint(secret) };
  const tag = sshTag(blob);
  return {
    recipients: ed25519Faces(blob, comment),
    unwrapFileKey: (stanzas) => unwrapSsh({ ...pair, blob, tag }, stanzas) ?? unwrapX25519(pair, stanzas),
  };
}

/** The public key in wire format. @param publicKey 32 bytes. */
export function ed25519Blob(publicKey: Uint8Array): Buffer {
  return Buffer.concat([wireString(kind), wireString(publicKey)]);
}

/**
 * The tags of the SSH keys whose other face a native recipient could be. The Montgomery form forgets one bit, so there
 * are two; none where no ed25519 key has this point.
 *
 * @param recipientId as in `Recipient.id`.
 */
export function possibleTags(recipientId: string): string[] {
  const [, hex] = /^x25519:([0-9a-f]{64})$/.exec(recipientId) ?? [];
  if (hex === undefined) return [];
  const { Fp } = ed25519.Point;
  const u = Fp.create(BigInt(`0x${Buffer.from(hex, "hex").reverse().toString("hex")}`) & (2n ** 255n - 1n));
  const below = Fp.add(u, Fp.ONE);
  if (Fp.is0(below)) return [];
  const positive = Buffer.from(Fp.toBytes(Fp.div(Fp.sub(u, Fp.ONE), below)));
  const negative = Buffer.from(positive);
  negative.writeUInt8(negative.readUInt8(keySize - 1) | 0x80, keySize - 1);
  return [positive, negative].map((publicKey) => sshTag(ed25519Blob(publicKey)));
}

/** What a wrap or an unwrap needs to know of the key. */
interface Named {
  readonly blob: Uint8Array;
  readonly point: Uint8Array;
  readonly tag: string;
}

export function wrap({ text, tag = "" }: Recipient, fileKey: Uint8Array): Stanza {
  const { blob } = parseSshPublicKey(text);
  const point = montgomery(publicKeyOf(blob));
  const secret = x25519Secret(randomBytes(keySize));
  const share = publicPoint(secret);
  const key = wrapKey({ shared: x25519Shared(secret, point), share, point, blob });
  if (key === undefined) throw new SecretsError("bad-key", "the public key is a point of low order");
  return { args: [kind, tag, encodeUnpadded(share)], body: wrapUnder(key, fileKey) };
}

function unwrapSsh({ secret, point, blob, tag }: X25519Pair & Named, stanzas: readonly Stanza[]): Uint8Array | null {
  for (const stanza of stanzas.filter(({ args }) => args[0] === kind)) {
    checkShape(stanza, 2);
    const share = bytesArgument(stanza, 2, keySize);
    if (stanza.args[1] !== tag) continue;
    const key = wrapKey({ shared: x25519Shared(secret, share), share, point, blob });
    if (key === undefined) throw malformedStanza(stanza, "carries a point of low order");
    const fileKey = unwrapUnder(key, stanza.body);
    if (fileKey === undefined)
      throw new SecretsError("tampered", "the stanza made for this SSH key does not authenticate");
    return fileKey;
  }
  return null;
}

/** @returns undefined where the point that was shared is of low order. */
function wrapKey(parts: {
  shared: Buffer | undefined;
  share: Uint8Array;
  point: Uint8Array;
  blob: Uint8Array;
}): Buffer | undefined {
  if (parts.shared === undefined) return undefined;
  // The blob is the salt and the secret is empty: the other way round fits itself and nobody else.
  const tweak = hkdf(new Uint8Array(0), parts.blob, label);
  const bent = x25519Shared(x25519Secret(tweak), parts.shared);
  if (bent === undefined) return undefined;
  return hkdf(bent, Buffer.concat([parts.share, parts.point]), label);
}

function publicKeyOf(blob: Buffer): Buffer {
  const reader = wireReader(blob);
  const type = reader.string()?.toString("latin1");
  const publicKey = reader.string();
  if (type !== kind || publicKey?.length !== keySize || reader.rest().length > 0) throw malformedKey(kind);
  return publicKey;
}

/** The X25519 form of an Ed25519 key. Node takes any 32 bytes for one; noble looks whether the point is on the curve. */
function montgomery(publicKey: Uint8Array): Uint8Array {
  try {
    return ed25519.utils.toMontgomery(publicKey);
  } catch {
    throw malformedKey(kind);
  }
}
