/**
 * What is in this file, as far as one can see without a key?
 *
 * The name decides the format, as in sops; the bytes decide whether it is encrypted. What claims to be encrypted and cannot be
 * read is told from what never was.
 */
import { isAge, readAgeHeader } from "../documents/age-file.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import { readMetadata } from "../documents/sops-metadata.ts";
import type { SopsDocument } from "../documents/sops-document.ts";
import { SecretsError } from "../errors.ts";
import type { Format, ParsedText, Tree } from "../formats/format.ts";
import { formatNamed, formatOfPath, formats, type FormatEntry } from "../formats/index.ts";
import { isMapping } from "../formats/tree.ts";
import { needlesIn, utf8Of, type Needles } from "./needles.ts";
import { placeOf } from "./place.ts";

/** What stands in the way of reading a file that means to be encrypted. */
export interface Problem {
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export type Content =
  | { readonly kind: "empty" }
  | { readonly kind: "age"; readonly header: AgeHeader }
  | { readonly kind: "broken-age"; readonly problem: Problem }
  | { readonly kind: "sops"; readonly document: SopsDocument }
  | { readonly kind: "broken-sops"; readonly text: string; readonly problem: Problem }
  /** `text` is undefined where the bytes are not UTF-8. */
  | { readonly kind: "plain"; readonly text: string | undefined; readonly needles: Needles };

/** @param path POSIX; its end tells the format. */
export async function readContent(bytes: Uint8Array, path: string, needles = needlesIn(bytes)): Promise<Content> {
  if (bytes.length === 0) return { kind: "empty" };
  if (isAge(bytes)) return ageContent(bytes);
  const text = textOf(bytes);
  if (text === undefined || text.trim() === "") {
    return text === undefined ? { kind: "plain", text, needles } : { kind: "empty" };
  }
  if (!needles.sops) return { kind: "plain", text, needles };
  return (await sopsContent(text, path, needles)) ?? { kind: "plain", text, needles };
}

/** Whether nobody without a key can read what matters in it. */
export function isEncryptedContent(content: Content): boolean {
  return content.kind === "age" || content.kind === "sops";
}

/** UTF-8 text without its byte order mark, or undefined. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(utf8Of(bytes));
  } catch {
    return undefined;
  }
}

async function ageContent(bytes: Uint8Array): Promise<Content> {
  try {
    const { stanzas, armored, hint, close } = await readAgeHeader(once(bytes));
    await close();
    return { kind: "age", header: { stanzas, armored, hint } };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { kind: "broken-age", problem: { message: error.message } };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** Undefined where it is no sops file at all. */
async function sopsContent(text: string, path: string, needles: Needles): Promise<Content | undefined> {
  const claims = needles.sealed && /\blastmodified\b/.test(text);
  if (claims && needles.conflict) return conflict(text);
  let first: Problem | undefined;
  for (const entry of candidates(path)) {
    const format = await entry.load();
    const parsed = parse(text, format);
    if ("message" in parsed) {
      first ??= parsed;
    } else if (isSopsMetadata(parsed.metadata)) {
      return documentOf(text, format, parsed);
    }
  }
  return claims && first !== undefined ? { kind: "broken-sops", text, problem: first } : undefined;
}

function conflict(text: string): Content | undefined {
  const at = text.search(/^<{7} /m);
  const problem = { message: "the marks of an unfinished merge stand in it", ...placeOf(text, at) };
  return at === -1 ? undefined : { kind: "broken-sops", text, problem };
}

/** The format of the name; a name that tells none is sops' binary form, and people use such names for all others too. */
function candidates(path: string): readonly FormatEntry[] {
  const named = formatOfPath(path);
  if (named !== undefined) return [named];
  const binary = formatNamed("binary");
  return [...(binary === undefined ? [] : [binary]), ...formats.filter((entry) => entry !== binary)];
}

function parse(text: string, format: Format): ParsedText | Problem {
  try {
    return format.parse(text, "sealed");
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { message: error.message, line: error.at?.line, column: error.at?.column };
  }
}

const FIELDS = ["lastmodified", "mac", "version", "age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "key_groups"];

/** Charts and programs have settings under `sops` too: metadata has at least two of its own fields. */
function isSopsMetadata(tree: Tree | undefined): boolean {
  return isMapping(tree) && FIELDS.filter((field) => tree.has(field)).length >= 2;
}

function documentOf(text: string, format: Format, parsed: ParsedText): Content {
  try {
    return { kind: "sops", document: { format, text, parsed, metadata: readMetadata(parsed.metadata ?? null) } };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return {
      kind: "broken-sops",
      text,
      problem: { message: error.message, ...placeOf(text, text.search(/^"?sops/m)) },
    };
  }
}
