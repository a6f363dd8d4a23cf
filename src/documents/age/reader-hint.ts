/**
 * Which readers does an age file of ours declare?
 *
 * X25519 stanzas say nothing of their readers, so our own files carry one stanza more, which age, rage and agenix ignore
 * and which whoever re-encrypts drops whole: it is never stale, only missing.
 *
 *     -> secrets-cli/readers v1 <salt>
 *     <hashes>
 *
 * `salt` is 16 random bytes in unpadded base64. The body holds, for every reader, the first 8 bytes of
 * HMAC-SHA256(key = salt, `Recipient.id` as UTF-8), sorted as bytes and joined. An ed25519 key is hashed by its X25519
 * point, so either face is found. Never beside a scrypt stanza, which must be alone.
 *
 * The header's MAC cannot be verified without a key: this is a hint, never a proof. `readers.ts` says when it is used.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { Stanza } from "age-encryption";
import { decodeUnpadded, encodeUnpadded } from "../../crypto/base64.ts";
import type { Recipient } from "../../keys/recipient.ts";
import type { ReaderHint } from "./header.ts";

const stanzaType = "secrets-cli/readers";
const version = "v1";
const saltSize = 16;
const hashSize = 8;

/** The stanza that tells these readers to whoever knows their keys. */
export function hintStanza(recipients: readonly Recipient[], salt: Uint8Array = randomBytes(saltSize)): Stanza {
  const hashes = recipients.map(({ id }) => hash(salt, id)).toSorted();
  return { args: [stanzaType, version, encodeUnpadded(salt)], body: Buffer.from(hashes.join(""), "hex") };
}

/** @returns undefined where there is no hint, more than one, or one that cannot be read. */
export function readHint(stanzas: readonly Stanza[]): ReaderHint | undefined {
  const [stanza, second] = stanzas.filter(({ args }) => args[0] === stanzaType);
  if (stanza === undefined || second !== undefined) return undefined;
  const salt = decodeUnpadded(stanza.args[2] ?? "");
  if (stanza.args.length !== 3 || stanza.args[1] !== version || salt?.length !== saltSize) return undefined;
  if (stanza.body.length % hashSize !== 0) return undefined;
  const hex = Buffer.from(stanza.body).toString("hex");
  return { salt, hashes: new Set(hex.match(/.{16}/g)) };
}

/** Whether the hint lists this reader. @param id as in `Recipient.id`. */
export function hintLists(hint: ReaderHint, id: string): boolean {
  return hint.hashes.has(hash(hint.salt, id));
}

function hash(salt: Uint8Array, id: string): string {
  return createHmac("sha256", salt)
    .update(id)
    .digest("hex")
    .slice(0, hashSize * 2);
}

/** The stanzas that somebody can read by: neither the hint nor what rage and others sprinkle in (grease). */
export function readerStanzas(stanzas: readonly Stanza[]): Stanza[] {
  return stanzas.filter(({ args: [type = ""] }) => type !== stanzaType && !/(^|[-/])grease$/.test(type));
}
