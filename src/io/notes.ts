/**
 * What do the notes of a commit say, and may they be believed?
 *
 * A note comes with the directory that it lies in, and that may have been unpacked from a stranger's archive. So a note names targets only,
 * relative to the state directory; the names of the staged files follow from target and owner, and no note can name another
 * file. What it names must lie where the state directory belongs, under its real path. A note that breaks a rule is left alone, with all
 * that it names.
 */
import { shellWord } from "../words/shell.ts";
import { basename, dirname, join, relative, resolve } from "node:path";

import { SecretsError } from "../errors.ts";
import type { FileStat, Host } from "./host.ts";
import { attempt, errorCode, ioError } from "./io-error.ts";
import { isInside } from "./inside.ts";
import { isOwner } from "./owner.ts";
import { readLimited, sha256 } from "./stream.ts";
import { nearestDirectory } from "./target.ts";

/** Bytes of a note: tens of thousands of files. A commit of more is refused. */
export const MAX_NOTE = 16 * 1024 * 1024;

/** One file of a commit: absolute paths; hashes are SHA-256 in hex or "absent". */
export interface Entry {
  readonly target: string;
  readonly temp: string;
  readonly old: string;
  readonly new: string;
}

/** What may be removed when a commit does not come to its commit point: absolute paths, directories innermost last. */
export interface Plan {
  readonly temps: readonly string[];
  readonly directories: readonly string[];
}

/** Whether a directory, given by its real path, is one that this state directory serves. */
export type Belongs = (directory: string) => Promise<boolean>;

/** The real path of a state directory, and what it serves. */
export interface State {
  readonly path: string;
  readonly belongs: Belongs;
}

/**
 * The state directory with its parent's symlinks resolved; it need not exist.
 * @param belongs without it: what lies below the directory that holds `.git` or the state directory
 * @throws SecretsError `refused` where something else has its name, `io`
 */
export async function openState(host: Host, named: string, belongs?: Belongs): Promise<State> {
  return attempt(named, "read", async () => {
    const { existing, missing } = await nearestDirectory(host, dirname(named));
    const parent = missing.at(-1) ?? existing;
    const path = join(parent, basename(named));
    const stat = await host.files.stat(path, { follow: false });
    if (stat !== undefined && stat.kind !== "directory") throw distrusted(path, "it is not a directory");
    const root = basename(parent) === ".git" ? dirname(parent) : parent;
    return { path, belongs: belongs ?? (async (directory) => isInside(root, directory)) };
  });
}

/**
 * The name of a staged file for a target, in the target's directory: `.NAME.<12 hex>.secrets-tmp`. The digits follow from the owner, whose
 * token has 48 random bits, and the target's name.
 */
export function stagedPath(target: string, owner: string): string {
  const name = basename(target);
  // A name may have 255 bytes; 27 are ours.
  const short = Buffer.byteLength(name) > 220 ? (/^.{50}/su.exec(name)?.[0] ?? "") : name;
  return join(dirname(target), `.${short}.${sha256(`${owner}\n${name}`).slice(0, 12)}.secrets-tmp`);
}

/** The name of a staged file that holds plaintext: in the state directory, where git takes nothing from. */
export function hiddenPath(state: string, target: string, owner: string): string {
  return join(state, `staged.${sha256(`${owner}\n${relative(state, target)}`).slice(0, 12)}.secrets-tmp`);
}

/** Every name that a target's staged file may have. */
export function stagedPaths(state: string, target: string, owner: string): string[] {
  return [stagedPath(target, owner), hiddenPath(state, target, owner)];
}

/** A plan as text. `targets` and `directories` are absolute. */
export function planText(
  state: string,
  { targets, directories }: { readonly targets: readonly string[]; readonly directories: readonly string[] },
): string {
  const here = (path: string): string => relative(state, path);
  return JSON.stringify({ targets: targets.map(here), directories: directories.map(here) });
}

/** A journal as text, its checksum in front. */
export function journalText(state: string, owner: string, entries: readonly Entry[]): string {
  const files = entries.map(({ target, temp, old, new: fresh }) => {
    const hidden = temp === hiddenPath(state, target, owner);
    return { target: relative(state, target), old, new: fresh, ...(hidden ? { hidden } : {}) };
  });
  const body = JSON.stringify({ version: 2, owner, entries: files });
  return `${sha256(body)}\n${body}\n`;
}

/**
 * Reads `plan.OWNER`. Undefined: it is gone, or was cut off while it was written and has nothing to remove yet.
 * @throws SecretsError `refused` for one that no commit of ours can have written, `io`
 */
