/**
 * How is a whole repository brought to the policy, all or nothing?
 *
 * Plan from what the files declare; open everything that has to change, to the last byte, before anything is written; then
 * one commit. A file that agrees is not touched, so a second run writes nothing.
 */
import { agreement } from "../documents/age-readers.ts";
import { SecretsError } from "../errors.ts";
import type { Change } from "../io/commit.ts";
import { digest, sha256 } from "../io/stream.ts";
import { ageRecipients } from "../policy/policy.ts";
import { fileChunks, needsPassphrase, openSecret, sealingChange } from "./age-secret.ts";
import { digestOf } from "./input.ts";
import { canOpen, inspect, type AgeSecret, type Inspected, type SopsSecret } from "./inspect.ts";
import { inFile, ruleOf, type Project, type Ruled } from "./project.ts";
import {
  differenceLines,
  refuseLockout,
  requireReaders,
  tellIfNotReader,
  tellToChangeValues,
  type Agreement,
} from "./readers.ts";
import { secretFiles } from "./secret-files.ts";
import { sopsRecipients } from "./sops-readers.ts";
import { openSops, reseal, textChange } from "./sops-secret.ts";
import { commitChanges } from "./write.ts";

export interface RekeyOptions {
  /** Rewrite files that agree too. */
  readonly force?: boolean | undefined;
  readonly skipUnreadable?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
  /** sops documents alone, and their data keys kept although somebody was removed (sops' own behaviour). */
  readonly keepDataKey?: boolean | undefined;
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

/** A planned file with what was seen of it. */
interface Plan {
  readonly planned: PlannedFile;
  readonly secret: Inspected;
  readonly ruled: Ruled | undefined;
}

/** @throws SecretsError `policy`, `malformed` naming the file, `lockout`. */
export async function planRekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<PlannedFile[]> {
  return (await planAll(project, paths, options)).map(({ planned }) => planned);
}

async function planAll(project: Project, paths: readonly string[], options: RekeyOptions): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const path of await secretFiles(project, paths)) {
    const ruled = await ruleOf(project, path);
    const secret = await inspect(project, path, ruled);
    if (secret !== undefined)
      plans.push({ secret, ruled, planned: await planFile(project, { path, secret, ruled }, options) });
    else if (paths.some((named) => project.resolve(named) === path)) throw notEncrypted(project.show(path));
  }
  return plans;
}

function notEncrypted(file: string): SecretsError {
  return new SecretsError("malformed", "this is not an encrypted file", {
    at: { file },
    hint: `to encrypt it: secrets encrypt -i ${file}`,
  });
}

async function planFile(
  project: Project,
  found: { readonly path: string; readonly secret: Inspected; readonly ruled: Ruled | undefined },
  options: RekeyOptions,
): Promise<PlannedFile> {
  const { path, secret, ruled } = found;
  const base = { file: project.show(path), path, agreement: undefined, difference: [] };
  if (ruled === undefined || secret.agreement === undefined) return { ...base, action: "no rule" };
  if (secret.kind === "age" && needsPassphrase(secret.header.stanzas)) return { ...base, action: "passphrase" };
  requireReaders(base.file, ruled);
  const agrees = secret.agreement.status === "agree";
  if (options.allowLockout !== true && !agrees) {
    refuseLockout(base.file, ruled.ruling.readers, await personMayRead(secret, ruled));
  }
  const action = agrees && options.force !== true ? "keep" : "re-encrypt";
  return { ...base, action, agreement: secret.agreement, difference: differenceLines(secret.agreement) };
}

