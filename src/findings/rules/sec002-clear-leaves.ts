/** SEC002: is a value unencrypted in a file whose own settings want it encrypted? */
import type { SopsDocument } from "../../documents/sops/document.ts";
import { DEFAULT_RULE } from "../../documents/sops/selection.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { RESTORED, restoring } from "../reading/commands.ts";
import { clearLeaves, subjectOf } from "../reading/clear-leaves.ts";
import { movedValues } from "../reading/moved-values.ts";
import type { Draft, Rule } from "../finding.ts";
import { keyWord, shellWord } from "../../words/shell.ts";

export const sec002: Rule = {
  id: "SEC002",
  title: "unencrypted value inside an encrypted file",
  severity: "error",
  tells: "plaintext",
  explanation: {
    what: [
      "A value of a sops file is unencrypted although the file's own selection wants it encrypted.",
      "Or it was encrypted in the previous version, or its key is close to one that is encrypted.",
      "A comment that is unencrypted among encrypted ones is a warning.",
    ],
    why: ["The file looks encrypted, so nobody looks twice. A plain editor, a merge or a typo in a key does this."],
    fix: [
      "git checkout HEAD -- FILE && secrets set FILE KEY; this drops your other changes to it.",
      "If HEAD has the value unencrypted too, start from the last commit in which the file was intact.",
      "Removing the value by hand is not enough: the MAC does not match. If it was pushed, change the secret.",
      "Unencrypted on purpose: allow SEC002 for the file.",
    ],
    limits: [
      "null and empty values are never encrypted.",
      "Without a key it is unknown whether it is the same value. A file that was moved has no previous version.",
    ],
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
    message: `${key} is unencrypted, but the file's ${setting} wants it encrypted`,
    line: leaf.line,
    column: leaf.column,
    fix,
    subject: subjectOf(leaf),
  };
}

function commentDraft(leaf: Leaf): Draft {
  return {
    severity: "warning",
    message: "a comment is unencrypted, but the file encrypts its comments",
    line: leaf.line,
    column: leaf.column,
    subject: subjectOf(leaf),
  };
}
