/**
 * How does new plaintext become the secret at a path?
 *
 * What `edit`, `set` and `encrypt` share: the rule for the path, the readers, drift and lock-out settled before anything
 * is typed, and one commit at the end. Nothing here opens a secret.
 */
import { ioError } from "../io/io-error.ts";
import { commit } from "../io/commit.ts";
import { collect, sha256 } from "../io/stream.ts";
import { readAgeHeader } from "../documents/age-file.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import { SecretsError } from "../errors.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { fileChunks, isAge, sealingChange } from "./age-secret.ts";
import { inFile, requireRule, stateDirectory, type Project, type Ruled } from "./project.ts";
import { refuseLockout, requireReaders, settleDrift, tellToChangeValues, type Agreement } from "./readers.ts";

export type WriteStatus = "created" | "updated" | "unchanged";

export interface WriteOutcome {
  readonly status: WriteStatus;
  /** As it is shown. */
  readonly file: string;
}

export interface WriteOptions {
  readonly allowEmpty?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
  /** Bring the file's readers to the policy with this write. */
  readonly rekey?: boolean | undefined;
  /** A new file is written in ASCII armor; an existing one keeps its form. */
  readonly armor?: boolean | undefined;
}

/** A path that may be written, with all that was decided before the plaintext is known. */
export interface Target {
  /** Absolute. */
  readonly path: string;
  readonly file: string;
  readonly ruled: Ruled;
  readonly recipients: readonly Recipient[];
  /** What is there now; undefined for a new file. */
  readonly existing: { readonly bytes: Uint8Array; readonly header: AgeHeader } | undefined;
  readonly difference: Agreement | undefined;
}

/**
 * Decides who will read, and whether the write may be at all.
 * @throws SecretsError `no-rule`, `policy`, `drift`, `lockout`, `refused` (something that is no age file is there)
 */
export async function planWrite(project: Project, path: string, options: WriteOptions): Promise<Target> {
  const file = project.show(path);
  const ruled = await requireRule(project, path);
  const recipients = requireReaders(file, ruled);
  const existing = await readExisting(project, path);
  const difference =
    existing && (await settleDrift(project, { file, header: existing.header, ruled }, options.rekey ?? false));
  if (options.allowLockout !== true) refuseLockout(file, ruled.ruling.readers, existing !== undefined);
  return { path, file, ruled, recipients, existing, difference };
}

async function readExisting(project: Project, path: string): Promise<Target["existing"]> {
  if ((await project.host.files.stat(path)) === undefined) return undefined;
  const bytes = await collect(fileChunks(project, path));
  const at = { file: project.show(path) };
  if (!isAge(bytes)) {
    throw new SecretsError("refused", "this is not an age file: it would be overwritten", {
      at,
      hint: `if it is a plaintext that should be encrypted, run: secrets encrypt -i ${project.show(path)}`,
    });
  }
  try {
    return { bytes, header: await readAgeHeader(once(bytes)) };
  } catch (error) {
    throw inFile(error, project.show(path));
  }
}

/**
 * Seals the plaintext for the target's readers and commits it.
 * @throws SecretsError `refused` for an empty secret over one that is not, `changed`, `io`
 */
export async function writeSecret(
  project: Project,
  target: Target,
  content: { readonly plaintext: Uint8Array; readonly options: WriteOptions },
): Promise<WriteOutcome> {
  const { plaintext, options } = content;
  if (plaintext.length === 0 && target.existing !== undefined && options.allowEmpty !== true) {
    throw new SecretsError("refused", "the new content is empty and would replace a secret", {
      at: { file: target.file },
      hint: "repeat with --allow-empty if that is meant",
    });
  }
  const change = await sealingChange({
    path: target.path,
    expected: target.existing === undefined ? "absent" : sha256(target.existing.bytes),
    recipients: target.recipients,
    armor: target.existing?.header.armored ?? options.armor ?? false,
    hint: target.ruled.file.policy.readerHint,
    plaintext: () => once(plaintext),
  });
  await commitChanges(project, target.path, [change]);
  if (target.difference !== undefined) tellToChangeValues(project, target.file, target.difference);
  return { status: target.existing === undefined ? "created" : "updated", file: target.file };
}

/** Every write of the program ends here. */
export async function commitChanges(
  project: Project,
  path: string,
  changes: Parameters<typeof commit>[1],
): Promise<void> {
  const [first] = changes;
  if (first === undefined || project.dryRun) return;
  const root = (await project.repository(path))?.root;
  try {
    await commit(project.host, changes, { state: await stateDirectory(project, path), root, warn: project.tell });
  } catch (error) {
    throw shownError(project, ioError(error, project.show(first.path), "write"));
  }
}

/** With the path as the user named it, where a lower layer knew the absolute one. */
function shownError(project: Project, error: Error): Error {
  if (!(error instanceof SecretsError) || error.at === undefined) return error;
  const { message, hint, notes, cause } = error;
  return new SecretsError(error.code, message, {
    hint,
    notes,
    cause,
    at: { ...error.at, file: project.show(error.at.file) },
  });
}

/** A buffer as a stream of one chunk. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
