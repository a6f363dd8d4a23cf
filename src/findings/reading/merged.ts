/**
 * Is this file a mix of two versions, and in what do they differ?
 *
 * git merges the lines of two encrypted files, and each keeps the MAC that it had: the result has the values of both and the MAC of
 * one. Told by key paths, never by values.
 */
import type { Origin } from "../../text/merge-marks.ts";
import { readContent } from "./content.ts";
import { wholeText, type WholeText } from "./outline.ts";
import { listed } from "../../words/phrases.ts";

/** The key paths in which the sides of a merge differ, none where they are not sops documents. @param path tells their format */
export async function differingKeys(origin: Origin | undefined, path: string): Promise<string[]> {
  const [ours, theirs] = await sidesOf(origin, path);
  return ours === undefined || theirs === undefined ? [] : differences(ours, theirs);
}

/** The same, where all that stands in the file comes from these two; undefined where something else does. */
export async function mixedKeys(
  now: WholeText,
  origin: Origin | undefined,
  path: string,
): Promise<readonly string[] | undefined> {
  const [ours, theirs] = await sidesOf(origin, path);
  return ours === undefined || theirs === undefined ? undefined : mixOf(now, ours, theirs);
}

/** As `mixedKeys`, of outlines. */
export function mixOf(now: WholeText, ours: WholeText, theirs: WholeText): readonly string[] | undefined {
  const isFrom = ({ entries }: WholeText, [path, entry]: Entry) => isSame(entries.get(path), entry);
  const isMix =
    [...now.entries].every((entry) => isFrom(ours, entry) || isFrom(theirs, entry)) &&
    [...ours.entries].every(([path]) => now.entries.has(path) || !theirs.entries.has(path));
  return isMix ? differences(ours, theirs) : undefined;
}

/** "; the two sides differ in a, b" */
export function sidesText(keys: readonly string[]): string {
  return keys.length === 0 ? "" : `; the two sides differ in ${listed(keys)}`;
}

type Entry = readonly [string, { readonly value: string; readonly type: string }];

async function sidesOf(origin: Origin | undefined, path: string): Promise<(WholeText | undefined)[]> {
  if (origin?.kind !== "merge") return [];
  return Promise.all(
    [origin.ours, origin.theirs].map(async ({ bytes }) => {
      const content = await readContent(bytes, path);
      return content.kind === "sops" ? wholeText(content.document) : undefined;
    }),
  );
}

function differences(ours: WholeText, theirs: WholeText): string[] {
  const paths = new Set([...ours.entries.keys(), ...theirs.entries.keys()]);
  return [...paths].filter((path) => !isSame(ours.entries.get(path), theirs.entries.get(path)));
}

function isSame(a: Entry[1] | undefined, b: Entry[1] | undefined): boolean {
  return a !== undefined && a.value === b?.value && a.type === b.type;
}
