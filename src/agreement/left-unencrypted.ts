/**
 * Which leaves would change sides if the file came to the rule?
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

export interface MovedLeaves {
  /** Values that are unencrypted, rightly so by the file's own settings, and that the rule wants encrypted. */
  readonly exposed: readonly Leaf[];
  /** Key paths, in the order of the file, of what is encrypted and what the rule would leave unencrypted. */
  readonly opened: readonly string[];
}

/** Both ways. What broken settings select nobody can tell: it counts as exposed, never as opened. */
export async function movedLeaves({ format, metadata, parsed }: SopsDocument, ruling: Ruling): Promise<MovedLeaves> {
  const { settings } = metadata;
  const wanted = { ...wantedSettings(ruling, format), macOnlyEncrypted: settings.macOnlyEncrypted };
  if (sameSettings(settings, wanted)) return { exposed: [], opened: [] };
  const [ofFile, ofRule] = await Promise.all([usableSelection(settings), usableSelection(wanted)]);
  const byFile = ofFile ?? (() => false);
  const byRule = ofRule ?? (() => true);
  const isSealed = ({ scalar }: Leaf) => looksSealed(textOfScalar(scalar) ?? "");
  // A comment may have been sealed as one of another container.
  const wasSelected = (leaf: Leaf) => byFile(leaf) || leaf.otherPaths.some((path) => byFile({ ...leaf, path }));
  const opened = parsed.leaves.filter((leaf) => isSealed(leaf) && wasSelected(leaf) && !byRule(leaf));
  return {
    exposed: parsed.leaves.filter((leaf) => leaf.kind === "value" && !isSealed(leaf) && byRule(leaf) && !byFile(leaf)),
    opened: [...new Set(opened.map(nameOf))],
  };
}

function nameOf({ kind, steps }: Leaf): string {
  const key = stepsText(steps) || "the top level";
  return kind === "comment" ? `a comment in ${key}` : key;
}
