/**
 * What of a version of a file is compared with the versions that it replaces?
 *
 * Seen without a key, and kept for every version until all were read, so it holds no text of the file.
 */
import { createHash } from "node:crypto";
import { looksSealed } from "../../crypto/value-cipher.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { DEFAULT_RULE, pathSelection } from "../../documents/sops/selection.ts";
import type { Content as Said } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { staysClear, textOfScalar } from "../../formats/scalar.ts";
import type { Place } from "../../text/places.ts";
import { isEncryptedContent, type Content } from "./content.ts";
import { selectedNames } from "./slips.ts";

/** A value that is not encrypted. */
export interface OpenValue extends Place {
  /** The mapping keys from the root. */
  readonly path: readonly string[];
  /** As people type it. */
  readonly key: string;
  readonly document: number;
  /** The key that would be encrypted, where this one is nearly that. */
  readonly meant: string | undefined;
}

/** What the MAC of a sops file is, and what it covers and does not. */
export interface WholeText {
  readonly mac: string;
  /** By key path: what stands there, hashed, and its type. In the order of the file. */
  readonly entries: ReadonlyMap<string, { readonly value: string; readonly type: string }>;
  readonly comments: string;
}

export type Outline =
  | { readonly kind: "plain" }
  | { readonly kind: "age"; readonly hasHint: boolean | undefined }
  | {
      readonly kind: "sops";
      /** The key paths of encrypted values, and the values that are not encrypted; by the path as JSON. */
      readonly sealed: ReadonlyMap<string, readonly string[]>;
      readonly open: ReadonlyMap<string, OpenValue>;
      /** The setting that selects what is encrypted. */
      readonly setting: string;
      readonly whole: WholeText | undefined;
    };

export type SopsOutline = Extract<Outline, { kind: "sops" }>;

/**
 * The outline of an encrypted file, or of plaintext; undefined for what is broken, empty or no longer encrypted at all.
 * @param isPast whether only what was published matters: what was changed by hand there can no longer be fixed
 */
export async function outlineOf(content: Content, isPast: boolean): Promise<Outline | undefined> {
  if (content.kind === "plain") return { kind: "plain" };
  if (content.kind === "age") return { kind: "age", hasHint: isPast ? undefined : content.header.hint !== undefined };
  if (content.kind !== "sops" || !isEncryptedContent(content)) return undefined;
  const { document } = content;
  return { ...(await selectionOutline(document)), whole: isPast ? undefined : wholeText(document) };
}

async function selectionOutline({ parsed, metadata }: SopsDocument): Promise<Omit<SopsOutline, "whole">> {
  const { settings } = metadata;
  const selects = await pathSelection(settings);
  const meantBy = selects === undefined ? () => undefined : selectedNames(parsed.leaves, settings, selects);
  const sealed = new Map<string, readonly string[]>();
  const open = new Map<string, OpenValue>();
  for (const { kind, path, steps, scalar, document, line, column } of parsed.leaves) {
    const id = JSON.stringify(path);
    if (kind === "comment" || staysClear(scalar)) continue;
    if (looksSealed(textOfScalar(scalar) ?? "")) sealed.set(id, path);
    else if (!open.has(id)) {
      open.set(id, { path, key: stepsText(steps), document, line, column, meant: meantBy(steps) });
    }
  }
  return { kind: "sops", sealed, open, setting: (settings.rule ?? DEFAULT_RULE).name };
}

/** What of it the MAC covers, and what not. */
export function wholeText({ format, parsed, metadata }: SopsDocument): WholeText {
  const entries: Entries = new Map();
  for (const [index, document] of format.read(parsed).entries()) {
    // A mapping around several documents would change the paths of the first.
    collect(document, index === 0 ? [] : [`document ${index + 1}`], entries);
  }
  // What the MAC does not cover may be changed by hand: that is what mac_only_encrypted is for.
  if (metadata.settings.macOnlyEncrypted)
    for (const [path, { type }] of entries) if (!type.startsWith("ENC")) entries.delete(path);
  const comments = parsed.leaves.filter(({ kind }) => kind === "comment").map(({ scalar }) => textOfScalar(scalar));
  return { mac: metadata.mac, entries, comments: hashed(comments.join("\n")) };
}

type Entries = Map<string, { value: string; type: string }>;

function collect(content: Said, steps: readonly (string | number)[], entries: Entries): void {
  if (content.kind === "scalar") {
    const text = Buffer.from(content.scalar.bytes).toString();
    const [, value = text, type] = looksSealed(text) ? (/^(.*),type:([a-z]+)\]\s*$/s.exec(text) ?? []) : [];
    entries.set(stepsText(steps), {
      value: hashed(value),
      type: type === undefined ? content.scalar.type : `ENC ${type}`,
    });
    return;
  }
  const below =
    content.kind === "list"
      ? content.items.map((item, index) => [index, item] as const)
      : content.entries.filter(([key]) => steps.length > 0 || key !== "sops");
  if (below.length === 0) entries.set(stepsText(steps), { value: "", type: content.kind });
  for (const [step, child] of below) collect(child, [...steps, step], entries);
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("base64").slice(0, 16);
}
