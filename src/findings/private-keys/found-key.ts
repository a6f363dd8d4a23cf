/**
 * What is known of a private key that was found? Types only.
 */

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
}
