/**
 * How are the bytes of an age file read with the available keys, and how do they become a change to commit?
 *
 * The one place where age files, keys and files meet. Reading never writes; a change carries its own proof: the staged
 * bytes must open, with the file key still in memory, to the very plaintext that was meant.
 */
import type { Stanza } from "age-encryption";
import { openAge, sealAge, verifyAge } from "../../documents/age/file.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { hintLists, readHint } from "../../documents/age/reader-hint.ts";
import { readAgeHeader } from "../../documents/age/stanzas.ts";
import type { Change } from "../../io/stage.ts";
import { inputChunks } from "../../io/input.ts";
import { hashed } from "../../io/stream.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import type { Keyring, Opening, Recipient } from "../../keys/recipient.ts";
import { inFile, type Project } from "../project/project.ts";
import { fileError } from "./file-kind.ts";
import { ruleForReading } from "../project/rule.ts";
import { emptyContent } from "./secret.ts";

/**
 * Chunks of a file whose every error names it.
 * @param pipes whether it is input on purpose, so that a pipe is waited for
 * @throws SecretsError `not-found`, `usage`, `io`
 */
export function fileChunks(project: Project, path: string, pipes = false): AsyncGenerator<Uint8Array> {
  return inputChunks(project.host.files, { path, shown: project.show(path), pipes });
}

/**
 * The plaintext of a secret, opened with the available keys and authenticated chunk by chunk.
 * @param path absolute; what the policy is asked about, even if the bytes come from elsewhere
 * @throws SecretsError `no-identity` naming who could, and what was tried; `tampered`; `malformed`
 */
export async function openAgeFile(
  project: Project,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    const plaintext = await openAge(bytes, (stanzas) => unwrapFor(project, path, stanzas));
    return namingFile(plaintext, project.show(path));
  } catch (error) {
    throw await fileError(project, path, error);
  }
}

/** The header of an age file, its MAC not verified. @throws SecretsError `malformed`, `unmerged` */
export async function ageHeader(project: Project, path: string, bytes: AsyncIterable<Uint8Array>): Promise<AgeHeader> {
  try {
    const { close, stanzas, armored, hint } = await readAgeHeader(bytes);
    await close();
    return { stanzas, armored, hint };
  } catch (error) {
    throw await fileError(project, path, error);
  }
}

async function unwrapFor(project: Project, path: string, stanzas: readonly Stanza[]): Promise<Uint8Array> {
  if (needsPassphrase(stanzas)) {
    const { unwrapWithPassphrase } = await import("../identities/passphrase.ts");
    return unwrapWithPassphrase(project, path, stanzas);
  }
  const fileKey = await project.identities.unwrap(openingOf(stanzas));
  if (fileKey !== null) return fileKey;
  const members = (await ruleForReading(project, path))?.file.policy.members ?? [];
  const header = { stanzas, armored: false, hint: readHint(stanzas) };
  const [{ readersOf }, { noIdentity }] = await Promise.all([
    import("../../documents/age/readers.ts"),
    import("../identities/no-identity.ts"),
  ]);
  const known = await readersOf(
    header,
    members.flatMap((member) => member.keys),
  );
  throw await noIdentity(project, path, { present: known.known, isWhole: true, tells: header.hint !== undefined });
}

/** What an identity ring wants to know of a file. */
export function openingOf(stanzas: readonly Stanza[]): Opening {
  const hint = readHint(stanzas);
  return { stanzas, declares: (id) => (hint === undefined ? undefined : hintLists(hint, id)) };
}

async function* namingFile(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw inFile(error, file);
  }
}

export interface AgeSealing {
  /** Absolute. */
  readonly path: string;
  /** `absent`, `any`, or the SHA-256 of what was read there. */
  readonly expected: string;
  readonly recipients: readonly Recipient[];
  readonly armor: boolean;
  readonly hint: boolean;
  readonly keyring: Keyring;
  /** Called once per attempt to seal: the plaintext from its first byte. */
  readonly plaintext: () => AsyncIterable<Uint8Array>;
  /** The file, as it is shown, in which a plaintext of no bytes must not replace a secret. */
  readonly emptyIn?: string | undefined;
}

/** A change whose content is sealed as it is read. */
export interface SealingChange extends Change {
  readonly content: AsyncIterable<Uint8Array>;
}

/** A change that seals this plaintext, with its proof. The plaintext is hashed as it passes, never kept. */
export async function sealingChange(sealing: AgeSealing): Promise<SealingChange> {
  const { path, expected, recipients, armor, hint, keyring } = sealing;
  const plaintext = hashed(sealing.plaintext());
  const { bytes, fileKey } = await sealAge({ recipients, plaintext: plaintext.chunks, armor, hint, keyring });
  return {
    path,
    expected,
    content: bytes,
    mode: 0o644,
    verify: async (staged) => {
      if (plaintext.size() === 0 && sealing.emptyIn !== undefined) throw emptyContent(sealing.emptyIn);
      await verifyAge(staged, { fileKey, sha256: plaintext.digest() });
    },
  };
}
