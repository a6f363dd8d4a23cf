/** SEC002: does a value stand in clear in a file whose own settings want it encrypted? */
import type { SopsDocument } from "../../documents/sops/document.ts";
import { DEFAULT_RULE } from "../../documents/sops/selection.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { RESTORED, restoring } from "../reading/commands.ts";
import { clearLeaves, subjectOf } from "../reading/clear-leaves.ts";
import { movedValues } from "../reading/moved-values.ts";
import type { Draft, Rule } from "../finding.ts";
import { keyWord, shellWord } from "../reading/place.ts";

export const sec002: Rule = {
  id: "SEC002",
  title: "value in clear inside an encrypted file",
  severity: "error",
  tells: "plaintext",
  explanation: {
    what: "A sops file is encrypted, but some of its values stand in clear although the file's own encrypted_regex, suffix or default says that they are encrypted. A comment in clear among encrypted ones is a warning. Or, beside the version before: a value that was encrypted there is not any more, or stands under another key, or a new one is nearly a key that is encrypted, although the MAC fits.",
    why: "It looks encrypted, so nobody looks twice: somebody added a key with a plain editor, or a merge brought it. All of them are in clear where somebody replaced the text and left the metadata. Anybody can read it, and neither sops nor secrets can open the file any more.",
    mend: "Take the file as it was, which is gone from the disk with all that was changed since, and set the value: git checkout HEAD -- FILE && secrets set FILE KEY. Where HEAD does not have the file, or has the value in clear too, take the last commit in which it was whole (git log -- FILE); where there is none, make plaintext of it (take out the sops block and every ENC[…], which are lost) and encrypt that. Taking the value out by hand is not enough: the MAC does not fit any more. If it was pushed, change the secret itself.",
    limits:
      "null and empty texts are never encrypted. Under encrypted_comment_regex and unencrypted_comment_regex the comments that stand in the file decide, as sops reads them: one that was taken out, or put in, changes what is judged. With the version before are compared what is changed on the disk, what is staged, and every version of a range and of the history; a file that was moved has none. Whether it is the same value nobody can tell without a key. Where it is meant: allow SEC002 for the file.",
  },
  file: async ({ content, file }) => {
    if (content.kind !== "sops") return [];
    const { document } = content;
    const leaves = await clearLeaves(document);
    const keys = leaves.filter(({ kind }) => kind === "value").map(({ steps }) => stepsText(steps));
    const fix = fixFor(file, keys);
    return leaves.map((leaf) => (leaf.kind === "comment" ? commentDraft(leaf) : valueDraft(leaf, document, fix)));
  },
  change: movedValues,
};

/** More values than these are changed in an editor. */
const MOST_SET = 3;

/** One command for all of them: taking the file back once more would undo what was set. */
function fixFor(file: string, keys: readonly string[]): string {
  const word = shellWord(file);
  const set =
    keys.length > MOST_SET ? [`secrets edit ${word}`] : keys.map((key) => `secrets set ${word} ${keyWord(key)}`);
  return `${[restoring(file), ...set].join(" && ")} ${RESTORED}`;
}

function valueDraft(leaf: Leaf, document: SopsDocument, fix: string): Draft {
  const key = stepsText(leaf.steps);
  const setting = (document.metadata.settings.rule ?? DEFAULT_RULE).name;
  return {
    severity: "error",
    message: `${key} stands in clear although the file's ${setting} wants it encrypted`,
    line: leaf.line,
    column: leaf.column,
    fix,
    subject: subjectOf(leaf),
  };
}

function commentDraft(leaf: Leaf): Draft {
  return {
    severity: "warning",
    message: "a comment stands in clear where the file encrypts its comments",
    line: leaf.line,
    column: leaf.column,
    subject: subjectOf(leaf),
  };
}
