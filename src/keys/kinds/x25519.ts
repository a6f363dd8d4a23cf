/**
 * How does a native age key (`age1…`, `AGE-SECRET-KEY-1…`) wrap and unwrap a file key?
 *
 * C2SP age.md, "The X25519 recipient type", on `node:crypto`.
 */
import { type KeyObject, randomBytes } from "node:crypto";
import type { Stanza } from "age-encryption";
import { encodeUnpadded } from "../../crypto/base64.ts";
import { isLowOrder, publicPoint, x25519Secret, x25519Shared } from "../../crypto/curve25519.ts";
import { hkdf } from "../../crypto/hkdf.ts";
import { SecretsError } from "../../errors.ts";
import { fromBech32, toBech32 } from "../bech32.ts";
import { bytesArgument, checkShape, malformedStanza, unwrapUnder, wrapUnder } from "../file-key.ts";
import type { Identity, Recipient } from "../recipient.ts";

const kind = "x25519";
const stanzaType = "X25519";
const label = "age-encryption.org/v1/X25519";
const recipientPrefix = "age";
const identityPrefix = "AGE-SECRET-KEY-";
const pointSize = 32;

/** @throws SecretsError `bad-key`. */
export function parseRecipient(text: string): Recipient {
  const point = fromBech32(text, recipientPrefix);
  if (point?.length !== pointSize) {
    throw new SecretsError("bad-key", "malformed age recipient", {
      hint: "compare it with its source: every letter counts, and age1… is written in lower case",
    });
  }
  return x25519Recipient(point);
}

/** @throws SecretsError `bad-key`. */
export function parseIdentity(text: string): Identity {
  const scalar = fromBech32(text, identityPrefix);
  if (scalar?.length !== pointSize) {
    throw new SecretsError("bad-key", "malformed age identity", {
      hint: "an identity is one line in upper case that begins with AGE-SECRET-KEY-1",
    });
  }
  return x25519Identity(scalar);
}

/**
 * @param point 32 bytes.
 * @param comment what stood behind the SSH key that this is the other face of.
 * @throws SecretsError `bad-key` where the point is of low order: anybody could open what is wrapped to it.
 */
export function x25519Recipient(point: Uint8Array, comment = ""): Recipient {
  checkOrder(point);
  return {
    kind,
    text: toBech32(recipientPrefix, point),
    comment,
    id: x25519Id(point),
  };
}

/** The `id` of the reader who holds this point, by whichever face. */
export function x25519Id(point: Uint8Array): string {
  return `x25519:${Buffer.from(point).toString("hex")}`;
}

/** @throws SecretsError `bad-key` where the point is of low order. */
export function checkOrder(point: Uint8Array): void {
  if (!isLowOrder(point)) return;
  throw new SecretsError("bad-key", "the public key is a point of low order, which protects nothing");
}

/** @param scalar 32 bytes. */
export function x25519Identity(scalar: Uint8Array): Identity {
  const secret = x25519Secret(scalar);
  const point = publicPoint(secret);
  return {
    recipients: [x25519Recipient(point)],
    unwrapFileKey: (stanzas) => unwrapX25519({ secret, point }, stanzas),
  };
}

/** An X25519 secret and its own public point. */
export interface X25519Pair {
  readonly secret: KeyObject;
  readonly point: Uint8Array;
}

/**
 * Tries every X25519 stanza; they do not say whose they are, so one that fails is somebody else's.
 * @throws SecretsError `malformed`.
 */
export function unwrapX25519({ secret, point }: X25519Pair, stanzas: readonly Stanza[]): Uint8Array | null {
  for (const stanza of stanzas.filter(({ args }) => args[0] === stanzaType)) {
    checkShape(stanza, 1);
    const share = bytesArgument(stanza, 1, pointSize);
    const shared = x25519Shared(secret, share);
    if (shared === undefined) throw malformedStanza(stanza, "carries a point of low order");
    const fileKey = unwrapUnder(wrapKey(shared, share, point), stanza.body);
    if (fileKey !== undefined) return fileKey;
  }
  return null;
}

export function wrap({ text }: Recipient, fileKey: Uint8Array): Stanza {
  const point = fromBech32(text, recipientPrefix) ?? new Uint8Array(pointSize);
  const secret = x25519Secret(randomBytes(pointSize));
  const share = publicPoint(secret);
  const shared = x25519Shared(secret, point);
  if (shared === undefined) throw new SecretsError("bad-key", "the public key is a point of low order");
  return { args: [stanzaType, encodeUnpadded(share)], body: wrapUnder(wrapKey(shared, share, point), fileKey) };
}

function wrapKey(shared: Uint8Array, share: Uint8Array, point: Uint8Array): Buffer {
  return hkdf(shared, Buffer.concat([share, point]), label);
}
