/**
 * Which leaves of this text do these settings want sealed?
 *
 * Each way to select, those by comments too, which hang on the text and not on the path alone.
 */
import { compileSelection, DEFAULT_RULE, type SelectionSettings } from "../../documents/sops/selection.ts";
import { SecretsError } from "../../errors.ts";
import type { Leaf, ParsedText } from "../../formats/format.ts";
import { sealedByComments } from "./comment-selection.ts";

/** Whether a leaf is to be sealed; undefined where the settings are broken. */
export async function leafSelection(
  settings: SelectionSettings,
  parsed: ParsedText,
): Promise<((leaf: Leaf) => boolean) | undefined> {
  const { name, value } = settings.rule ?? DEFAULT_RULE;
  try {
    if (name === "encrypted_comment_regex" || name === "unencrypted_comment_regex") {
      const sealed = await sealedByComments(parsed, { name, value });
      return (leaf) => sealed.has(leaf);
    }
    const selects = await compileSelection(settings);
    return ({ path }) => selects(path);
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}
