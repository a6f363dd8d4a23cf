/**
 * Who will read what is written here, and may it be written at all?
 *
 * The rule for the path, its readers, drift and lock-out, settled before anything is typed. Opens nothing, asks for no key.
 */
import { SecretsError } from "../../errors.ts";
import { loadFormat } from "../../formats/index.ts";
import type { FormatName } from "../../formats/format.ts";
import { shellWord } from "../../words/shell.ts";
import { collect } from "../../text/chunks.ts";
import { fileChunks } from "../secrets/age-secret.ts";
import { ageTarget } from "./age-target.ts";
import { commandToEncrypt, kindOfContent, kindOfNew, requireFormatName } from "../secrets/file-kind.ts";
import { refuseOutput } from "./output.ts";
import { statOf, type Project } from "../project/project.ts";
import { requireRule, ruleOf } from "../project/rule.ts";
import { settle } from "./gates.ts";
import type { Planned, Target, WriteOptions } from "./target.ts";

/**
 * Decides who will read, and whether the write may be at all.
 * @throws SecretsError `no-rule`, `policy`, `drift`, `lockout`, `refused` (plaintext is there)
 */
export async function planWrite(project: Project, path: string, options: WriteOptions): Promise<Target> {
  const file = project.show(path);
  await refuseOutput(project, { path });
  const target = (await unruledTarget(project, { path, file, options })) ?? (await ruledTarget(project, path, options));
  await settle(project, [{ ...target, settles: false, options }]).catch((error: unknown) =>
    withWayOut(project, target, error),
  );
  if (target.difference?.status === "unknown") {
    project.tell(`${file}: who reads it now cannot be told; what is written is for the readers of the policy`);
  }
  return target;
}

async function ruledTarget(project: Project, path: string, options: WriteOptions): Promise<Target> {
  const planned = { path, file: project.show(path), ruled: await requireRule(project, path), options };
  const bytes = await currentBytes(project, path);
  return bytes === undefined ? newTarget(project, planned) : standingTarget(project, { ...planned, bytes });
}

/** A sops document that no rule covers says itself who reads it. Undefined for all else. */
async function unruledTarget(
  project: Project,
  { path, file, options }: Omit<Planned, "ruled">,
): Promise<Target | undefined> {
  const { stat } = project.host.files;
  // A link could lead to a file that has a rule.
  const isFile = (await stat(path, { follow: false }).catch(() => undefined))?.kind === "file";
  if (!isFile || (await ruleOf(project, path)) !== undefined) return undefined;
  const bytes = (await currentBytes(project, path)) ?? new Uint8Array();
  const found = await kindOfContent(project, path, { bytes, inputType: options.inputType });
  if (found.kind !== "sops") return undefined;
  requireSameFormat({ file, options }, found.document.format.name);
  project.tell(`${file}: no rule covers it, so it keeps its own readers and settings`);
  const { sopsTarget } = await import("./sops-target.ts");
  return sopsTarget(project, { path, file, ruled: undefined, options }, { bytes, document: found.document });
}

/** Who cannot open the file cannot bring it to the policy either: they learn who can. */
async function withWayOut(project: Project, { path, file, ruled }: Target, error: unknown): Promise<never> {
  if (!(error instanceof SecretsError) || error.code !== "drift") throw error;
  const { canOpen, inspect } = await import("../secrets/inspect.ts");
  const secret = await inspect(project, path, ruled);
  if (secret === undefined || (await canOpen(project, secret)) !== "no") throw error;
  const { adviceOn } = await import("../identities/no-identity.ts");
  const advice = await adviceOn(project, path, secret);
  const anew = `a new value needs no key: secrets set ${shellWord(file)} --value-stdin --rekey`;
  const hint = secret.kind === "age" && !advice.includes(anew) ? `${advice}; ${anew}` : advice;
  throw error.with({ message: `${error.message}, and none of the keys here can open it`, hint });
}

async function currentBytes(project: Project, path: string): Promise<Uint8Array | undefined> {
  if ((await statOf(project, path)) === undefined) return undefined;
  return collect(fileChunks(project, path));
}

async function newTarget(project: Project, planned: Planned): Promise<Target> {
  const { inputType, outputType = inputType } = planned.options;
  const kind = kindOfNew(planned.path, outputType);
  if (kind === "age") return ageTarget(project, planned, undefined);
  const { newSopsTarget } = await import("./sops-target.ts");
  return newSopsTarget(project, planned, await loadFormat(kind));
}

async function standingTarget(project: Project, planned: Planned & { readonly bytes: Uint8Array }): Promise<Target> {
  const { path, file, bytes } = planned;
  const found = await kindOfContent(project, path, { bytes, inputType: planned.options.inputType });
  switch (found.kind) {
    case "age":
      return ageTarget(project, planned, bytes);
    case "sops":
      requireSameFormat(planned, found.document.format.name);
      return (await import("./sops-target.ts")).sopsTarget(project, planned, { bytes, document: found.document });
    case "plain":
      throw new SecretsError("refused", "this is not an encrypted file: it would be overwritten", {
        at: { file },
        hint: `if it is a plaintext that should be encrypted, run: ${commandToEncrypt(project, path)}`,
      });
  }
}

/** @throws SecretsError `usage`: sops would write another format under the same name */
function requireSameFormat({ file, options }: Pick<Planned, "file" | "options">, format: FormatName): void {
  const { outputType } = options;
  if (outputType === undefined || requireFormatName(outputType) === format) return;
  throw new SecretsError("usage", `the file is ${format}, and stays that`, {
    at: { file },
    hint: "decrypt it with --output-type into a file of another name, and encrypt that",
  });
}
