/** SEC013: did a tool or an editor leave a copy of a secret unencrypted? */
import { isExempt } from "../../policy/enforcement.ts";
import type { Rule } from "../finding.ts";
import { isLeftover, leftoverStem } from "../reading/leftovers.ts";
import { shellWord } from "../../words/shell.ts";

export const sec013: Rule = {
  id: "SEC013",
  title: "decrypted leftover",
  severity: "error",
  tells: "exposure",
  mark: ({ path }) => leftoverStem(path) !== undefined,
  explanation: {
    what: [
      "A decrypted copy by its name (x.yaml.dec, x.decrypted.json), a swap or backup file of a secret,",
      "or the private keys of dotenvx (.env.keys).",
      "An error if git tracks it or a rule requires its path to be encrypted; a warning if git does not ignore it.",
    ],
    why: ["One git add . publishes it. helm-secrets and editors make such copies, and nobody remembers them."],
    fix: [
      "git rm --cached FILE && rm FILE, and add its pattern to .gitignore (SEC014).",
      "If it was pushed, change the secret.",
    ],
    limits: ["Recognized by name: a copy under another name is SEC001 if the policy covers it."],
  },
  file: async (subject) => {
    const { path, governed, tracked } = subject;
    const stem = leftoverStem(path);
    if (stem === undefined || !(await isLeftover(subject))) return [];
    const word = shellWord(subject.file);
    const message =
      stem.copyOf === undefined ? "the private keys of dotenvx" : `what looks like a decrypted copy of ${stem.copyOf}`;
    // Plaintext at an obliged path is an error by any name, tracked or not.
    const isObliged = governed?.enforcement === "always" && !isExempt(path, governed);
    const fix = tracked ? `git rm --cached ${word} && rm ${word}` : `rm ${word}`;
    return [{ severity: tracked || isObliged ? "error" : "warning", message, fix, subject: "leftover" }];
  },
};
