/**
 * What kind of file is this: an age file, a sops document, or neither?
 *
 * By content, since names lie: the metadata that every sops format has to have, looked for and not parsed. What looks like a
 * sops document may still turn out to be a broken one.
 */
import type { FormatName } from "../formats/format.ts";
import { formatOfPath, formatOfSealed } from "../formats/index.ts";
import { isAge } from "./age/header-bytes.ts";

export type Recognised =
  | { readonly kind: "age" }
  | { readonly kind: "sops"; readonly format: FormatName }
  /** Not encrypted; the format that its name tells, if any. */
  | { readonly kind: "plain"; readonly format: FormatName | undefined };

/** All that has to be in any sops document, whatever its format: the beginning of an ENC text, of the MAC at least. */
const MARK = Buffer.from("ENC[AES256_GCM,");

/** The layouts in which it can stand too, which prose about sops can look like: only parsing tells. */
const PERHAPS_YAML = /(?:^[ \t]*(?:[?][ \t]+)?|[{,]\s*)["']?sops["']?\s*:/m;

/** Whether what was taken for plain may be YAML with metadata in an odd place, such as a root that is indented or in braces. */
export function mayBeYaml(bytes: Uint8Array): boolean {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return whole.includes(MARK) && PERHAPS_YAML.test(whole.toString("utf8"));
}

/**
 * Recognises a file by its bytes; the path decides only what the bytes leave open.
 * @param bytes all of them: sops writes its metadata at the end.
 */
export function recognise(bytes: Uint8Array, path: string): Recognised {
  if (isAge(bytes)) return { kind: "age" };
  const named = formatOfPath(path);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!whole.includes(MARK) || !whole.includes("sops")) return { kind: "plain", format: named };
  const text = whole.toString("utf8");
  const format = formatOfSealed(text, named);
  if (format === undefined) return { kind: "plain", format: named };
  return { kind: "sops", format };
}
