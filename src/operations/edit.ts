/**
 * What happens between "edit this secret" and its new bytes on disk?
 *
 * Everything that could refuse is asked before the editor opens; what was typed is never lost after it closed.
 */
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { SecretsError } from "../errors.ts";
import { checkWritable } from "../io/commit.ts";
import { openEditor } from "../io/editor.ts";
import { withScratch, type Scratch } from "../io/scratch.ts";
import { collect } from "../io/stream.ts";
import { openSecret, sealingChange } from "./age-secret.ts";
import type { Project } from "./project.ts";
import { tellIfNotReader } from "./readers.ts";
import { once, planWrite, writeSecret, type Target, type WriteOptions, type WriteOutcome } from "./write.ts";

/**
 * Opens the editor on a secret, or on an empty buffer for a new one.
 * @throws SecretsError what `planWrite` and `openSecret` throw; `editor` when the editor failed: nothing was changed
 */
export async function editSecret(project: Project, file: string, options: WriteOptions = {}): Promise<WriteOutcome> {
  const path = project.resolve(file);
  const target = await planWrite(project, path, options);
  const before = target.existing && (await currentPlaintext(project, path, target.existing.bytes));
  await checkWritable(project.host, path);
  await tellIfNotReader(project, target.file, target.recipients);

  const name = basename(path).replace(/\.age$/, "");
  return withScratch(
    project.host,
    { name, bytes: before ?? new Uint8Array(), warn: (line) => project.tell(`warning: ${line}`) },
    async (scratch) => {
      await editing(project, target, scratch);
      const after = await scratch.read();
      if (before === undefined ? after.length === 0 : sameBytes(before, after)) {
        if (before === undefined) return { status: "unchanged", file: target.file };
        return unchanged(project, target, before);
      }
      return keepingWhatWasTyped(project, target, { plaintext: after, options });
    },
  );
}

/** An editor session that a signal ended keeps what was typed, as a failed save does. */
async function editing(project: Project, target: Target, scratch: Scratch): Promise<void> {
  try {
    await openEditor(project.host, scratch.path, { warn: (line) => project.tell(`warning: ${line}`) });
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code !== "interrupted") throw error;
    throw await withRescue(project, target, { error, plaintext: await scratch.read() });
  }
}

async function currentPlaintext(project: Project, path: string, bytes: Uint8Array): Promise<Uint8Array> {
  return collect((await openSecret(project, path, once(bytes))).plaintext);
}

/** Nothing is written, unless this edit was told to settle a drift of the readers too. */
async function unchanged(project: Project, target: Target, plaintext: Uint8Array): Promise<WriteOutcome> {
  if (target.difference?.status !== "differ") return { status: "unchanged", file: target.file };
  return writeSecret(project, target, { plaintext, options: { allowEmpty: true } });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A save that fails leaves what was typed in an encrypted file for the same readers, where nothing is committed from. */
async function keepingWhatWasTyped(
  project: Project,
  target: Target,
  content: { readonly plaintext: Uint8Array; readonly options: WriteOptions },
): Promise<WriteOutcome> {
  try {
    return await writeSecret(project, target, content);
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    throw await withRescue(project, target, { error, plaintext: content.plaintext });
  }
}

async function withRescue(
  project: Project,
  target: Target,
  lost: { readonly error: SecretsError; readonly plaintext: Uint8Array },
): Promise<SecretsError> {
  const { error, plaintext } = lost;
  const rescued = plaintext.length > 0 && (await rescue(project, target, plaintext).catch(() => undefined));
  if (rescued === false || rescued === undefined) return error;
  return new SecretsError(error.code, error.message, {
    at: error.at,
    cause: error.cause,
    notes: [...error.notes, `what you typed is kept, encrypted, in ${rescued}`],
    hint: `read it with: secrets decrypt ${rescued}${error.hint === undefined ? "" : `; ${error.hint}`}`,
  });
}

async function rescue(project: Project, target: Target, plaintext: Uint8Array): Promise<string> {
  const { files, env, system, now } = project.host;
  const state = env["XDG_STATE_HOME"] ?? (system.home && join(system.home, ".local", "state")) ?? system.temporary;
  const directory = join(state, "secrets-cli", "rescue");
  await files.makeDirectory(directory, 0o700);
  const stamp = now().toISOString().replaceAll(":", "").slice(0, 17);
  const path = join(directory, `${stamp}-${randomBytes(4).toString("hex")}-${basename(target.path)}`);
  const change = await sealingChange({
    path,
    expected: "absent",
    recipients: target.recipients,
    armor: false,
    hint: target.ruled.file.policy.readerHint,
    plaintext: () => once(plaintext),
  });
  const file = await files.open(path, "create", 0o600);
  try {
    for await (const chunk of change.content) await file.write(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}
