/** SEC012: is the plaintext of a managed path somewhere in the history? */
import type { Rule } from "../finding.ts";

export const sec012: Rule = {
  id: "SEC012",
  title: "plaintext in the history",
  severity: "warning",
  mode: "history",
  explanation: {
    what: [
      "With --history: a commit holds plaintext that the current policy, or, where it says nothing,",
      "any former policy wants encrypted.",
    ],
    why: ["Anybody with a clone can read it, however long ago it was removed."],
    fix: ["Change the secret where it is used. Rewriting the history helps only if nobody has a clone."],
    limits: [
      "A warning, because it cannot be undone.",
      "Broken former policies are skipped; so are files that were only damaged.",
      "A shallow clone is reported as not checked.",
    ],
  },
  versions: ({ found }) => {
    const { message, subject } = found;
    return [{ severity: "warning", message, place: found, subject, fix: "change the secret where it is used" }];
  },
};
