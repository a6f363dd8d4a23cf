/** SEC006: does the file open to what was sealed? */
import { renewingMac, RESTORED, restoring } from "../reading/commands.ts";
import { sidesText } from "../reading/merged.ts";
import { handEdits } from "../reading/hand-edits.ts";
import type { Rule } from "../finding.ts";

export const sec006: Rule = {
  id: "SEC006",
  title: "authentication failed",
  severity: "error",
  explanation: {
    what: "With --verify the file was opened with a key at hand, and its MAC, one of its values, or a piece of the age payload does not authenticate. Or, without a key, it differs from the version that it replaces and still has that one's MAC, which is a warning: keys, types, empty values, comments or values were changed by hand.",
    why: "Somebody without the key changed it: a value was swapped, removed or moved to another key, a comment was turned into a value, the file was cut short.",
    mend: "Take the file from the last commit in which it verifies (git checkout COMMIT -- FILE), and find out who changed it. Do not use --ignore-mac to get over it, but for a merge: there nothing is in the file that was not in one of both versions.",
    limits:
      "That the file opens shows only with a key, so with --verify; a file that no key here opens is then reported as not checked. The MAC of sops covers the bytes of values and their order, not the names of keys, types, null and empty values and comments: what was changed of these is only seen where git has the version before, and not with --history. docs/tampering.md has the whole list.",
  },
  opened: ({ file, problem, line, column, mixed }) => {
    const fix = mixed === undefined ? `${restoring(file)} ${RESTORED}` : renewingMac(file);
    const message =
      mixed === undefined ? problem : `${problem}: a merge has put two versions into it${sidesText(mixed)}`;
    return [{ severity: "error", message, line, column, fix, subject: "mac" }];
  },
  change: handEdits,
};
