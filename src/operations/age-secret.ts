/**
 * How is a whole-file `.age` secret read from disk, and how does it become a change to commit?
 *
 * The one place where age files, keys and files meet. Reading never writes; a change carries its own proof: the staged
 * bytes must open, with the file key still in memory, to the very plaintext that was meant.
 */
import { createHash } from "node:crypto";
import { readAgeHeader, openAge, readersOf, sealAge, verifyAge, isAge, type AgeHeader } from "../documents/age-file.ts";
import { declaredReader } from "../documents/reader-hint.ts";
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
    const opened = await openAge(bytes, (header) => unwrapFor(project, path, header));
    return { ...opened, plaintext: namingFile(opened.plaintext, file) };
  } catch (error) {
    throw inFile(error, file);
  }
}

async function unwrapFor(project: Project, path: string, header: AgeHeader): Promise<Uint8Array | null> {
  if (header.stanzas[0]?.args[0] === "scrypt") {
    const { unwrapWithPassphrase } = await import("./passphrase.ts");
    return unwrapWithPassphrase(project, path, header.stanzas);
  }
  const fileKey = await project.identities.unwrap(opening(project, path, header));
  if (fileKey === null) throw await noIdentity(project, path, header);
  return fileKey;
}

export function opening(project: Project, path: string, header: AgeHeader): Opening {
  return { file: project.show(path), stanzas: header.stanzas, declares: (id) => declaredReader(header, id) };
}

/** What stands in the way, who can help, and how to ask. */
async function noIdentity(project: Project, path: string, header: AgeHeader): Promise<SecretsError> {
  const file = project.show(path);
  const ruled = await ruleForReading(project, path);
  const members = ruled?.file.policy.members ?? [];
  const present = readersOf(header, members.flatMap((member) => member.keys)).readers;
  const named = members.filter((member) => member.keys.some((key) => present.includes(key))).map(({ name }) => name);
  const wanted = ruled?.ruling.readers.map((reader) => reader.name) ?? [];
  const readers = named.length > 0 ? named : wanted;
  const held = await project.identities.held();
  const mine = members.filter((member) => member.keys.some((key) => held.has(key.id))).map(({ name }) => name);
  return new SecretsError("no-identity", "none of the keys here can open it", {
    at: { file },
    notes: [
      ...(readers.length > 0 ? [`its readers: ${readers.join(", ")}`] : []),
      ...(mine.length > 0 ? [`you hold the key of: ${mine.join(", ")}`] : []),
      ...(await project.identities.report()).map((line) => `tried ${line}`),
    ],
    hint:
      readers.length > 0
        ? `ask ${readers.slice(0, 3).join(" or ")} to add you to the policy and run: secrets rekey ${file}`
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

/** A change that seals this plaintext, with its proof. The plaintext is hashed as it passes, never kept. */
export async function sealingChange(sealing: Sealing): Promise<Change> {
  const hash = createHash("sha256");
  let expected: string | undefined;
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
      expected ??= hash.digest("hex");
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
