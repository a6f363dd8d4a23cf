/**
 * What kind of secret is at this path?
 *
 * Told by content where there is one. Where nothing is yet, the name decides: `.age` is a whole-file secret, the names that
 * sops knows are documents.
 */
import type { SopsDocument } from "../../documents/sops/document.ts";
import { mayBeYaml, recognise } from "../../documents/recognise.ts";
import { dressed, SecretsError } from "../../errors.ts";
import { remerging } from "../../findings/reading/commands.ts";
import { shellWord } from "../../words/shell.ts";
import { FORMAT_NAMES, formatOfPath, isFormatName, loadFormat } from "../../formats/index.ts";
import type { FormatName } from "../../formats/format.ts";
import { attempt } from "../../io/io-error.ts";
import { unmergedLine, UNMERGED } from "../../text/merge-marks.ts";
import { inFile, isAgePath, statOf, type Project } from "../project/project.ts";

/** The format that the user named. @throws SecretsError `usage` */
export function requireFormatName(name: string): FormatName {
  if (isFormatName(name)) return name;
  throw new SecretsError("usage", "unknown format", { hint: `one of: ${FORMAT_NAMES.join(", ")}` });
}

/**
 * The sops document that these bytes are; undefined for all else.
 * @throws SecretsError `malformed` or `unmerged` with file, line and column, where it has sops metadata but cannot be read
 */
export async function documentOf(
  project: Project,
  path: string,
  found: { readonly bytes: Uint8Array; readonly inputType?: string | undefined },
): Promise<SopsDocument | undefined> {
  const { bytes, inputType } = found;
  const recognised = recognise(bytes, path);
  // One whose layout does not tell; whatever else has sops' marks in it is plain text.
  if (recognised.kind === "plain" && mayBeYaml(bytes)) return parsed(bytes, "yaml").catch(() => undefined);
  if (recognised.kind !== "sops") return undefined;
  try {
    refuseUnmerged(bytes);
    return await parsed(bytes, inputType === undefined ? recognised.format : requireFormatName(inputType));
  } catch (error) {
    throw await fileError(project, path, error);
  }
}

async function parsed(bytes: Uint8Array, name: FormatName): Promise<SopsDocument> {
  const [format, { readDocument }] = await Promise.all([loadFormat(name), import("../../documents/sops/document.ts")]);
  return readDocument(format.decode(bytes, "sealed"), format);
}

/** @throws SecretsError `unmerged` */
function refuseUnmerged(bytes: Uint8Array): void {
  const line = unmergedLine(Buffer.from(bytes).toString());
  if (line !== undefined) throw new SecretsError("unmerged", UNMERGED, { at: { file: "", line } });
}

/** The error with the file's name; of what git could not merge, with the command that keeps both its sides. */
export async function fileError(project: Project, path: string, error: unknown): Promise<unknown> {
  const file = project.show(path);
  if (!(error instanceof SecretsError) || error.code !== "unmerged") return inFile(error, file);
  const { formerSidesOf } = await import("./former-sides.ts");
  return inFile(dressed(error, { hint: remerging(file, await formerSidesOf(project, path)) }), file);
}

/** Whether what is at this path is encrypted, or may be. @throws SecretsError `io` */
export async function holdsSecret(project: Project, path: string): Promise<boolean> {
  if ((await statOf(project, path))?.kind !== "file") return false;
  const bytes = await attempt(project.show(path), "read", () => project.host.files.read(path));
  return recognise(bytes, path).kind !== "plain" || mayBeYaml(bytes);
}

/** What makes a secret of a plaintext: in place where its name is that of a format which can be written. */
export function commandToEncrypt(project: Project, path: string): string {
  const file = project.show(path);
  const format = formatOfPath(path);
  return isAgePath(path) || format !== undefined
    ? `secrets encrypt -i ${shellWord(file)}`
    : `secrets encrypt ${shellWord(file)} -o ${shellWord(`${file}.age`)}`;
}

/** What a new file at this path will be: as in sops, one whose name tells nothing is binary. */
export function kindOfNew(path: string, inputType?: string): "age" | FormatName {
  if (inputType !== undefined) return requireFormatName(inputType);
  if (isAgePath(path)) return "age";
  return formatOfPath(path) ?? "binary";
}
