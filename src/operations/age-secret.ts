/**
 * How is a whole-file `.age` secret read from disk, and how does it become a change to commit?
 *
 * The one place where age files, keys and files meet. Reading never writes; a change carries its own proof: the staged
 * bytes must open, with the file key still in memory, to the very plaintext that was meant.
 */
import { createHash } from "node:crypto";
import type { Stanza } from "age-encryption";
import { isAge, openAge, readAgeHeader, sealAge, verifyAge } from "../documents/age-file.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import { readersOf } from "../documents/age-readers.ts";
import { hintLists, readHint } from "../documents/reader-hint.ts";
import { SecretsError } from "../errors.ts";
import type { Change } from "../io/commit.ts";
import { ioError } from "../io/io-error.ts";
import { readStream } from "../io/stream.ts";
import type { Recipient } from "../keys/key-kind.ts";
import type { Opening } from "./identities.ts";
import { inFile, ruleForReading, type Project } from "./project.ts";

export interface OpenSecret {
  readonly header: AgeHeader;
  readonly fileKey: Uint8Array;
  /** Authenticated chunk by chunk; throws at the first that is not what was sealed. */
  readonly plaintext: AsyncIterable<Uint8Array>;
}

/** Chunks of a file whose every error names it. @throws SecretsError `not-found`, `io`. */
export async function* fileChunks(project: Project, path: string): AsyncGenerator<Uint8Array> {
  const stat = await project.host.files.stat(path).catch((error: unknown) => {
    throw ioError(error, project.show(path), "read");
  });
  const at = { file: project.show(path) };
  if (stat === undefined) throw new SecretsError("not-found", "there is no such file", { at });
  if (stat.kind === "directory") throw new SecretsError("usage", "this is a directory, not a file", { at });
  try {
    yield* readStream(project.host.files, path);
  } catch (error) {
    throw ioError(error, project.show(path), "read");
  }
}

/** The header alone. @throws SecretsError `malformed`, `not-found`, `io`, all naming the file. */
export async function readHeader(project: Project, path: string): Promise<AgeHeader> {
  const chunks = fileChunks(project, path);
  try {
    return await readAgeHeader(chunks);
  } catch (error) {
    throw inFile(error, project.show(path));
  } finally {
    await chunks.return(undefined);
  }
}

/** Whether these first bytes are an age file, binary or armored. */
export { isAge };

/**
 * Opens a secret with the keys at hand.
 * @param path absolute; what the policy is asked about, even if the bytes come from elsewhere
 * @throws SecretsError `no-identity` naming who could, and what was tried; `tampered`; `malformed`
 */
export async function openSecret(
  project: Project,
  path: string,
  bytes: AsyncIterable<Uint8Array> = fileChunks(project, path),
): Promise<OpenSecret> {
  const file = project.show(path);
  try {
    const opened = await openAge(bytes, (stanzas) => unwrapFor(project, path, stanzas));
    return { ...opened, plaintext: namingFile(opened.plaintext, file) };
  } catch (error) {
    throw inFile(error, file);
  }
}

async function unwrapFor(project: Project, path: string, stanzas: readonly Stanza[]): Promise<Uint8Array> {
  if (needsPassphrase(stanzas)) {
    const { unwrapWithPassphrase } = await import("./passphrase.ts");
    return unwrapWithPassphrase(project, path, stanzas);
  }
  const fileKey = await project.identities.unwrap(opening(stanzas));
  if (fileKey === null) throw await noIdentity(project, path, stanzas);
  return fileKey;
}

/** Whether a passphrase opens the file, and nothing else. */
export function needsPassphrase(stanzas: readonly Stanza[]): boolean {
  return stanzas[0]?.args[0] === "scrypt";
}

/** What an identity ring wants to know of a file. */
export function opening(stanzas: readonly Stanza[]): Opening {
  const hint = readHint(stanzas);
  return { stanzas, declares: (id) => (hint === undefined ? undefined : hintLists(hint, id)) };
}

/** What stands in the way, who can help, and how to ask. */
async function noIdentity(project: Project, path: string, stanzas: readonly Stanza[]): Promise<SecretsError> {
  const file = project.show(path);
  const ruled = await ruleForReading(project, path);
  const members = ruled?.file.policy.members ?? [];
  const header = { stanzas, armored: false, hint: readHint(stanzas) };
  const candidates = members.flatMap((member) => member.keys);
  const present = (await readersOf(header, candidates)).readers.map(({ id }) => id);
  const named = members.filter((member) => member.keys.some((key) => present.includes(key.id)));
  const wanted = ruled?.ruling.readers ?? [];
  const readers = named.length > 0 ? named : wanted;
  const held = await project.identities.held();
  const mine = members.filter((member) => member.keys.some((key) => held.has(key.id))).map(({ name }) => name);
  const people = readers.filter(({ kind, name }) => kind === "user" && !mine.includes(name)).map(({ name }) => name);
  const isWanted = wanted.some(({ name }) => mine.includes(name));
  return new SecretsError("no-identity", "none of the keys here can open it", {
    at: { file },
    notes: [
      ...(readers.length > 0 ? [`its readers: ${readers.map(({ name }) => name).join(", ")}`] : []),
      ...(mine.length > 0 ? [`you hold the key of: ${mine.join(", ")}`] : []),
      ...(await project.identities.report()).map((line) => `tried ${line}`),
    ],
    hint:
      people.length > 0
        ? `ask ${people.slice(0, 3).join(" or ")} to ${isWanted ? "" : "add you to the policy and "}run: secrets rekey ${file}`
        : "name the right key with --identity FILE",
  });
}

async function* namingFile(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw inFile(error, file);
  }
}

export interface Sealing {
  /** Absolute. */
  readonly path: string;
  /** `absent`, `any`, or the SHA-256 of what was read there. */
  readonly expected: string;
  readonly recipients: readonly Recipient[];
  readonly armor: boolean;
  readonly hint: boolean;
  /** Called once per attempt to seal: the plaintext from its first byte. */
  readonly plaintext: () => AsyncIterable<Uint8Array>;
}

/** A change whose content is sealed as it is read. */
export interface SealingChange extends Change {
  readonly content: AsyncIterable<Uint8Array>;
}

/** A change that seals this plaintext, with its proof. The plaintext is hashed as it passes, never kept. */
export async function sealingChange(sealing: Sealing): Promise<SealingChange> {
  const hash = createHash("sha256");
  let expected: Uint8Array | undefined;
  const { bytes, fileKey } = await sealAge({
    recipients: sealing.recipients,
    plaintext: tapped(sealing.plaintext(), (chunk) => hash.update(chunk)),
    armor: sealing.armor,
    hint: sealing.hint,
  });
  return {
    path: sealing.path,
    expected: sealing.expected,
    content: bytes,
    mode: 0o644,
    verify: async (staged) => {
      expected ??= hash.digest();
      await verifyAge(staged, { fileKey, sha256: expected });
    },
  };
}

async function* tapped(
  chunks: AsyncIterable<Uint8Array>,
  tap: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    tap(chunk);
    yield chunk;
  }
}
