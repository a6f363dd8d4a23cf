/**
 * Who will read what is written here, and may it be written at all?
 *
 * The rule for the path, its readers, drift and lock-out, settled before anything is typed. Opens nothing, asks for no key.
 */
import { SecretsError } from "../errors.ts";
import { shellWord } from "../findings/place.ts";
import { collect } from "../io/stream.ts";
import { fileChunks } from "./age-secret.ts";
import { ageTarget } from "./age-target.ts";
import { formatToWrite, kindOfContent, kindOfNew } from "./file-kind.ts";
import { refuseOutput } from "./output.ts";
import { statOf, type Project } from "./project.ts";
import { requireRule } from "./rule.ts";
import { settle } from "./gates.ts";
import type { Planned, Target, WriteOptions } from "./target.ts";

/**
 * Decides who will read, and whether the write may be at all.
 * @throws SecretsError `no-rule`, `policy`, `drift`, `lockout`, `refused` (plaintext is there)
 */
export async function planWrite(project: Project, path: string, options: WriteOptions): Promise<Target> {
  const file = project.show(path);
  await refuseOutput(project, { path });
  const ruled = await requireRule(project, path);
  const bytes = await currentBytes(project, path);
  const target =
    bytes === undefined
      ? await newTarget(project, { path, file, ruled, options })
      : await standingTarget(project, { path, file, ruled, options, bytes });
  await settle(project, [{ ...target, settles: false, options }]);
  if (target.difference?.status === "unknown") {
    project.tell(`${file}: who reads it now cannot be told; what is written is for the readers of the policy`);
  }
  return target;
}

async function currentBytes(project: Project, path: string): Promise<Uint8Array | undefined> {
  if ((await statOf(project, path)) === undefined) return undefined;
  return collect(fileChunks(project, path), Infinity);
}

async function newTarget(project: Project, planned: Planned): Promise<Target> {
  const kind = kindOfNew(project, planned.path, planned.options.inputType);
  if (kind === "age") return ageTarget(project, planned, undefined);
  const { newSopsTarget } = await import("./sops-target.ts");
  const format = await formatToWrite(kind, `secrets edit ${shellWord(`${planned.file}.age`)}`);
  return newSopsTarget(project, planned, format);
}

async function standingTarget(project: Project, planned: Planned & { readonly bytes: Uint8Array }): Promise<Target> {
  const { path, file, bytes } = planned;
  const found = await kindOfContent(project, path, { bytes, inputType: planned.options.inputType });
  switch (found.kind) {
    case "age":
      return ageTarget(project, planned, bytes);
    case "sops":
      return (await import("./sops-target.ts")).sopsTarget(project, planned, { bytes, document: found.document });
    case "plain":
      throw new SecretsError("refused", "this is not an encrypted file: it would be overwritten", {
        at: { file },
        hint: `if it is a plaintext that should be encrypted, run: secrets encrypt -i ${shellWord(file)}`,
      });
  }
}
