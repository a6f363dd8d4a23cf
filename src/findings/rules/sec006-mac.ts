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
    what: [
      "With --verify: the MAC, a value, or a piece of an age payload does not authenticate.",
      "Without a key: the file differs from the previous version and still has its MAC (a warning).",
    ],
    why: ["Somebody without the key changed it: swapped, removed or moved a value, or cut the file short."],
    fix: [
      "git checkout COMMIT -- FILE with the last commit in which it verifies, and find out who changed it.",
      "After a merge: secrets edit --ignore-mac FILE, but only if the finding says so.",
    ],
    limits: [
      "A file that no key here opens is reported as not checked.",
      "The MAC does not cover key names, types, null and empty values, and comments.",
      "Changes of these are found only against the previous version, and not with --history.",
      "The whole list: docs/tampering.md.",
    ],
  },
  opened: ({ file, problem, line, column, mixed }) => {
    const fix = mixed === undefined ? `${restoring(file)} ${RESTORED}` : renewingMac(file);
    const message =
      mixed === undefined ? problem : `${problem}: a merge combined two versions in it${sidesText(mixed)}`;
    return [{ severity: "error", message, line, column, fix, subject: "mac" }];
  },
  change: handEdits,
};
