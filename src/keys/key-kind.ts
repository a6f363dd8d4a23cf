/**
 * What is a recipient, what is an identity, and what does a new kind of key have to bring?
 *
 * The seam of `keys/`. A kind turns text into a `Recipient` or an `Identity`; both wrap and unwrap age file keys
 * (C2SP age.md) and are handed to `age-encryption` as they are. A new kind is one file and one line in `index.ts`.
 * Pure: whatever has to be asked or read arrives as an argument.
 */
import type { Stanza } from "age-encryption";

export type KeyKindName = "x25519" | "ssh-ed25519" | "ssh-rsa" | "scrypt";

/** The public half: what a policy names and a file is encrypted to. */
export interface Recipient {
  readonly kind: KeyKindName;
  /** Canonical text without comment: `age1…`, `ssh-ed25519 AAAA…`. Safe to print. */
  readonly text: string;
  /** What stood behind an SSH key, or "". */
  readonly comment: string;
  /**
   * What makes two recipients the same reader: equal for both faces of one ed25519 key (its X25519 point) and blind to
   * comments. `x25519:<64 hex>`, `ssh-rsa:<hex of SHA-256 over the wire blob>`.
   */
  readonly id: string;
  /** The public tag of the stanzas it makes (6 characters of unpadded base64), where its kind has one. */
  readonly tag?: string | undefined;
  wrapFileKey(fileKey: Uint8Array): Promise<Stanza[]> | Stanza[];
}

/** The secret half, ready to use. Never printable: it has no text. */
export interface Identity {
  readonly kind: KeyKindName;
  /** The recipients it opens: for an ed25519 SSH key both faces, SSH first; none for a passphrase. */
  readonly recipients: readonly Recipient[];
  /** @returns the 16-byte file key, or null where no stanza is for it. @throws `tampered`: for it, but broken. */
  unwrapFileKey(stanzas: readonly Stanza[]): Promise<Uint8Array | null> | Uint8Array | null;
}

/**
 * Asks for a passphrase; `what` completes "passphrase for …".
 * @throws SecretsError `cannot-ask` where nobody can be asked.
 */
export type AskPassphrase = (what: string) => Promise<string>;

/** An identity that may still be locked. Loading it costs a passphrase at most once: `unlock` remembers its answer. */
export interface LockedIdentity {
  readonly kind: KeyKindName;
  /** Known before unlocking, where the file says so in clear (OpenSSH) or a `.pub` lies beside it; else undefined. */
  readonly recipients: readonly Recipient[] | undefined;
  /** @throws SecretsError `wrong-passphrase`, `bad-key`, `cannot-ask`. */
  unlock(ask: AskPassphrase): Promise<Identity[]>;
}

/** What a key file or variable holds: identities that are ready and those that a passphrase still guards. */
export type IdentitySource = Identity | LockedIdentity;

/** One line of the registry: cheap to look at, heavy code behind `load`. */
export interface KeyKind {
  readonly name: KeyKindName;
  /** Whether this text is a recipient of this kind, judged by its prefix alone. */
  claims(text: string): boolean;
  /** @throws SecretsError `bad-key` without quoting the text: it is of this kind, but malformed or too weak. */
  parseRecipient(text: string): Promise<Recipient>;
}
