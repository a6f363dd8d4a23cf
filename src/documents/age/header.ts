/**
 * What does an age file say about itself before anybody opens it?
 *
 * The shapes that the age part of `documents/` hands around (C2SP age.md). Types only.
 */
import type { Stanza } from "age-encryption";
import type { Recipient } from "../../keys/recipient.ts";

/** Bytes that come piece by piece; pieces are of any size and never changed by who reads them. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The salted hashes of the readers that our own files carry; format in `reader-hint.ts`. A hint, never a proof. */
export interface ReaderHint {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** One per reader, 16 lower-case hex digits each (8 bytes). */
  readonly hashes: ReadonlySet<string>;
}

/** A header that was parsed, but whose MAC nobody has verified yet. */
export interface AgeHeader {
  /** All of them, in the order of the file, the hint's own stanza included. */
  readonly stanzas: readonly Stanza[];
  readonly armored: boolean;
  /** Undefined where there is none or it cannot be read. */
  readonly hint: ReaderHint | undefined;
}

/** How the readers of a file stand to those that were wanted, as far as its header tells without a key. */
export interface AgeFileDifference {
  /** `unknown`: some stanzas name nobody, and there is no usable hint: somebody can open them, the file does not say who. */
  readonly status: "agree" | "differ" | "unknown";
  /** Wanted, and certainly not among the readers. */
  readonly missing: readonly Recipient[];
  /** How many more wanted readers must be missing, without it being known which. */
  readonly missingUnknown: number;
  /** Not wanted, but recognised among the readers. */
  readonly extra: readonly Recipient[];
  /** How many readers more than wanted there are that nobody here knows. */
  readonly strangers: number;
}

/** Who can read a file, as far as its header tells without a key. */
export interface KnownReaders {
  /** Those of the candidates that were recognised, by SSH tag or by the hint. */
  readonly known: readonly Recipient[];
  /** How many readers more there are. */
  readonly unknown: number;
}
