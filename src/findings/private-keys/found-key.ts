/**
 * What is known of a private key that was found?
 */
import { createHash } from "node:crypto";

/** The `mark` of a key. @param content its letters or bytes, without what only lays them out. */
export function markOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

export interface FoundKey {
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
