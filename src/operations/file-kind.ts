/**
 * What kind of secret is at this path?
 *
 * Told by content first: an age file, a sops document, or plaintext. Where nothing is yet, the name decides: `.age` is a
 * whole-file secret, the names that sops knows are documents.
 */
import { isAge } from "../documents/age-file.ts";
import { readDocument, type SopsDocument } from "../documents/sops-document.ts";
import { SecretsError } from "../errors.ts";
import { formatNamed, formatOfPath, formats, type FormatEntry } from "../formats/index.ts";
import { inFile, isAgePath, type Project } from "./project.ts";

/** What a sops document is known by before it is parsed: its metadata, and the MAC that every one of them has. */
const NEEDLES = ["sops", "ENC[AES256_GCM,"] as const;

/** Whether these bytes could be a sops document; cheap enough to ask of every file. */
export function mayBeSops(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return NEEDLES.every((needle) => buffer.includes(needle));
}

/** The format that the user named. @throws SecretsError `usage` */
export function requireFormat(name: string): FormatEntry {
  const entry = formatNamed(name);
  if (entry !== undefined) return entry;
  throw new SecretsError("usage", "there is no such format", {
    hint: `one of: ${formats.map(({ name }) => name).join(", ")}`,
  });
}

/**
 * The format of a sops file: what the user named, else what its name tells, else what its content looks like.
 * @param content undefined where nothing is there yet
 */
export function sopsFormat(
  path: string,
  content: Uint8Array | undefined,
  named: string | undefined,
): FormatEntry | undefined {
  if (named !== undefined) return requireFormat(named);
  return formatOfPath(path) ?? (content === undefined ? undefined : formatOfContent(content));
}

/** Files such as `db.sops` or `secrets.enc`: JSON begins with a brace, YAML has its metadata at the margin. */
function formatOfContent(content: Uint8Array): FormatEntry | undefined {
  const text = Buffer.from(content).toString("utf8");
  if (/^\s*\{/.test(text)) return formatNamed("json");
  return /^["']?sops["']?:/m.test(text) ? formatNamed("yaml") : undefined;
}

export type FileKind =
  | { readonly kind: "age" }
  | { readonly kind: "sops"; readonly document: SopsDocument }
  | { readonly kind: "plain" };

/**
 * What these bytes are.
 * @throws SecretsError `malformed` with file, line and column, where it has sops metadata but cannot be read
 */
export async function kindOfContent(
  project: Project,
  path: string,
  found: { readonly bytes: Uint8Array; readonly inputType?: string | undefined },
): Promise<FileKind> {
  if (isAge(found.bytes)) return { kind: "age" };
  if (!mayBeSops(found.bytes)) return { kind: "plain" };
  const entry = sopsFormat(path, found.bytes, found.inputType);
  if (entry === undefined) return { kind: "plain" };
  try {
    const format = await entry.load();
    const text = utf8(found.bytes);
    if (format.parse(text, "sealed").metadata === undefined) return { kind: "plain" };
    return { kind: "sops", document: readDocument(text, format) };
  } catch (error) {
    throw inFile(error, project.show(path));
  }
}

/** The bytes as text. @throws SecretsError `malformed` where they are not UTF-8 */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SecretsError("malformed", "this is not UTF-8 text");
  }
}

/** What a new file at this path will be. @throws SecretsError `usage` where the name does not tell. */
export function kindOfNew(project: Project, path: string, inputType?: string): "age" | FormatEntry {
  if (inputType === undefined && isAgePath(path)) return "age";
  const entry = sopsFormat(path, undefined, inputType);
  if (entry !== undefined) return entry;
  throw new SecretsError("usage", "its name does not say what kind of secret it is", {
    at: { file: project.show(path) },
    hint: "let it end in .age for a whole-file secret, or in .yaml or .json for a sops document (or say --input-type)",
  });
}
