/**
 * How does a typed value become an ENC text, and back?
 *
 * AES-256-GCM with a nonce of 32 bytes and the path as additional data (sops.md 1.2 and 1.3). Stock sops anchors its
 * pattern only in front and takes loose base64; here the whole text has to be in order, up to blanks at its end.
 */
import { createCipheriv, createDecipheriv, randomFillSync, type CipherGCM, type DecipherGCM } from "node:crypto";
import { SecretsError } from "../errors.ts";
import type { DataKey } from "./data-key.ts";

const CIPHER = "aes-256-gcm";
const IV_LENGTH = 32;
/** What OpenSSL takes. */
const LONGEST_IV = 128;
const TAG_LENGTH = 16;
const PREFIX = "ENC[AES256_GCM,";
const TYPES = ["str", "int", "float", "bool", "time", "comment", "bytes"] as const;
const FIELDS = /^ENC\[AES256_GCM,data:([^,\]]*),iv:([^,\]]*),tag:([^,\]]*),type:([a-z]+)\][ \t\r\n]*$/;

export type SealedType = (typeof TYPES)[number];

/** A value in its canonical bytes; null is never sealed. */
export interface TypedBytes {
  readonly type: SealedType | "null";
  readonly bytes: Uint8Array;
}

/** The parts of an ENC text. `type` is not authenticated. */
export interface Enc {
  readonly data: Uint8Array;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly type: SealedType;
}

/** Whether a text claims to be an ENC text: what stock sops would try to decrypt. */
export function looksSealed(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Reads an ENC text.
 * @throws SecretsError `malformed` with what is wrong with it: shape, type, base64 or a length.
 */
export function parseEnc(text: string): Enc {
  const [, data, iv, tag, type] = FIELDS.exec(text) ?? [];
  if (data === undefined || iv === undefined || tag === undefined || type === undefined) {
    throw new SecretsError(
      "malformed",
      "an encrypted value is cut short or not in the form ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]",
    );
  }
  if (!isSealedType(type)) throw new SecretsError("malformed", "an encrypted value has an unknown type");
  const enc: Enc = { data: base64(data, "data"), iv: base64(iv, "iv"), tag: base64(tag, "tag"), type };
  if (enc.iv.length > LONGEST_IV) {
    throw new SecretsError("malformed", `the iv of an encrypted value has more than ${LONGEST_IV} bytes`);
  }
  if (enc.tag.length !== TAG_LENGTH) {
    throw new SecretsError(
      "malformed",
      `the tag of an encrypted value has ${enc.tag.length} bytes instead of ${TAG_LENGTH}`,
    );
  }
  return enc;
}

/**
 * Seals the canonical bytes of a value.
 * @param aad the path text of sops.md 1.4; of the MAC the timestamp.
 * @throws RangeError for null and empty bytes, which are never sealed: a mistake of the caller.
 */
export function sealValue(key: DataKey, aad: string, scalar: TypedBytes): string {
  return sealWith(key, { aad, scalar, iv: freshIv() });
}

/** @internal `sealValue` with a given nonce: only for known answers. A nonce must never serve two different texts under one key. */
export function sealWith(key: DataKey, given: { aad: string; scalar: TypedBytes; iv: Uint8Array }): string {
  const { aad, scalar, iv } = given;
  if (scalar.type === "null" || scalar.bytes.length === 0) throw new RangeError("an empty value is never sealed");
  const cipher: CipherGCM = createCipheriv(CIPHER, key.secret, iv);
  cipher.setAAD(Buffer.from(aad, "utf8"));
  const data = Buffer.concat([cipher.update(scalar.bytes), cipher.final()]).toString("base64");
  const nonce = Buffer.from(iv.buffer, iv.byteOffset, iv.length).toString("base64");
  return `ENC[AES256_GCM,data:${data},iv:${nonce},tag:${cipher.getAuthTag().toString("base64")},type:${scalar.type}]`;
}

/**
 * Opens a sealed value. Its type is what the text says, and nothing verifies it.
 * @throws SecretsError `tampered` where the authentication fails.
 */
export function openValue(key: DataKey, aad: string, enc: Enc): { type: SealedType; bytes: Uint8Array } {
  const bytes = decrypt(key, aad, enc);
  if (bytes !== undefined) return { type: enc.type, bytes };
  throw new SecretsError(
    "tampered",
    "an encrypted value does not authenticate: it was changed, moved or belongs to another file",
  );
}

/** Opens a comment, or says undefined: the place of a comment is a guess, and a wrong one is not an error. */
export function openComment(key: DataKey, aad: string, enc: Enc): { type: "comment"; bytes: Uint8Array } | undefined {
  const bytes = enc.type === "comment" ? decrypt(key, aad, enc) : undefined;
  return bytes === undefined ? undefined : { type: "comment", bytes };
}

function decrypt(key: DataKey, aad: string, enc: Enc): Uint8Array | undefined {
  const decipher: DecipherGCM = createDecipheriv(CIPHER, key.secret, enc.iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(aad, "utf8"));
  decipher.setAuthTag(enc.tag);
  const bytes = decipher.update(enc.data);
  try {
    decipher.final();
  } catch {
    bytes.fill(0);
    return undefined;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function isSealedType(type: string): type is SealedType {
  return TYPES.some((known) => known === type);
}

/** Decodes canonical base64: padded, no foreign characters, no stray bits at the end, never empty. */
function base64(text: string, field: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0 || bytes.toString("base64") !== text) {
    throw new SecretsError("malformed", `the ${field} of an encrypted value is not canonical base64`);
  }
  return bytes;
}

const pool = new Uint8Array(IV_LENGTH * 256);
let used = pool.length;

/** 32 random bytes; drawn from the system in batches, for a document may have 100,000 values. */
function freshIv(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += IV_LENGTH;
  return pool.slice(used - IV_LENGTH, used);
}
