/**
 * What happens between "edit this secret" and its new bytes on disk?
 *
 * Everything that could refuse is asked before the editor opens; what was typed is never lost after it closed.
 */
import { strictUtf8 } from "../../text/utf8.ts";
import { placed } from "../../words/phrases.ts";
import { basename } from "node:path";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { openEditor } from "../../io/editor.ts";
import { unhurried } from "../../io/interruption.ts";
import { withScratch, type Scratch } from "../../io/scratch.ts";
import { collect } from "../../io/stream.ts";
import { confirm } from "../project/ask.ts";
import type { Project } from "../project/project.ts";
import type { Secret } from "../secrets/secret.ts";
import { planWrite } from "../writing/plan-write.ts";
import { withRescue } from "../writing/rescue.ts";
import type { WriteOptions } from "../writing/gates.ts";
import { requireWritable, writeSecret, type WriteOutcome } from "../writing/write.ts";

export interface EditOptions extends WriteOptions {
  /** The new content, instead of an editor. */
  readonly content?: (() => AsyncIterable<Uint8Array>) | undefined;
}

/**
 * What cannot be sealed (a syntax error) can be opened again; what cannot be saved is kept in an encrypted file. A content that is given
 * takes the editor's place, as for agenix.
 */
export async function editSecret(project: Project, file: string, options: EditOptions = {}): Promise<WriteOutcome> {
  const path = project.resolve(file);
  const secret = await planWrite(project, path, options);
  if (options.content !== undefined) return replaced(project, secret, { ...options, content: options.content });
  requireTerminal(project, secret);
  const bytes = await secret.open();
  requireText(secret, bytes);
  await requireWritable(project, path);
  const name = basename(path).replace(/\.age$/, "");
  return withScratch(project.host, { name, bytes, warn: project.warn }, (scratch) => session(project, secret, scratch));
}

async function replaced(
  project: Project,
  secret: Secret,
  { content, allowEmpty }: EditOptions & { readonly content: () => AsyncIterable<Uint8Array> },
): Promise<WriteOutcome> {
  await requireWritable(project, secret.path);
  const plaintext = await collect(content());
  if (plaintext.length > 0 || allowEmpty === true) return writeSecret(project, secret, await secret.seal(plaintext));
  throw new SecretsError("refused", "standard input is empty, and there is no terminal for an editor", {
    at: { file: secret.file },
    hint: "run it in a terminal, or give the new content on standard input; if it should be empty: --allow-empty",
  });
}

/** Editors change more of what is not text than what is typed. @throws SecretsError `refused` */
function requireText({ file }: Secret, bytes: Uint8Array): void {
  if (strictUtf8(bytes)?.includes("\0") === false) return;
  const word = shellWord(file);
  throw new SecretsError("refused", "the content is not text, and an editor would damage it", {
    at: { file },
    hint: `take it out with: secrets decrypt ${word} > NEW; and put it back with: secrets edit ${word} < NEW`,
  });
}

/** @throws SecretsError `cannot-ask` */
function requireTerminal({ host }: Project, { file, document }: Secret): void {
  if (host.terminal.canEdit) return;
  const word = shellWord(file);
  const instead =
    document === undefined ? `secrets set ${word} --value-stdin` : `secrets set ${word} KEY --value-stdin`;
  throw new SecretsError("cannot-ask", "cannot start an editor here (--no-input, CI, or no terminal)", {
    at: { file },
    hint: `give the new content on standard input; or: ${instead}`,
  });
}

async function session(project: Project, secret: Secret, scratch: Scratch): Promise<WriteOutcome> {
  for (let line: number | undefined; ;) {
    const plaintext = await edited(project, secret, { scratch, line });
    const saved = await save(project, secret, plaintext);
    if (!(saved instanceof SecretsError)) return saved;
    const question = { typed: async () => plaintext, ask: () => wantsAgain(project, saved) };
    if (!(await asking(project, secret, question))) {
      throw await withRescue(project, secret, { error: saved, plaintext });
    }
    line = saved.at?.line;
  }
}