export async function readPlan(host: Host, state: State, owner: string): Promise<Plan | undefined> {
  const path = join(state.path, `plan.${owner}`);
  const value = parse((await readNote(host, path)) ?? "");
  if (value === undefined) return undefined;
  const [targets, directories] = [value["targets"] ?? [], value["directories"] ?? []];
  if (!isTexts(targets) || !isTexts(directories)) throw distrusted(path, "no commit wrote it");
  const places = targets.map((target) => resolve(state.path, target));
  const made = directories.map((directory) => resolve(state.path, directory));
  for (const directory of new Set([...places, ...made].map((one) => dirname(one)))) {
    await requireOurs(host, state, { note: path, directory });
  }
  const temps = places.flatMap((target) => stagedPaths(state.path, target, owner));
  for (const temp of temps) await requirePlain(host, path, temp);
  return { temps, directories: made };
}

/**
 * The entries of the journal. Undefined: there is none. "damaged": its own checksum does not know it, so it never came to be.
 * @throws SecretsError `refused` for one that no commit of ours can have written, `io`
 */
export async function readJournal(host: Host, state: State): Promise<readonly Entry[] | "damaged" | undefined> {
  const path = join(state.path, "journal");
  const text = await readNote(host, path);
  if (text === undefined) return undefined;
  const [checksum = "", body = ""] = text.split("\n");
  if (!isHash(checksum)) throw distrusted(path, "no commit wrote it");
  if (checksum !== sha256(body)) return "damaged";
  const { owner, entries: listed } = parse(body) ?? {};
  if (typeof owner !== "string" || !isOwner(owner) || !Array.isArray(listed))
    throw distrusted(path, "no commit wrote it");
  const entries = listed.map((value: unknown) => entryOf(state.path, owner, value));
  const known = entries.filter((entry) => entry !== undefined);
  if (known.length < entries.length) throw distrusted(path, "no commit wrote it");
  for (const directory of new Set(known.map(({ target }) => dirname(target)))) {
    await requireOurs(host, state, { note: path, directory });
  }
  for (const { target, temp } of known) {
    await requirePlain(host, path, target);
    await requirePlain(host, path, temp);
  }
  return known;
}

/** A plan or a journal as text; undefined: not there. */
async function readNote(host: Host, path: string): Promise<string | undefined> {
  const stat = await attempt(path, "read", () => host.files.stat(path, { follow: false }));
  if (stat === undefined) return undefined;
  if (!(await isTrusted(host, path, stat))) throw distrusted(path, `it belongs to user ${stat.uid}`);
  return readPlain(host, path);
}

/** A file of the state directory, as text; undefined: not there. @throws SecretsError `refused` for what is not a regular file, or too large; `io` */
export async function readPlain(host: Host, path: string): Promise<string | undefined> {
  const stat = await attempt(path, "read", () => host.files.stat(path, { follow: false }));
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") throw distrusted(path, "it is not a regular file");
  try {
    const bytes = stat.size > MAX_NOTE ? undefined : await readLimited(host.files, path, MAX_NOTE);
    if (bytes === undefined) throw distrusted(path, "it is too large");
    return new TextDecoder().decode(bytes);
  } catch (error) {
    // Its owner was done with it meanwhile.
    if (errorCode(error) === "ENOENT") return undefined;
    throw ioError(error, path, "read");
  }
}

/** Ours, or, for root, of whom the directory around the state directory belongs to. */
async function isTrusted(host: Host, path: string, { uid }: FileStat): Promise<boolean> {
  const own = host.system.uid;
  if (own === undefined || uid === own) return true;
  return own === 0 && (await host.files.stat(dirname(dirname(path))))?.uid === uid;
}

/** What is not there cannot be harmed. */
async function requireOurs(host: Host, state: State, at: { note: string; directory: string }): Promise<void> {
  const { note, directory } = at;
  if ((await attempt(directory, "read", () => host.files.stat(directory))) === undefined) return;
  const real = await attempt(directory, "read", () => host.files.realpath(directory));
  if (real === directory && (await state.belongs(real))) return;
  throw distrusted(note, `it names files in ${directory}, which it has no business in`);
}

async function requirePlain(host: Host, note: string, path: string): Promise<void> {
  const stat = await attempt(path, "read", () => host.files.stat(path, { follow: false }));
  if (stat === undefined || stat.kind === "file") return;
  throw distrusted(note, `it names ${path}, which is not a regular file`);
}

function entryOf(state: string, owner: string, value: unknown): Entry | undefined {
  const fields = ["target", "old", "new"].map((name): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
  );
  if (!isTexts(fields)) return undefined;
  const [named = "", old = "", fresh = ""] = fields;
  if (named === "" || !isHash(fresh) || (old !== "absent" && !isHash(old))) return undefined;
  const target = resolve(state, named);
  const isHidden = typeof value === "object" && value !== null && Reflect.get(value, "hidden") === true;
  const temp = isHidden ? hiddenPath(state, target, owner) : stagedPath(target, owner);
  return { target, temp, old, new: fresh };
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** The way out is a look, since nobody can know who put it there. */
function distrusted(path: string, reason: string): SecretsError {
  return new SecretsError("refused", `this is not from an unfinished write: ${reason}; not touched`, {
    at: { file: path },
    hint: `look at it, and if you do not need it: rm -r ${shellWord(path)}`,
  });
}
