/**
 * What is known of a private key that was found, and how is it spoken of?
 */
import { createHash } from "node:crypto";
import type { Place } from "../../text/places.ts";

/** The `mark` of a key. @param content its letters or bytes, without what only lays them out. */
export function markOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A key in a text that was searched for it. */
export interface KeyInText {
  /** In words, with its article: "an age identity", "an OpenSSH ssh-ed25519 key". */
  readonly name: string;
  /** Where it begins, in characters of the text that was searched. */
  readonly offset: number;
  /** Whether it was decoded and its checksum or its structure holds; otherwise only its first line says what it is. */
  readonly verified: boolean;
  /** Whether a passphrase protects it. */
  readonly locked: boolean;
  /** Whether it only points to a key that never leaves its hardware. */
  readonly stub: boolean;
  /** The `Recipient.id`s that it belongs to; none where its kind is not one that secrets are encrypted to. */
  readonly ids: readonly string[];
  /** Tells it from every other key, of whatever kind: SHA-256, in hexadecimal, of what it is made of. */
  readonly mark: string;
}

/** A key in a file. */
export interface FoundKey extends KeyInText, Place {
  /** How many times it is wrapped in base64. `offset` is where the outermost text begins, in bytes of the file. */
  readonly wrapped: 0 | 1 | 2;
  /** Whether it is written in hexadecimal. */
  readonly hex: boolean;
}

/** "an age identity, wrapped in base64 twice, under a passphrase". */
export function keyWords({ name, wrapped, hex, locked, stub }: FoundKey): string {
  const wrapping = hex ? ", in hexadecimal" : (["", ", wrapped in base64", ", wrapped in base64 twice"][wrapped] ?? "");
  return `${name}${wrapping}${locked ? ", under a passphrase" : ""}${stub ? ", which only points to a key kept elsewhere" : ""}`;
}
