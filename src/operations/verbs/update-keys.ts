/**
 * What does `updatekeys` do with the sops files named?
 *
 * What `rekey` does, asked for file by file as in sops: one that only adds readers leaves values and MAC alone, one that
 * removes them makes a new data key.
 */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Project } from "../project/project.ts";
import { confirm } from "../project/ask.ts";
import type { PlannedFile } from "./rekey-plan.ts";
import { planRekey, rekey, type RekeyOptions } from "./rekey.ts";

export interface UpdateKeysOutcome {
  readonly status: "up to date" | "updated" | "declined";
  readonly planned: PlannedFile;
}

/** All or none. `approve` is sops' `-y`; without it somebody is asked, file by file. */
export async function updateKeys(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions & { readonly approve: boolean },
): Promise<UpdateKeysOutcome[]> {
  const outcomes: UpdateKeysOutcome[] = [];
  for (const planned of await planUpdateKeys(project, paths, options)) {
    outcomes.push({ status: await statusAfter(project, planned, options), planned });
  }
  const updated = outcomes.filter(({ status }) => status === "updated").map(({ planned }) => planned.file);
  if (updated.length > 0) await rekey(project, updated, options);
  return outcomes;
}

async function statusAfter(
  project: Project,
  planned: PlannedFile,
  options: RekeyOptions & { readonly approve: boolean },
): Promise<UpdateKeysOutcome["status"]> {
  if (planned.action === "keep") return "up to date";
  // What will be refused is not asked for.
  const { leftInClear = [], stuck } = planned.agreement ?? {};
  const isRefused = stuck !== undefined || (options.allowClear !== true && leftInClear.length > 0);
  return options.approve || isRefused || (await approved(project, planned)) ? "updated" : "declined";
}

/** What it would do, found without a key. @throws SecretsError `usage`, what `planRekey` throws */
export async function planUpdateKeys(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions = {},
): Promise<PlannedFile[]> {
  const planned = await planRekey(project, paths, { ...options, documentsOnly: true });
  return planned.filter(({ action }) => action !== "no rule");
}

async function approved(project: Project, planned: PlannedFile): Promise<boolean> {
  if (!project.host.terminal.canAsk) {
    throw new SecretsError("cannot-ask", "cannot ask here whether to change its readers", {
      at: { file: planned.file },
      notes: planned.difference,
      hint: `repeat with -y: secrets updatekeys -y ${shellWord(planned.file)}`,
    });
  }
  project.tell(`${planned.file}: these will change:`);
  for (const line of planned.difference) project.tell(`  ${line}`);
  return confirm(project, "Is this okay?");
}