/** Answers an error that another look at the text can fix. Of every other, and of a signal meanwhile, the text is kept first. */
function save(project: Project, secret: Secret, plaintext: Uint8Array): Promise<WriteOutcome | SecretsError> {
  return unhurried(project.host, async (host) => {
    try {
      return await writeSecret(project, secret, await secret.seal(plaintext));
    } catch (cause) {
      const error = cause instanceof SecretsError ? cause : new SecretsError("io", "it could not be saved", { cause });
      if (isFixable(project, error)) return error;
      return keep({ ...project, host }, secret, { cause, error, plaintext });
    }
  });
}

/** Throws what went wrong, with the place where the text is kept; a bug of ours is still thrown as one. */
async function keep(
  project: Project,
  secret: Secret,
  { cause, ...lost }: { readonly cause: unknown; readonly error: SecretsError; readonly plaintext: Uint8Array },
): Promise<never> {
  const kept = await withRescue(project, secret, lost);
  if (cause instanceof SecretsError) throw kept;
  for (const note of kept.notes) project.say(note);
  throw cause;
}

/** An editor that is back at once with nothing done has handed the file to a window that is still open. */
const AT_ONCE = 500;

async function edited(
  project: Project,
  secret: Secret,
  at: { readonly scratch: Scratch; readonly line: number | undefined },
): Promise<Uint8Array> {
  const { host } = project;
  const before = await at.scratch.read();
  const start = host.now().getTime();
  await openedEditor(project, secret, { ...at, before });
  const after = await at.scratch.read();
  const isBack = host.now().getTime() - start < AT_ONCE && Buffer.compare(before, after) === 0;
  if (!isBack || !host.terminal.canAsk) return after;
  const question = "the editor returned at once; press Enter when you are done with the file ";
  await asking(project, secret, { typed: () => typedIn(at.scratch, before), ask: () => host.terminal.ask(question) });
  return at.scratch.read();
}

/** What the file holds now; nothing if that is what it held before. */
async function typedIn(scratch: Scratch, before: Uint8Array): Promise<Uint8Array> {
  const now = await scratch.read().catch(() => before);
  return Buffer.compare(now, before) === 0 ? new Uint8Array() : now;
}

/** Who leaves at a question, by Ctrl-C or by closing the terminal, has not given up what was typed. */
async function asking<T>(
  project: Project,
  secret: Secret,
  { typed, ask }: { readonly typed: () => Promise<Uint8Array>; readonly ask: () => Promise<T> },
): Promise<T> {
  const keep = async (error: SecretsError) => withRescue(project, secret, { error, plaintext: await typed() });
  const forget = project.host.onExit(async () => void (await keep(new SecretsError("interrupted", "left"))));
  try {
    return await ask();
  } catch (left) {
    throw left instanceof SecretsError ? await keep(left) : left;
  } finally {
    forget();
  }
}

/** Whether the text itself is the trouble, so that another look at it can fix it, and somebody is there to look. */
function isFixable(project: Project, { code }: SecretsError): boolean {
  return (code === "malformed" || code === "refused") && project.host.terminal.canAsk;
}

async function wantsAgain(project: Project, error: SecretsError): Promise<boolean> {
  project.tell(placed(error.at, error.message));
  return confirm(project, "open the editor again? what you typed is still there", "yes");
}

/** An editor that failed, or that a signal ended, may have saved before: that is kept, as after a failed save. */
async function openedEditor(
  project: Project,
  secret: Secret,
  at: { readonly scratch: Scratch; readonly line: number | undefined; readonly before: Uint8Array },
): Promise<void> {
  const { scratch, line, before } = at;
  // A terminal that is closed ends the editor and us, in no certain order.
  await unhurried(project.host, async (host) => {
    try {
      await openEditor(project.host, scratch.path, { line, warn: project.warn });
    } catch (error) {
      if (!(error instanceof SecretsError) || (error.code !== "interrupted" && error.code !== "editor")) throw error;
      throw await withRescue({ ...project, host }, secret, { error, plaintext: await typedIn(scratch, before) });
    }
  });
}
