/**
 * How is a whole repository brought to the policy, all or nothing?
 *
 * Plan from what the files declare; open everything that has to change, to the last byte, before anything is written; then
 * one commit. A file that agrees is not touched, so a second run writes nothing.
 */
import { SecretsError } from "../../errors.ts";
import { placed } from "../../words/phrases.ts";
import { idleMembers } from "../../policy/idle.ts";
import { inFile, type Project } from "../project/project.ts";
import type { SealedSecret, Secret } from "../secrets/secret.ts";
import { settle, type GateOptions } from "../writing/gates.ts";
import { retried, writeSecrets } from "../writing/write.ts";
import { planFiles, type PlannedFile, type PlanOptions } from "./rekey-plan.ts";

export interface RekeyOptions extends Omit<GateOptions, "rekey"> {
  /** Rewrite files that agree too. */
  readonly force?: boolean | undefined;
  readonly skipUnreadable?: boolean | undefined;
  /** The format of sops files whose names do not tell. */
  readonly inputType?: string | undefined;
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
  options: RekeyOptions & Pick<PlanOptions, "documentsOnly"> = {},
): Promise<PlannedFile[]> {
  const plans = await planFiles(project, paths, options);
  const policies = new Set(plans.flatMap(({ secret }) => secret?.ruled?.file.policy ?? []));
  for (const { member, message } of [...policies].flatMap(idleMembers)) {
    project.tell(placed({ ...member.at, column: undefined }, message));
  }
  return plans.map(({ planned }) => planned);
}

/** Opens everything, then writes everything; all of it again where somebody else wrote to one of the files meanwhile. */
export async function rekey(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<RekeyOutcome> {
  return retried(() => rekeyOnce(project, paths, options));
}

async function rekeyOnce(project: Project, paths: readonly string[], options: RekeyOptions): Promise<RekeyOutcome> {
  const plans = await planFiles(project, paths, options);
  const todo = plans.flatMap(({ planned, secret }) => (planned.action === "re-encrypt" && secret ? [secret] : []));
  await settle(project, todo, { settles: true, options });
  const newKey = options.force === true ? "always" : options.keepDataKey === true ? "never" : "removed";
  const sealed: SealedSecret[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const [index, secret] of todo.entries()) {
    const { file } = secret;
    project.progress(index, todo.length);
    try {
      sealed.push(await secret.rewrap({ readers: "rule", newKey }));
    } catch (error) {
      if (!(error instanceof SecretsError) || !isUnreadable(error)) throw inFile(error, file);
      if (options.skipUnreadable !== true) throw await refusal(todo, error);
      skipped.push({ file, reason: error.message });
    }
  }
  project.progress(todo.length, todo.length);
  await writeSecrets(project, sealed);
  return { planned: plans.map(({ planned }) => planned), written: sealed.map(({ secret }) => secret.file), skipped };
}

function isUnreadable(error: SecretsError): boolean {
  return error.code === "no-identity" || error.code === "cannot-ask" || error.code === "wrong-passphrase";
}

/** All files that stand in the way, not only the first. */
async function refusal(todo: readonly Secret[], first: SecretsError): Promise<SecretsError> {
  const blocked: string[] = [];
  for (const { file, canOpen } of todo) {
    if (file !== first.at?.file && (await canOpen()) === "no") blocked.push(file);
  }
  const isNamed = first.hint?.includes("--identity") === true;
  const advice = isNamed ? first.hints : [...first.hints, "name another key with --identity FILE"];
  return first.with({
    cause: first,
    notes: [...first.notes, ...blocked.map((file) => `nor can they open ${file}`), "nothing was written"],
    hint: [...advice, "to rekey the others now: secrets rekey --skip-unreadable"],
  });
}
