/**
 * What does `updatekeys` do with the sops files named?
 *
 * What `rekey` does, asked for file by file as in sops: one that only adds readers leaves values and MAC alone, one that
 * removes them makes a new data key.
 */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../findings/reading/place.ts";
import { inspect } from "../secrets/inspect.ts";
import type { Project } from "../project/project.ts";
import { requireRule } from "../project/rule.ts";
import { confirm } from "../writing/confirm.ts";
import type { PlannedFile } from "./rekey-plan.ts";
import { planRekey, rekey, type RekeyOptions } from "./rekey.ts";

export interface UpdateKeysOutcome {
  readonly status: "up to date" | "updated" | "declined";
  readonly planned: PlannedFile;
}

/**
 * One file. `approve` is sops' `-y`; without it somebody is asked.
 * @throws SecretsError `usage` for what is no sops file; `cannot-ask` naming `-y`
 */
export async function updateKeys(
  project: Project,
  file: string,
  options: RekeyOptions & { readonly approve: boolean },
): Promise<UpdateKeysOutcome> {
  const planned = await planUpdateKeys(project, file, options);
  if (planned.action === "keep") return { status: "up to date", planned };
  // What will be refused is not asked for.
  const { leftInClear = [], stuck } = planned.agreement ?? {};
  const isRefused = stuck !== undefined || (options.allowClear !== true && leftInClear.length > 0);
  if (!options.approve && !isRefused && !(await approved(project, planned))) return { status: "declined", planned };
  await rekey(project, [file], options);
  return { status: "updated", planned };
}

/** What it would do, found without a key. */
export async function planUpdateKeys(project: Project, file: string, options: RekeyOptions): Promise<PlannedFile> {
  const path = project.resolve(file);
  const ruled = await requireRule(project, path);
  const secret = await inspect(project, path, ruled);
  if (secret?.kind !== "sops") {
    throw new SecretsError("usage", "this is not a sops file", {
      at: { file: project.show(path) },
      hint: `for an .age secret run: secrets rekey ${shellWord(project.show(path))}`,
    });
  }
  const [planned] = await planRekey(project, [file], options);
  if (planned === undefined) throw new Error("a sops file was not planned");
  return planned;
}

async function approved(project: Project, planned: PlannedFile): Promise<boolean> {
  if (!project.host.terminal.canAsk) {
    throw new SecretsError("cannot-ask", "whether to change its readers cannot be asked for here", {
      at: { file: planned.file },
      notes: planned.difference,
      hint: `repeat with -y: secrets updatekeys -y ${shellWord(planned.file)}`,
    });
  }
  project.tell(`${planned.file}: these will change:`);
  for (const line of planned.difference) project.tell(`  ${line}`);
  return confirm(project, "Is this okay?");
}
