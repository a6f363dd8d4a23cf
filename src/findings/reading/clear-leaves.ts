/**
 * Which leaves of a sops file are unencrypted although the file's own settings want them encrypted?
 */
import { looksSealed } from "../../crypto/value-cipher.ts";
import { usableSelection } from "../../documents/sops/selection.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { ALLOW_MARK } from "./needles.ts";

/** The values that are unencrypted against the file's own settings. */
export async function clearValues(document: SopsDocument): Promise<Leaf[]> {
  return (await clearLeaves(document)).filter(({ kind }) => kind === "value");
}

/** What a finding about this leaf is about. */
export function subjectOf({ kind, steps }: Leaf): string {
  return kind === "comment" ? `#${stepsText(steps)}` : stepsText(steps);
}

/** Values and comments. */
export async function clearLeaves(document: SopsDocument): Promise<Leaf[]> {
  // Broken settings are told elsewhere.
  const selects = await usableSelection(document.metadata.settings);
  return selects === undefined ? [] : document.parsed.leaves.filter((leaf) => selects(leaf) && isClear(leaf));
}

/** Whether a leaf that should be sealed is not, and does not even pretend to be. */
function isClear(leaf: Leaf): boolean {
  const text = textOfScalar(leaf.scalar) ?? "";
  return leaf.kind === "comment" ? !looksSealed(text) && !ALLOW_MARK.test(text) : !text.startsWith("ENC[");
}
