/**
 * How was a value spelled before it was sealed, where its canonical bytes do not tell?
 *
 * `1.10`, `"\u00e9"`, `0x1F`: sealing keeps the value and loses the spelling. The exceptions are kept, sealed, in a metadata
 * field that stock sops ignores when it reads and drops when it rewrites, just when it would become stale. A spelling is
 * used only if it still resolves to what was decrypted, so a stale or foreign one does no harm.
 */
import { sealValue } from "../../crypto/value-cipher.ts";
import type { DataKey } from "../../crypto/data-key.ts";
import type { Leaf, ParsedText, Selects } from "../../formats/format.ts";
import { isSameValue, scalarOf, textOfScalar } from "../../formats/scalar.ts";
import { sameKeys } from "../../formats/tree.ts";
import type { OpenedDocument, OpenedLeaf, SopsDocument } from "./document.ts";
import { openScalar } from "./value.ts";

/** No key of a document gives this additional data: `sops` at the top is reserved. */
const AAD = "sops:secrets_spelling:";

/** The document, the path joined as additional data, which leaf of that path, and its source on the open side. */
type Spelling = readonly [document: number, aad: string, occurrence: number, source: string];

/** The field's ENC text and what is in it. */
export interface Spellings {
  readonly sealed: string;
  readonly json: string;
}

/** Opens the field; undefined where there is none or it does not open: then nothing but the spelling is lost. */
export function openSpellings(key: DataKey, sealed: string): Spellings | undefined {
  if (sealed === "") return undefined;
  try {
    return { sealed, json: textOfScalar(openScalar(key, AAD, sealed)) ?? "" };
  } catch {
    return undefined;
  }
}

/** The field for these exceptions, "" where there are none; an equal one that stands already is kept. */
export function sealSpellings(key: DataKey, spellings: readonly Spelling[], standing: Spellings | undefined): string {
  if (spellings.length === 0) return "";
  const json = JSON.stringify(spellings);
  return standing?.json === json ? standing.sealed : sealValue(key, AAD, scalarOf("str", json));
}

/** The exceptions: leaves that open to another source than `sources` says. Both lists are in document order. */
export function exceptions(opened: readonly OpenedLeaf[], sources: readonly string[]): readonly Spelling[] {
  const found: Spelling[] = [];
  const named = placesOf(opened.map(({ leaf }) => leaf));
  for (const [index, { state, openSource }] of opened.entries()) {
    const [source, place] = [sources[index], named[index]];
    if (state === "sealed" && source !== undefined && place !== undefined && source !== openSource) {
      found.push([place.document, place.aad, place.occurrence, source]);
    }
  }
  return found;
}

/** The document with the kept spellings in its open text, or as it is where they do not fit (any more). */
export function respell(opened: OpenedDocument, selects: Selects): OpenedDocument {
  const spellings = readSpellings(opened.spellings?.json);
  if (spellings.size === 0) return opened;
  const named = placesOf(opened.leaves.map(({ leaf }) => leaf));
  const leaves = opened.leaves.map((each, index) => {
    const place = named[index];
    const source =
      place === undefined ? undefined : spellings.get(keyOf([place.document, place.aad, place.occurrence]));
    return source === undefined || each.state !== "sealed" ? each : { ...each, openSource: source };
  });
  const respelled = { ...opened, leaves, openText: openTextOf(opened, leaves) };
  return resolves(respelled, selects) ? respelled : opened;
}

/** The sealed text with these leaves open and without metadata. */
export function openTextOf(document: SopsDocument, leaves: readonly OpenedLeaf[]): string {
  const sealed = leaves.filter(({ state }) => state === "sealed");
  const replacements = sealed.map(({ leaf, openSource }) => ({ leaf, source: openSource }));
  return document.format.print(document.parsed, replacements, undefined);
}

/** Whether the open text, parsed again, has the values that were decrypted, in the same places. */
function resolves({ format, openText, leaves }: OpenedDocument, selects: Selects): boolean {
  let parsed: ParsedText;
  try {
    parsed = format.parse(openText, "open", selects);
  } catch {
    return false;
  }
  const there = leaves.filter(({ state, openSource }) => state !== "sealed" || openSource !== "");
  return (
    parsed.leaves.length === there.length &&
    parsed.leaves.every((leaf, index) => {
      const wanted = there[index];
      return wanted !== undefined && sameKeys(leaf.path, wanted.leaf.path) && isSameValue(leaf.scalar, wanted.scalar);
    })
  );
}

interface Place {
  readonly document: number;
  readonly aad: string;
  readonly occurrence: number;
}

function placesOf(leaves: readonly Leaf[]): readonly Place[] {
  const seen = new Map<string, number>();
  return leaves.map(({ document, path }) => {
    const aad = path.join(":");
    const key = keyOf([document, aad]);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return { document, aad, occurrence };
  });
}

function keyOf(parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

/** Reads the field; whatever is not a spelling is left out. */
function readSpellings(json: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let list: unknown;
  try {
    list = JSON.parse(json ?? "[]");
  } catch {
    return found;
  }
  if (!Array.isArray(list)) return found;
  for (const item of list) {
    if (!Array.isArray(item)) continue;
    const [document, aad, occurrence, source]: unknown[] = item;
    if (
      typeof document === "number" &&
      typeof aad === "string" &&
      typeof occurrence === "number" &&
      typeof source === "string"
    ) {
      found.set(keyOf([document, aad, occurrence]), source);
    }
  }
  return found;
}
