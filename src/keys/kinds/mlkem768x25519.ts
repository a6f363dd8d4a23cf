/**
 * How does a post-quantum age key (`age1pq1…`, `AGE-SECRET-KEY-PQ-1…`) wrap and unwrap a file key?
 *
 * C2SP age.md, "The hybrid recipient type": HPKE with MLKEM768-X25519, whose primitives are noble's.
 */
import { createHash } from "node:crypto";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
import type { Stanza } from "age-encryption";
import { encodeUnpadded } from "../../crypto/base64.ts";
import { hpkeKey } from "../../crypto/hpke.ts";
import { SecretsError } from "../../errors.ts";
import { fromBech32, toBech32 } from "../bech32.ts";
import { bytesArgument, checkShape, malformedStanza, unwrapUnder, wrapUnder } from "../file-key.ts";
import type { Identity, Recipient } from "../recipient.ts";

const kind = "mlkem768x25519";
const info = "age-encryption.org/mlkem768x25519";
const kem = 0x64_7a;
const recipientPrefix = "age1pq";
const identityPrefix = "AGE-SECRET-KEY-PQ-";
const publicSize = 1216;
const seedSize = 32;
const encapsulatedSize = 1120;

/** @throws SecretsError `bad-key`. */
export function parseRecipient(text: string): Recipient {
  const publicKey = fromBech32(text, recipientPrefix);
  if (publicKey?.length !== publicSize) throw malformed("recipient");
  return recipientOf(publicKey);
}

/** @throws SecretsError `bad-key`. */
export function parseIdentity(text: string): Identity {
  const seed = fromBech32(text, identityPrefix);
  if (seed?.length !== seedSize) throw malformed("identity");
  return {
    recipients: [recipientOf(MLKEM768X25519.getPublicKey(seed))],
    unwrapFileKey: (stanzas) => unwrap(seed, stanzas),
  };
}

function recipientOf(publicKey: Uint8Array): Recipient {
  return {
    kind,
    text: toBech32(recipientPrefix, publicKey),
    comment: "",
    id: `${kind}:${createHash("sha256").update(publicKey).digest("hex")}`,
    labels: ["postquantum"],
  };
}

/** @throws SecretsError `bad-key`. */
export function wrap({ text }: Recipient, fileKey: Uint8Array): Stanza {
  const { cipherText, sharedSecret } = encapsulated(fromBech32(text, recipientPrefix));
  const { key, nonce } = hpkeKey(kem, sharedSecret, info);
  return { args: [kind, encodeUnpadded(cipherText)], body: wrapUnder(key, fileKey, nonce) };
}

function encapsulated(publicKey: Uint8Array | undefined) {
  try {
    return MLKEM768X25519.encapsulate(publicKey ?? new Uint8Array(0));
  } catch {
    throw malformed("recipient");
  }
}

/** Tries every stanza of this kind; they do not say whose they are. @throws SecretsError `malformed`. */
function unwrap(seed: Uint8Array, stanzas: readonly Stanza[]): Uint8Array | null {
  for (const stanza of stanzas.filter(({ args }) => args[0] === kind)) {
    checkShape(stanza, 1);
    const { key, nonce } = hpkeKey(kem, decapsulated(stanza, seed), info);
    const fileKey = unwrapUnder(key, stanza.body, nonce);
    if (fileKey !== undefined) return fileKey;
  }
  return null;
}

function decapsulated(stanza: Stanza, seed: Uint8Array): Uint8Array {
  const encapsulated = bytesArgument(stanza, 1, encapsulatedSize);
  try {
    return MLKEM768X25519.decapsulate(encapsulated, seed);
  } catch {
    throw malformedStanza(stanza, "carries a point of low order");
  }
}

function malformed(what: string): SecretsError {
  return new SecretsError("bad-key", `malformed post-quantum age ${what}`, {
    hint: "copy it from its source again: it is one line, and every letter counts",
  });
}
