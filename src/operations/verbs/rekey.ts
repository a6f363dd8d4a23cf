/**
 * How is a whole repository brought to the policy, all or nothing?
 *
 * Plan from what the files declare; open everything that has to change, to the last byte, before anything is written; then
 * one commit. A file that agrees is not touched, so a second run writes nothing.
 */
import { placed } from "../../words/phrases.ts";
import { SecretsError } from "../../errors.ts";
import type { Change } from "../../io/commit.ts";
import { digest, sha256 } from "../../io/stream.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { idleMembers } from "../../policy/idle.ts";
import { ageRecipients } from "../../policy/policy.ts";
import { fileChunks, openSecret, sealingChange } from "../secrets/age-secret.ts";
import { standingReaders, type Grant } from "../writing/admit.ts";
import { digestOf } from "../project/input.ts";
import { canOpen, hasPeople, type AgeSecret, type Inspected, type SopsSecret } from "../secrets/inspect.ts";
import { inFile, type Project } from "../project/project.ts";
import type { Ruled } from "../project/rule.ts";
import { notices, settle, type Intent } from "../writing/gates.ts";
import { planFiles, type Plan, type PlannedFile } from "./rekey-plan.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { openSops, reseal, textChange } from "../secrets/sops-secret.ts";
import { commitChanges, retried } from "../writing/write.ts";

export interface RekeyOptions {
  /** Rewrite files that agree too. */
  readonly force?: boolean | undefined;
  readonly skipUnreadable?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
  /** Put values in clear that are encrypted now, where the rule selects less. */
  readonly allowClear?: boolean | undefined;
  /** Keep the data key of a sops document although a reader was removed (sops' own behaviour). */
  readonly keepDataKey?: boolean | undefined;
}

export interface RekeyOutcome {
  readonly planned: readonly PlannedFile[];
  /** Files that were re-encrypted, as they are shown. */
  readonly written: readonly string[];
  /** Files left because nobody here can open them, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** What `rekey` would do. @throws SecretsError what `planFiles` throws */
export async function planRekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<PlannedFile[]> {
  const plans = await planFiles(project, paths, options);
  const policies = new Set(plans.flatMap(({ found }) => found?.ruled.file.policy ?? []));
  for (const { member, message } of [...policies].flatMap(idleMembers)) {
    project.tell(placed({ ...member.at, column: undefined }, message));
  }
  return plans.map(({ planned }) => planned);
}

/**
 * Opens everything, then writes everything; all of it again where somebody else wrote to one of the files meanwhile.
 * @throws SecretsError `no-identity` before anything is written, naming who can open what; `lockout`;
 * `refused` where the rule would leave in clear what is encrypted now
 */
export async function rekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<RekeyOutcome> {
  return retried(() => rekeyOnce(project, paths, options));
}

async function rekeyOnce(project: Project, paths: readonly string[], options: RekeyOptions): Promise<RekeyOutcome> {
  const plans = await planFiles(project, paths, options);
  const todo = plans.filter(({ planned }) => planned.action === "re-encrypt");
  await settle(project, await intentsOf(todo, options));
  const changes: Change[] = [];
  const grants: Grant[] = [];
  const done: PlannedFile[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const [index, plan] of todo.entries()) {
    const { planned } = plan;
    project.progress(index, todo.length);
    try {
      changes.push(...(await newContent(project, plan, options)));
      grants.push(...(await grantsOf(project, plan)));
      done.push(planned);
    } catch (error) {
      if (!(error instanceof SecretsError) || !isUnreadable(error)) throw inFile(error, planned.file);
      if (options.skipUnreadable !== true) throw await refusal(project, todo, error);
      skipped.push({ file: planned.file, reason: error.message });
    }
  }
  project.progress(todo.length, todo.length);
  await commitChanges(project, changes, { grants });
  for (const { file, agreement } of done) notices(project, file, agreement);
  return { planned: plans.map(({ planned }) => planned), written: done.map(({ file }) => file), skipped };
}

async function intentsOf(todo: readonly Plan[], options: RekeyOptions): Promise<Intent[]> {
  const intents: Intent[] = [];
  for (const { found, path, planned } of todo) {
    if (found === undefined) continue;
    const { secret, ruled } = found;
    intents.push({
      path,
      file: planned.file,
      ruled,
      kind: secret.kind,
      difference: planned.agreement,
      hasPeople: await hasPeople(secret, ruled),
      recipients: recipientsOf(secret, ruled),
      settles: true,
      options,
    });
  }
  return intents;
}

async function grantsOf(project: Project, { found, path, planned: { file } }: Plan): Promise<Grant[]> {
  if (found === undefined) return [];
  const { secret, ruled } = found;
  const standing = await standingReaders(project, secret, ruled.file);
  return [{ path, file, recipients: recipientsOf(secret, ruled), ruled, standing }];
}

/** Who will be able to read the file by its rule. */
function recipientsOf({ kind }: Inspected, { ruling }: Ruled): Recipient[] {
  return kind === "age" ? ageRecipients(ruling.readers) : sopsRecipients(ruling.readers);
}

function isUnreadable(error: SecretsError): boolean {
  return error.code === "no-identity" || error.code === "cannot-ask" || error.code === "wrong-passphrase";
}

/** All files that stand in the way, not only the first. */
async function refusal(project: Project, todo: readonly Plan[], first: SecretsError): Promise<SecretsError> {
  const blocked: string[] = [];
  for (const { found, planned } of todo) {
    if (found === undefined || planned.file === first.at?.file) continue;
    if ((await canOpen(project, found.secret)) === "no") blocked.push(planned.file);
  }
  const isNamed = first.hint?.includes("--identity") === true;
  const advice = isNamed ? first.hints : [...first.hints, "name another key with --identity FILE"];
  return first.with({
    cause: first,
    notes: [...first.notes, ...blocked.map((file) => `nor can they open ${file}`), "nothing was written"],
    hint: [...advice, "to do the others now: secrets rekey --skip-unreadable"],
  });
}

async function newContent(project: Project, { found, path }: Plan, options: RekeyOptions): Promise<Change[]> {
  if (found === undefined) return [];
  const { secret, ruled } = found;
  const place = { path, ruled, options };
  return [secret.kind === "age" ? await ageContent(project, secret, place) : await sopsContent(project, secret, place)];
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
  async function* plaintext(): AsyncGenerator<Uint8Array> {
    yield* (await openSecret(project, path, fileChunks(project, path))).plaintext;
  }
  const hint = ruled.file.policy.readerHint;
  return sealingChange({
    path,
    expected,
    recipients,
    keyring: project.identities,
    armor: header.armored,
    hint,
    plaintext,
  });
}

/** Readers who were only added leave values and MAC alone; where one was removed, a new data key re-encrypts everything. */
async function sopsContent(
  project: Project,
  { document, bytes }: SopsSecret,
  place: { readonly path: string; readonly ruled: Ruled; readonly options: RekeyOptions },
): Promise<Change> {
  const { path, ruled, options } = place;
  const opened = await openSops(project, path, { document });
  const newKey = options.force === true ? "always" : options.keepDataKey === true ? "never" : "removed";
  const text = await reseal(project, { opened, text: opened.openText, ruled, newKey });
  return textChange(path, sha256(bytes), text);
}
