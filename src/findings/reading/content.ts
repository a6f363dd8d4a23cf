/**
 * What is in this file, as far as one can see without a key?
 *
 * The name decides the format, as in sops; the bytes decide whether it is encrypted. What claims to be encrypted and cannot be
 * read is told from what never was.
 */
import { strictUtf8 } from "../../text/utf8.ts";
import { entryKinds } from "../../keys/entries/index.ts";
import { lookAtAge, type AgePayload } from "../../documents/age/stanzas.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { isAge } from "../../documents/age/header-bytes.ts";
import { recognise } from "../../documents/recognise.ts";
import { readMetadata } from "../../documents/sops/metadata.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { expected, SecretsError } from "../../errors.ts";
import type { Format, FormatName, ParsedText, Tree } from "../../formats/format.ts";
import { formatOfPath, loadFormat } from "../../formats/index.ts";
import { malformedAt } from "../../formats/place.ts";
import { isMapping } from "../../formats/tree.ts";
import { unmergedLine, UNMERGED } from "../../text/merge-marks.ts";
import { placeOf } from "./place.ts";
import { needlesIn, type Needles } from "./needles.ts";
import { utf8Of } from "../../text/utf8.ts";

/** `problem` says why a broken one cannot be read. */
export type Content =
  | { readonly kind: "empty" }
  | { readonly kind: "age"; readonly header: AgeHeader; readonly payload: AgePayload }
  | { readonly kind: "broken-age"; readonly problem: SecretsError }
  | { readonly kind: "sops"; readonly document: SopsDocument }
  | { readonly kind: "broken-sops"; readonly text: string; readonly problem: SecretsError }
  /** `text` is undefined where the bytes are no text. */
  | { readonly kind: "plain"; readonly text: string | undefined; readonly needles: Needles };

/** What is longer, and only perhaps a secret, is not parsed: its tree would not fit into the memory. */
export const MOST_PARSED = 8 * 1024 * 1024;

/** @param path POSIX; its end tells the format where the bytes do not. */
export async function readContent(bytes: Uint8Array, path: string, needles = needlesIn(bytes)): Promise<Content> {
  if (bytes.length === 0) return { kind: "empty" };
  const searched = utf8Of(bytes);
  const recognised = recognise(searched, path);
  if (recognised.kind === "age") return ageContent(bytes);
  const text = strictUtf8(searched)?.replace(/^\uFEFF/, "");
  if (text?.trim() === "") return { kind: "empty" };
  const plain: Content = { kind: "plain", text: text ?? oneByteText(searched), needles };
  if (text === undefined) return plain;
  if (recognised.kind === "plain") return (needles.metadata ? await decryptedContent(text, path) : undefined) ?? plain;
  return (await sopsContent(text, { path, format: recognised.format, conflict: needles.conflict })) ?? plain;
}

/** Whether it is worth a look for being encrypted: few files are, and this costs no parser. */
export function mayBeEncrypted(bytes: Uint8Array, { sops, sealed }: Needles): boolean {
  return (sops && sealed) || isAge(bytes);
}

/** Whether nobody without a key can read what matters in it. */
export function isEncryptedContent(content: Content): boolean {
  return content.kind === "age" || (content.kind === "sops" && content.document.text.includes("ENC[AES256_GCM,"));
}

/** What some editor wrote with one byte per letter: one such letter in a comment hides nothing. */
function oneByteText(bytes: Uint8Array): string | undefined {
  return bytes.includes(0) ? undefined : new TextDecoder("latin1").decode(bytes);
}

function ageContent(bytes: Uint8Array): Promise<Content> {
  return lookAtAge(bytes).then(
    (found) => ({ kind: "age", ...found }),
    (error: unknown) => ({ kind: "broken-age", problem: expected(error) }),
  );
}

/** Undefined where it is not a sops file after all: a program or a text that shows one. */
async function sopsContent(
  text: string,
  found: { readonly path: string; readonly format: FormatName; readonly conflict: boolean },
): Promise<Content | undefined> {
  const meant = formatOfPath(found.path) !== undefined || !/\.[a-z]{1,5}$/i.test(found.path);
  const line = found.conflict && meant ? unmergedLine(text) : undefined;
  if (line !== undefined) return { kind: "broken-sops", text, problem: malformedAt(UNMERGED, line, 1) };
  const format = await loadFormat(found.format);
  const parsed = parse(text, format);
  if (parsed instanceof SecretsError) return meant ? { kind: "broken-sops", text, problem: parsed } : undefined;
  return isSopsMetadata(parsed.metadata) ? documentOf(text, format, parsed) : undefined;
}

/** A document whose values were all decrypted by hand, its metadata left behind. Much that is none speaks of sops: it has to parse. */
async function decryptedContent(text: string, path: string): Promise<Content | undefined> {
  if (text.length > MOST_PARSED) return undefined;
  const name = formatOfPath(path) ?? (/\.[a-z]{1,5}$/i.test(path) ? undefined : text.startsWith("{") ? "json" : "yaml");
  if (name === undefined || name === "binary") return undefined;
  const format = await loadFormat(name);
  const parsed = parse(text, format);
  if (parsed instanceof SecretsError || !isMapping(parsed.metadata) || !parsed.metadata.has("lastmodified"))
    return undefined;
  return isSopsMetadata(parsed.metadata) ? documentOf(text, format, parsed) : undefined;
}

function parse(text: string, format: Format): ParsedText | SecretsError {
  try {
    return format.parse(text, "sealed");
  } catch (error) {
    return expected(error);
  }
}

const FIELDS = ["lastmodified", "mac", "version", "key_groups", ...entryKinds.map(({ type }) => type)];

/** Charts and programs have settings under `sops` too: metadata has at least two of its own fields. */
function isSopsMetadata(tree: Tree | undefined): boolean {
  return isMapping(tree) && FIELDS.filter((field) => tree.has(field)).length >= 2;
}

function documentOf(text: string, format: Format, parsed: ParsedText): Content {
  try {
    return { kind: "sops", document: { format, text, parsed, metadata: readMetadata(parsed.metadata ?? null) } };
  } catch (error) {
    const at = { file: "", ...placeOf(text, text.search(/^"?sops/m)) };
    return { kind: "broken-sops", text, problem: expected(error).with({ at }) };
  }
}
