/**
 * Which leaves of this text do these settings want encrypted?
 *
 * Each way to select, those by comments too, which depend on the text and not on the path alone. Under encrypted_comment_regex
 * and unencrypted_comment_regex of sops a comment counts for the next entry of its container and for all that is in it, together
 * with the comments before it. The comments that match stay unencrypted, so no key is needed.
 */
import { looksSealed } from "../../crypto/value-cipher.ts";
import { SecretsError } from "../../errors.ts";
import type { Leaf, ParsedText, Step } from "../../formats/format.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { compileSelection, DEFAULT_RULE, regexTest, type SelectionSettings } from "./selection.ts";

/** Whether a leaf is to be encrypted; undefined where the settings are broken. */
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

/** A container on the way to the leaf: the comments that count for the entry that is being read, or for the next one. */
interface Level {
  /** Undefined before the entry. */
  step: Step | undefined;
  matches: boolean;
}

/** @internal The leaves, values and comments, to be sealed. @throws SecretsError `malformed` for an invalid regular expression. */
export async function sealedByComments(
  { leaves }: ParsedText,
  { name, value }: { readonly name: "encrypted_comment_regex" | "unencrypted_comment_regex"; readonly value: string },
): Promise<ReadonlySet<Leaf>> {
  const says = await regexTest(name, value);
  const encrypts = name === "encrypted_comment_regex";
  const found = new Set<Leaf>();
  let levels: Level[] = [];
  let document = 0;
  for (const leaf of leaves) {
    if (leaf.document !== document) levels = [];
    document = leaf.document;
    const isComment = isCommentOf(leaf);
    const container = isComment && leaf.kind === "value" ? leaf.steps.slice(0, -1) : leaf.steps;
    levels = entered(levels, container);
    if (!isComment) {
      if (levels.some(({ matches }) => matches) === encrypts) found.add(leaf);
      continue;
    }
    const level = nextEntry(levels, container.length);
    const text = textOfScalar(leaf.scalar) ?? "";
    const matches = !looksSealed(text) && says(text);
    // The comment that seals stays readable itself, and so does the one that leaves unencrypted.
    const isActive = levels.some((each) => each.matches);
    if (encrypts ? isActive : !isActive && !matches) found.add(leaf);
    level.matches ||= matches;
  }
  return found;
}

/** sops writes a sealed comment in a list as an item. */
function isCommentOf({ kind, scalar }: Leaf): boolean {
  return kind === "comment" || /^ENC\[.*,type:comment\]$/.test(textOfScalar(scalar) ?? "");
}

/** The levels on the way of these steps: those that the leaf before shares with it stay, and entries that are over count no more. */
function entered(levels: readonly Level[], steps: readonly Step[]): Level[] {
  const result: Level[] = [];
  let isSame = true;
  for (const [index, step] of steps.entries()) {
    const before: Level | undefined = isSame ? levels[index] : undefined;
    if (before === undefined || (before.step !== undefined && before.step !== step)) {
      result.push({ step, matches: false });
    } else result.push({ step, matches: before.matches });
    isSame &&= before?.step === step;
  }
  const rest = isSame ? levels[steps.length] : undefined;
  return rest === undefined ? result : [...result, rest];
}

/** The level in which the next entry is still to come. */
function nextEntry(levels: Level[], depth: number): Level {
  const standing = levels[depth];
  if (standing !== undefined && standing.step === undefined) return standing;
  const level: Level = { step: undefined, matches: false };
  levels[depth] = level;
  return level;
}
