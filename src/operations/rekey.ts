/**
 * How is a whole repository brought to the policy, all or nothing?
 *
 * Plan from the headers alone; open everything that has to change, to the last byte, before anything is written; then one
 * commit. A file that agrees is not touched, so a second run writes nothing.
 */
import type { AgeHeader } from "../documents/age-header.ts";
import { agreement } from "../documents/age-readers.ts";
import { SecretsError } from "../errors.ts";
import type { Change } from "../io/commit.ts";
import { digest, readStream } from "../io/stream.ts";
import { ageRecipients } from "../policy/policy.ts";
import { needsPassphrase, openSecret, opening, readHeader, sealingChange } from "./age-secret.ts";
import { digestOf } from "./input.ts";
import { ruleOf, stateDirectory, type Project, type Ruled } from "./project.ts";
import {
  compareReaders,
  differenceLines,
  refuseLockout,
  requireReaders,
  tellIfNotReader,
  tellToChangeValues,
  type Agreement,
} from "./readers.ts";
import { secretFiles } from "./secret-files.ts";
import { commitChanges } from "./write.ts";

export interface RekeyOptions {
  /** Rewrite files that agree too. */
  readonly force?: boolean | undefined;
  readonly skipUnreadable?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
}

/** What is to be done with one file, found without a key. */
export interface PlannedFile {
  /** As it is shown. */
  readonly file: string;
  readonly path: string;
  /** `no rule`: left alone. `passphrase`: sealed with one, so it has no readers to bring to a policy. */
  readonly action: "keep" | "re-encrypt" | "no rule" | "passphrase";
  readonly agreement: Agreement | undefined;
  /** One line per person who gains or loses the file. */
  readonly difference: readonly string[];
}

export interface RekeyOutcome {
  readonly planned: readonly PlannedFile[];
  /** Files that were re-encrypted, as they are shown. */
  readonly written: readonly string[];
  /** Files left because nobody here can open them, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** @throws SecretsError `policy`, `malformed` naming the file. */
export async function planRekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<PlannedFile[]> {
  const planned: PlannedFile[] = [];
  for (const path of await secretFiles(project, paths)) planned.push(await planFile(project, path, options));
  return planned;
}

async function planFile(project: Project, path: string, options: RekeyOptions): Promise<PlannedFile> {
  const header = await readHeader(project, path);
  const ruled = await ruleOf(project, path);
  const base = { file: project.show(path), path };
  if (ruled === undefined) return { ...base, action: "no rule", agreement: undefined, difference: [] };
  if (needsPassphrase(header.stanzas)) return { ...base, action: "passphrase", agreement: undefined, difference: [] };
  requireReaders(base.file, ruled);
  const found = await compareReaders(header, ruled);
  if (options.allowLockout !== true && found.status !== "agree") {
    refuseLockout(base.file, ruled.ruling.readers, await personMayRead(header, ruled));
  }
  const action = found.status === "agree" && options.force !== true ? "keep" : "re-encrypt";
  return { ...base, action, agreement: found, difference: differenceLines(found) };
}

/** Whether anybody but the policy's hosts may read it now; who cannot be told counts as a person. */
async function personMayRead(header: AgeHeader, ruled: Ruled): Promise<boolean> {
  const hosts = ruled.file.policy.members.filter((member) => member.kind === "host").flatMap((host) => host.keys);
  const wanted = ageRecipients(ruled.ruling.readers);
  const found = await agreement(header, { wanted: hosts, known: wanted });
  return found.status !== "agree" && !(found.status === "differ" && found.extra.length + found.extraUnknown === 0);
}

/**
 * Opens everything, then writes everything.
 * @throws SecretsError `no-identity` before anything is written, naming who can open what
 */
export async function rekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<RekeyOutcome> {
  const planned = await planRekey(project, paths, options);
  const changes: Change[] = [];
  const done: PlannedFile[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const plan of planned.filter(({ action }) => action === "re-encrypt")) {
    try {
      changes.push(await reEncrypt(project, plan.path));
      done.push(plan);
    } catch (error) {
      if (!(error instanceof SecretsError) || !isUnreadable(error)) throw error;
      skipped.push({ file: plan.file, reason: error.message });
      if (options.skipUnreadable !== true) throw await refusal(project, planned, error);
    }
  }
  await commitInStates(project, changes);
  for (const plan of done) if (plan.agreement !== undefined) tellToChangeValues(project, plan.file, plan.agreement);
  return { planned, written: done.map(({ file }) => file), skipped };
}

function isUnreadable(error: SecretsError): boolean {
  return error.code === "no-identity" || error.code === "cannot-ask" || error.code === "wrong-passphrase";
}

/** All files that stand in the way, not only the first. */
async function refusal(project: Project, planned: readonly PlannedFile[], first: SecretsError): Promise<SecretsError> {
  const blocked: string[] = [];
  for (const plan of planned.filter(({ action }) => action === "re-encrypt")) {
    const header = await readHeader(project, plan.path);
    const can = await project.identities.canOpen(opening(header.stanzas));
    if (can === "no") blocked.push(plan.file);
  }
  const others = blocked.filter((file) => file !== first.at?.file);
  return new SecretsError(first.code, first.message, {
    at: first.at,
    cause: first,
    notes: [...first.notes, ...others.map((file) => `nor can they open ${file}`), "nothing was written"],
    hint: `${first.hint ?? ""}${first.hint === undefined ? "" : "; "}to do the others now: secrets rekey --skip-unreadable`,
  });
}

/** Reads the old file to its end once, so that damage shows before the commit, and again when it is written. */
async function reEncrypt(project: Project, path: string): Promise<Change> {
  const ruled = await ruleOf(project, path);
  if (ruled === undefined) throw new SecretsError("no-rule", "no rule covers this path", { at: { file: path } });
  const expected = (await digestOf(project, path)) ?? "absent";
  const { header, plaintext, reopen } = await openTwice(project, path);
  await digest(plaintext);
  const recipients = requireReaders(project.show(path), ruled);
  await tellIfNotReader(project, project.show(path), recipients);
  return sealingChange({
    path,
    expected,
    recipients,
    armor: header.armored,
    hint: ruled.file.policy.readerHint,
    plaintext: reopen,
  });
}

async function openTwice(project: Project, path: string) {
  const first = await openSecret(project, path);
  async function* reopen(): AsyncGenerator<Uint8Array> {
    yield* (await openSecret(project, path, readStream(project.host.files, path))).plaintext;
  }
  return { ...first, reopen };
}

/** One commit per repository: a run that reaches into a submodule has two. */
async function commitInStates(project: Project, changes: readonly Change[]): Promise<void> {
  const byState = new Map<string, Change[]>();
  for (const change of changes) {
    const state = await stateDirectory(project, change.path);
    byState.set(state, [...(byState.get(state) ?? []), change]);
  }
  for (const group of byState.values()) {
    const [first] = group;
    if (first !== undefined) await commitChanges(project, first.path, group);
  }
}
