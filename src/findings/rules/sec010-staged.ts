/** SEC010: is what is staged unencrypted, although the file on disk is encrypted? */
import type { Rule } from "../finding.ts";
import { shellWord } from "../../words/shell.ts";

export const sec010: Rule = {
  id: "SEC010",
  title: "staged unencrypted, encrypted on disk",
  severity: "error",
  mode: "staged",
  explanation: {
    what: ["The index holds plaintext, and the file on disk is encrypted: it was staged first, then encrypted."],
    why: ["git commit takes the index, not the file that you see."],
    fix: ["git add FILE"],
    limits: [
      "Only with --staged; it replaces SEC001 or SEC002, with the same severity.",
      "Not if the file on disk has unencrypted values too.",
    ],
  },
  versions: ({ file, found, other }) => {
    if (other !== "encrypted") return [];
    const message = `staged: ${found.message}; the file on disk is encrypted`;
    const { severity, subject } = found;
    return [{ severity, message, place: found, subject, fix: `git add ${shellWord(file)}` }];
  },
};
