/**
 * What is a recipient, what is an identity, and what does a new kind of key have to bring?
 *
 * The seam of `keys/`. A recipient is data and can do nothing; who encrypts to it has been handed a `Keyring`. An identity is
 * the secret half and opens stanzas (C2SP age.md). A new kind is one file in `kinds/` and one entry in `index.ts`.
 * Pure: whatever has to be asked or read arrives as an argument.
 */
import type { KeyObject } from "node:crypto";
import type { Stanza } from "age-encryption";

/** The public half: what a policy names and a file is encrypted to. */
export interface Recipient {
  /** The name of its kind in the registry. */
  readonly kind: string;
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
  /** The native recipient that is the other face of an SSH key, where it has one. */
  readonly twin?: Recipient | undefined;
  /** All recipients of one age file have the same: `postquantum`, or `alone` for whoever has none beside them. */
  readonly labels?: readonly string[] | undefined;
}

/** Who can encrypt to recipients. */
export interface Keyring {
  /**
   * @param fileKey 16 bytes
   * @throws SecretsError `refused`: only another program can encrypt to it; `bad-key`
   */
  readonly wrap: (recipient: Recipient, fileKey: Uint8Array) => Promise<Stanza[]>;
}

/** What is known of a file, or of one entry in a document, before it is opened. */
export interface Opening {
  readonly stanzas: readonly Stanza[];
  /** Whether it declares the reader of this `Recipient.id`: true, false, or undefined where nobody can know. */
  readonly declares: (id: string) => boolean | undefined;
}

export type CanOpen = "yes" | "with a passphrase" | "no";

/** Who can open with the available keys. */
export interface OpeningRing {
  /** The file key, or null. Asks for passphrases. @throws SecretsError `tampered`, `wrong-passphrase`, `cannot-ask`. */
  readonly unwrap: (opening: Opening) => Promise<Uint8Array | null>;
  /** Whether it could be opened, found out without a question. */
  readonly canOpen: (opening: Opening) => Promise<CanOpen>;
  /** The `Recipient.id` of every available key that is known without a question and without starting a command. */
  readonly held: () => Promise<ReadonlySet<string>>;
}

/** The secret half, ready to use. Never printable: it has no text. */
export interface Identity {
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
  /** Known before unlocking, where the file says so unencrypted (OpenSSH) or a `.pub` lies beside it; else undefined. */
  readonly recipients: readonly Recipient[] | undefined;
  /** The kind of its recipients, where only that is known. */
  readonly kind?: string | undefined;
  /** @throws SecretsError `wrong-passphrase`, `bad-key`, `cannot-ask`. */
  unlock(ask: AskPassphrase): Promise<Identity[]>;
}

/** What a key file or variable holds: identities that are ready and those that a passphrase still guards. */
export type IdentitySource = Identity | LockedIdentity;

/** One entry of the registry: cheap to look at, heavy code behind `load`. */
export interface KeyKind {
  readonly name: string;
  /** The type of its stanzas; undefined where every program makes its own. */
  readonly stanza?: string;
  /** Whether its stanzas carry the tag of their recipient; all others name nobody. */
  readonly tagged: boolean;
  /** What Node calls the type of its private keys, where they are files of their own. */
  readonly privateKey?: string;
  /** Who can encrypt to it, where nothing here can. */
  readonly onlyBy?: string;
  /** Whether this text is a recipient of this kind, judged by its prefix alone. */
  readonly claims: (text: string) => boolean;
  /** The same of a line of an identity file. */
  readonly claimsIdentity?: (line: string) => boolean;
  readonly load: () => Promise<KindCode>;
}

/** What the file of a kind exports. */
export interface KindCode {
  /** @throws SecretsError `bad-key` without quoting the text: it is of this kind, but malformed or too weak. */
  readonly parseRecipient: (text: string) => Recipient;
  /** @throws SecretsError `bad-key` without quoting the line. */
  readonly parseIdentity?: (line: string) => Identity;
  /** @throws SecretsError `bad-key`: too weak or too large. */
  readonly identityOf?: (secret: KeyObject, comment: string) => Identity;
  /** @throws SecretsError `bad-key` */
  readonly wrap?: (recipient: Recipient, fileKey: Uint8Array) => Promise<Stanza> | Stanza;
  /** The tags that the keys have whose twin is this reader. */
  readonly possibleTags?: (recipientId: string) => string[];
}
