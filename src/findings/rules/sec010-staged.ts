/** SEC010: is what is staged in clear, although the file on disk is encrypted? */
import type { Rule } from "../finding.ts";
import { shellWord } from "../reading/place.ts";

export const sec010: Rule = {
  id: "SEC010",
  title: "staged in clear, encrypted on disk",
  severity: "error",
  mode: "staged",
  explanation: {
    what: "The index holds the plaintext of a file that is encrypted in the working tree: it was staged, and encrypted afterwards.",
    why: "git commit takes the index, not the file that one sees. Everything looks right in the editor, and the plaintext is committed.",
    mend: "Stage the encrypted file: git add FILE.",
    limits:
      "Only with --staged, and only where nothing stands in clear in the file on disk that its own settings want encrypted. It stands in place of SEC001 or SEC002, whatever the staged file is found for, and is as grave.",
  },
  versions: ({ file, found, other }) => {
    if (other !== "encrypted") return [];
    const message = `staged: ${found.message}; the file on disk is encrypted`;
    const { severity, line, column, subject } = found;
    return [{ severity, message, line, column, subject, fix: `git add ${shellWord(file)}` }];
  },
};