/** Whether anybody but the policy's hosts may read it now; who cannot be told counts as a person. */
async function personMayRead(secret: Inspected, ruled: Ruled): Promise<boolean> {
  const hosts = ruled.file.policy.members.filter((member) => member.kind === "host").flatMap((host) => host.keys);
  if (secret.kind === "sops") {
    const ids = new Set(hosts.map(({ id }) => id));
    return secret.declared.others.length > 0 || secret.recipients.some(({ id }) => !ids.has(id));
  }
  const found = await agreement(secret.header, { wanted: hosts, known: ageRecipients(ruled.ruling.readers) });
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
  const plans = await planAll(project, paths, options);
  const todo = plans.filter(({ planned }) => planned.action === "re-encrypt");
  const changes: Change[] = [];
  const done: PlannedFile[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const plan of todo) {
    const { planned } = plan;
    try {
      changes.push(await newContent(project, plan, options));
      done.push(planned);
    } catch (error) {
      if (!(error instanceof SecretsError) || !isUnreadable(error)) throw inFile(error, planned.file);
      if (options.skipUnreadable !== true) throw await refusal(project, todo, error);
      skipped.push({ file: planned.file, reason: error.message });
    }
  }
  await commitChanges(project, changes);
  for (const { file, agreement } of done) if (agreement !== undefined) tellToChangeValues(project, file, agreement);
  return { planned: plans.map(({ planned }) => planned), written: done.map(({ file }) => file), skipped };
}

function isUnreadable(error: SecretsError): boolean {
  return error.code === "no-identity" || error.code === "cannot-ask" || error.code === "wrong-passphrase";
}

/** All files that stand in the way, not only the first. */
async function refusal(project: Project, todo: readonly Plan[], first: SecretsError): Promise<SecretsError> {
  const blocked: string[] = [];
  for (const { secret, planned } of todo) {
    if (planned.file !== first.at?.file && (await canOpen(project, secret)) === "no") blocked.push(planned.file);
  }
  return new SecretsError(first.code, first.message, {
    at: first.at,
    cause: first,
    notes: [...first.notes, ...blocked.map((file) => `nor can they open ${file}`), "nothing was written"],
    hint: `${first.hint ?? ""}${first.hint === undefined ? "" : "; "}to do the others now: secrets rekey --skip-unreadable`,
  });
}

async function newContent(project: Project, { secret, planned, ruled }: Plan, options: RekeyOptions): Promise<Change> {
  if (ruled === undefined)
    throw new SecretsError("no-rule", "no rule covers this path", { at: { file: planned.file } });
  const place = { path: planned.path, ruled };
  return secret.kind === "age"
    ? ageContent(project, secret, place)
    : sopsContent(project, secret, { ...place, options });
}

/** Reads the old file to its end once, so that damage shows before the commit, and again when it is written. */
async function ageContent(
  project: Project,
  { header }: AgeSecret,
  { path, ruled }: { readonly path: string; readonly ruled: Ruled },
): Promise<Change> {
  const expected = (await digestOf(project, path)) ?? "absent";
  await digest((await openSecret(project, path)).plaintext);
  const recipients = ageRecipients(ruled.ruling.readers);
  await tellIfNotReader(project, project.show(path), recipients);
  async function* plaintext(): AsyncGenerator<Uint8Array> {
    yield* (await openSecret(project, path, fileChunks(project, path))).plaintext;
  }
  const { readerHint } = ruled.file.policy;
  return sealingChange({ path, expected, recipients, armor: header.armored, hint: readerHint, plaintext });
}

/** Readers who were only added leave values and MAC alone; where one was removed, a new data key seals everything anew. */
async function sopsContent(
  project: Project,
  { document, bytes }: SopsSecret,
  place: { readonly path: string; readonly ruled: Ruled; readonly options: RekeyOptions },
): Promise<Change> {
  const { path, ruled, options } = place;
  await tellIfNotReader(project, project.show(path), sopsRecipients(ruled.ruling.readers));
  const opened = await openSops(project, path, { document });
  const newKey = options.force === true ? "always" : options.keepDataKey === true ? "never" : "removed";
  const text = await reseal(project, { opened, text: opened.openText, ruled, newKey });
  return textChange(path, sha256(bytes), text);
}
