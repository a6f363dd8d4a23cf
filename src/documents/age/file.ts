/**
 * How is an age file opened, made and proved?
 *
 * `age-encryption` owns the header: parsing, encoding, the file key and the MAC, all through its public API. Two tricks
 * keep the payload on `node:crypto`. Sealing, one recipient more hears the file key and adds no stanza, and the header
 * is the first thing that comes out of an empty stream. Opening, `decryptHeader` needs the header alone. Here, too, is the
 * policy that the library lacks: no file for nobody, a passphrase alone, every reader once.
 */
import { createHash } from "node:crypto";
import type { Stanza } from "age-encryption";
import { openPayload, sealPayload } from "../../crypto/payload.ts";
import { SecretsError } from "../../errors.ts";
import { ALONE, canShare, distinct } from "../../keys/distinct.ts";
import { isPassphrase } from "../../keys/passphrase.ts";
import type { Keyring, Recipient } from "../../keys/recipient.ts";
import { encodeArmor } from "./armor.ts";
import type { ByteStream } from "./header.ts";
import { malformedHeader, splitHeader } from "./header-bytes.ts";
import { hintStanza } from "./reader-hint.ts";

/** Finds the file key: null where no identity fits. It may throw; `openAge` passes it on. */
export type Unwrap = (stanzas: readonly Stanza[]) => Promise<Uint8Array | null> | Uint8Array | null;

/**
 * Opens an age file, binary or armored.
 *
 * @returns the plaintext. Each piece is authenticated; that nothing is missing is certain only at the end. To be read, or the input
 *   stays open.
 * @throws SecretsError `malformed`, `no-identity` where `unwrap` answers null, `tampered` where the MAC does not fit, and
 * whatever `unwrap` throws. Reading the plaintext throws `malformed` and `tampered`.
 */
export async function openAge(input: ByteStream, unwrap: Unwrap): Promise<ByteStream> {
  const { head, reader } = await splitHeader(input);
  try {
    const seen: { stanzas?: readonly Stanza[]; answer?: Uint8Array | null; thrown?: { error: unknown } } = {};
    const verified = await decryptHeader(head, async (stanzas) => {
      seen.stanzas = stanzas;
      try {
        checkStanzas(stanzas);
        seen.answer = await unwrap(stanzas);
      } catch (error) {
        seen.thrown = { error };
      }
      return seen.answer ?? null;
    }).catch(() => undefined);
    if (seen.thrown !== undefined) throw seen.thrown.error;
    if (seen.stanzas === undefined) throw malformedHeader();
    if (seen.answer === undefined || seen.answer === null)
      throw new SecretsError("no-identity", "no identity here opens it");
    if (verified === undefined) throw new SecretsError("tampered", "the header does not authenticate");
    return openPayload(verified, reader.rest());
  } catch (error) {
    await reader.close();
    throw error;
  }
}

export interface Sealing {
  /** Duplicates, by `id`, are left out. A passphrase stands alone. */
  readonly recipients: readonly Recipient[];
  readonly plaintext: ByteStream | Uint8Array;
  readonly armor: boolean;
  /** Whether the reader hint is added; never beside a passphrase. */
  readonly hint: boolean;
  readonly keyring: Keyring;
}

export interface SealedAge {
  /** The file. The plaintext is read as this is read. */
  readonly bytes: ByteStream;
  /** To verify with what was written, and for nothing else. */
  readonly fileKey: Uint8Array;
}

/**
 * Makes an age file.
 *
 * @throws SecretsError `refused`: no recipient, recipients that cannot share a file, or what the keyring throws.
 */
export async function sealAge({ recipients, plaintext, armor, hint, keyring }: Sealing): Promise<SealedAge> {
  const readers = distinct(recipients);
  const [first] = readers;
  if (first === undefined) throw new SecretsError("refused", "there is no recipient, so nobody could read it");
  if (!canShare(readers)) {
    const isAlone = readers.some(({ labels }) => labels?.includes(ALONE));
    const what = isAlone ? "a passphrase and other recipients" : "post-quantum and classic keys";
    throw new SecretsError("refused", `${what} cannot share one age file`, {
      hint: "encrypt it for one of the two; a sops file can have both",
    });
  }
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  let fileKey: Uint8Array | undefined;
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  for (const reader of readers) encrypter.addRecipient({ wrapFileKey: (key) => keyring.wrap(reader, key) });
  if (hint && !first.labels?.includes(ALONE)) encrypter.addRecipient({ wrapFileKey: () => [hintStanza(readers)] });
  const header = await firstPiece(await encrypter.encrypt(emptyStream()));
  if (fileKey === undefined) throw new Error("the library made a header without a file key");
  const bytes = concatenated(header, sealPayload(fileKey, streamOf(plaintext)));
  return { bytes: armor ? encodeArmor(bytes) : bytes, fileKey };
}

/**
 * Proves with the key in memory that these bytes open to what was meant.
 *
 * @param sha256 of the plaintext.
 * @throws SecretsError `io`: they do not, so they must not be used.
 */
export async function verifyAge(
  staged: ByteStream,
  { fileKey, sha256 }: { fileKey: Uint8Array; sha256: Uint8Array },
): Promise<void> {
  const hash = createHash("sha256");
  try {
    for await (const piece of await openAge(staged, () => fileKey)) hash.update(piece);
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    throw new SecretsError("io", `the staged file does not open: ${error.message}`, { cause: error });
  }
  if (!hash.digest().equals(sha256))
    throw new SecretsError("io", "the staged file does not decrypt to the new content");
}

/** @returns the file key once the MAC fits; rejects otherwise, with words of the library that are not to be shown. */
async function decryptHeader(head: Uint8Array, unwrapFileKey: Unwrap): Promise<Uint8Array> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey });
  return decrypter.decryptHeader(head);
}

/** Whoever wrote beside a passphrase did not know it, and only wants to look as if. */
function checkStanzas(stanzas: readonly Stanza[]): void {
  if (stanzas.length < 2 || !stanzas.some(isPassphrase)) return;
  throw new SecretsError("malformed", "the header has a passphrase stanza beside others");
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

async function firstPiece(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value === undefined) throw new Error("the library made no header");
  return value;
}

async function* concatenated(first: Uint8Array, rest: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}

async function* streamOf(bytes: ByteStream | Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}
