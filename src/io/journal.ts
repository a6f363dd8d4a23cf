/**
 * What did a commit that was cut short mean to do?
 *
 * Two kinds of notes lie in the state directory. `plan.TOKEN` is written before the first staged file: everything in it may be removed
 * once its process is dead. `journal` comes into place by one rename, which is the commit point: everything in it must be finished.
 * A note names files relative to the state directory, so that a repository that was moved can still be recovered.
 */
import { basename, dirname, join, relative, resolve } from "node:path";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { attempt, errorCode, ioError, quietly } from "./io-error.ts";
import { createInState } from "./lock.ts";
import { fileHash } from "./file-hash.ts";
import { sha256 } from "./stream.ts";

/** Beside its target, hidden, never guessable: `.NAME.<12 hex>.secrets-tmp`. */
const stagedName = /^\..*\.[0-9a-f]{12}\.secrets-tmp$/;

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

/** The name of a staged file for a target, in the target's directory. */
export function stagedPath(target: string, random: string): string {
  const name = basename(target);
  // A name may have 255 bytes; 27 are ours.
  const short = Buffer.byteLength(name) > 220 ? (/^.{50}/su.exec(name)?.[0] ?? "") : name;
  return join(dirname(target), `.${short}.${random}.secrets-tmp`);
}

/** Writes `plan.OWNER`; throws `io`. */
export async function writePlan(
  host: Host,
  state: string,
  { owner, plan }: { owner: string; plan: Plan },
): Promise<void> {
  const here = (path: string): string => relative(state, path);
  const content = JSON.stringify({ temps: plan.temps.map(here), directories: plan.directories.map(here) });
  await createInState(host, join(state, `plan.${owner}`), { content, durable: false });
}

/** Removes what a plan names, as far as it is there and can be removed; whether all of it is gone. */
export async function undoPlan(host: Host, plan: Plan): Promise<boolean> {
  let gone = true;
  for (const temp of plan.temps) {
    if (!stagedName.test(basename(temp))) continue;
    if (!(await quietly(() => removeIfThere(host, temp)))) gone = false;
  }
  // A directory that somebody uses by now is not empty and stays.
  for (const directory of plan.directories.toReversed()) await quietly(() => host.files.remove(directory));
  return gone;
}

/** Reads `plan.OWNER`; one that was cut off while it was written has nothing to remove yet. */
export async function readPlan(host: Host, state: string, owner: string): Promise<Plan> {
  const text = new TextDecoder().decode(await host.files.read(join(state, `plan.${owner}`)));
  const value = parse(text);
  const list = (name: string): string[] => stringsOf(value?.[name]).map((path) => resolve(state, path));
  return { temps: list("temps"), directories: list("directories") };
}

/**
 * Puts the journal in place: the commit point. Once it resolves, and also when it throws `UncertainCommit`, the staged
 * files belong to the journal. Throws `io` when nothing is committed.
 */
export async function writeJournal(
  host: Host,
  state: string,
  { owner, entries }: { owner: string; entries: readonly Entry[] },
): Promise<void> {
  const body = JSON.stringify({
    version: 1,
    entries: entries.map((entry) => ({
      ...entry,
      target: relative(state, entry.target),
      temp: relative(state, entry.temp),
    })),
  });
  const draft = join(state, `journal.${owner}`);
  const journal = join(state, "journal");
  const content = `${sha256(body)}\n${body}\n`;
  try {
    await createInState(host, draft, { content, durable: true });
  } catch (error) {
    await quietly(() => host.files.remove(draft));
    throw error;
  }
  try {
    await host.files.rename(draft, journal);
  } catch (error) {
    // Some file systems report an error for what they have done; where nobody can look, it counts as done.
    const found = await fileHash(host, journal).catch(() => "unknown");
    if (found === sha256(content)) return;
    await quietly(() => host.files.remove(draft));
    const failure = ioError(error, journal, "write");
    throw found === "unknown" ? new UncertainCommit(failure) : failure;
  }
}

/** The journal's rename failed and nobody can tell whether it happened: nothing may be removed. */
export class UncertainCommit extends Error {
  override readonly name = "UncertainCommit";
  readonly failure: Error;

