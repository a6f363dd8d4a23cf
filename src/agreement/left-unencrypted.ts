/**
 * Which values that are encrypted now would the rule leave unencrypted?
 *
 * Found without a key, from the selection that the file has and the one that the rule asks for.
 */
import { looksSealed } from "../crypto/value-cipher.ts";
import type { SopsDocument } from "../documents/sops/document.ts";
import { sameSettings, usableSelection } from "../documents/sops/selection.ts";
import type { Leaf } from "../formats/format.ts";
import { stepsText } from "../formats/place.ts";
import { textOfScalar } from "../formats/scalar.ts";
import type { Ruling } from "../policy/policy.ts";
import { wantedSettings } from "./wanted-settings.ts";

/** Their key paths, in the order of the file. */
export async function leftUnencrypted({ metadata, parsed }: SopsDocument, ruling: Ruling): Promise<string[]> {
  const wanted = wantedSettings(ruling);
  if (sameSettings(metadata.settings, wanted)) return [];
  const [seals, shallSeal] = await Promise.all([usableSelection(metadata.settings), usableSelection(wanted)]);
  // Such a file is neither opened nor sealed.
  if (seals === undefined || shallSeal === undefined) return [];
  const isOpened = ({ path, otherPaths, scalar }: Leaf) =>
    looksSealed(textOfScalar(scalar) ?? "") && [path, ...otherPaths].some(seals);
  return [...new Set(parsed.leaves.filter((leaf) => isOpened(leaf) && !shallSeal(leaf.path)).map(nameOf))];
}

function nameOf({ kind, steps }: Leaf): string {
  const key = stepsText(steps) || "the top level";
  return kind === "comment" ? `a comment in ${key}` : key;
}