  constructor(failure: Error) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

/** The entries of the journal; undefined when there is none, or one that its own checksum does not know. */
export async function readJournal(host: Host, state: string): Promise<readonly Entry[] | undefined> {
  const path = join(state, "journal");
  let text: string;
  try {
    text = new TextDecoder().decode(await host.files.read(path));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw ioError(error, path, "read");
  }
  const [checksum, body = ""] = text.split("\n");
  if (checksum !== sha256(body)) return undefined;
  const entries = parse(body)?.["entries"];
  if (!Array.isArray(entries)) return undefined;
  return entries.map((entry: unknown) => entryOf(state, entry)).filter((entry) => entry !== undefined);
}

/**
 * Finishes what is committed, under the lock: renames what is not yet renamed, syncs every directory once, drops the journal. Answers the
 * targets. Throws `changed` where a target is neither old nor new (the journal stays, so that nothing is lost), `io`.
 */
export async function rollForward(host: Host, state: string, entries: readonly Entry[]): Promise<readonly string[]> {
  let lost: Entry | undefined;
  let conflict: Entry | undefined;
  let failure: Error | undefined;
  for (const entry of entries) {
    try {
      const outcome = await finish(host, entry);
      if (outcome === "lost") lost ??= entry;
      if (outcome === "conflict") conflict ??= entry;
    } catch (error) {
      failure ??= ioError(error, entry.target, "write");
    }
  }
  if (failure !== undefined) throw failure;
  await syncDirectories(
    host,
    entries.map((entry) => entry.target),
  );
  if (conflict !== undefined) {
    throw new SecretsError("changed", "an interrupted write to it is waiting, and it was changed since", {
      at: { file: conflict.target },
      hint: `keep it as it is: rm '${conflict.temp}'`,
    });
  }
  const journal = join(state, "journal");
  await attempt(journal, "remove", () => removeIfThere(host, journal));
  // Otherwise a power cut could bring it back after the targets were changed again.
  await quietly(() => host.files.syncDirectory(state));
  if (lost !== undefined) {
    throw new SecretsError("changed", "an interrupted write to it cannot be finished: what was staged is gone", {
      at: { file: lost.target },
      hint: "it is as it was before; run the command again",
    });
  }
  return entries.map((entry) => entry.target);
}

/** Fsyncs the directories of these files, each once. */
export async function syncDirectories(host: Host, paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    await attempt(directory, "sync", () => host.files.syncDirectory(directory));
  }
}

/**
 * Renames, and where that reports an error looks whether it happened all the same. Throws `io`. `hash`: of what is
 * renamed.
 */
export async function renameChecked(host: Host, { temp, target }: Entry, hash: string): Promise<void> {
  try {
    await host.files.rename(temp, target);
  } catch (error) {
    if ((await fileHash(host, target).catch(() => "unknown")) !== hash) throw ioError(error, target, "write");
  }
}

/** Removes a file; one that is not there is no error. */
export async function removeIfThere(host: Host, path: string): Promise<void> {
  try {
    await host.files.remove(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") throw error;
  }
}

async function finish(host: Host, entry: Entry): Promise<"done" | "lost" | "conflict"> {
  const current = await fileHash(host, entry.target);
  if (current === entry.new) {
    await removeIfThere(host, entry.temp);
    return "done";
  }
  const staged = await fileHash(host, entry.temp);
  if (staged === "absent") {
    // Staged files are never removed after the commit point: it was renamed, and the target changed later, in peace.
    return current === entry.old ? "lost" : "done";
  }
  if (current !== entry.old || staged !== entry.new) return "conflict";
  await renameChecked(host, entry, entry.new);
  return "done";
}

/** Only what lies beside its target under a name of ours is an entry: a forged journal must not move files about. */
function entryOf(state: string, value: unknown): Entry | undefined {
  const [target, temp, old, fresh] = stringsOf(
    typeof value === "object" && value !== null
      ? ["target", "temp", "old", "new"].map((name): unknown => Reflect.get(value, name))
      : [],
  );
  if (target === undefined || temp === undefined || old === undefined || fresh === undefined) return undefined;
  const entry: Entry = { target: resolve(state, target), temp: resolve(state, temp), old, new: fresh };
  const beside = dirname(entry.temp) === dirname(entry.target) && stagedName.test(basename(entry.temp));
  return beside ? entry : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
