/** SEC012: is the plaintext of a managed path somewhere in the history? */
import type { Rule } from "../finding.ts";

export const sec012: Rule = {
  id: "SEC012",
  title: "plaintext in the history",
  severity: "warning",
  mode: "history",
  explanation: {
    what: "With --history: some commit that a branch, a tag or the stash leads to holds in clear what the policy of today wants encrypted, or, at a path of which it says nothing, what any policy of the history wanted encrypted.",
    why: "Everybody who has a clone can read it. It does not matter how long ago it was encrypted or removed.",
    mend: "Change the secret where it is used; that alone helps. Rewriting the history (git filter-repo) helps where nobody has a clone yet, and never on a public server.",
    limits:
      "Judged by the policy of HEAD. Where that has no rule for a path, by every version that a policy ever had, each by itself and whenever it was: so a path that lost its rule is reported too if it came to hold plaintext only later. Former policies that are broken are passed over. A file that was only damaged, and mended later, is left out unless values stood in clear in it. A warning, because nothing that is done now can make it right. A shallow clone is reported as not checked.",
  },
  versions: ({ found }) => {
    const { message, line, column, subject } = found;
    return [{ severity: "warning", message, line, column, subject, fix: "change the secret where it is used" }];
  },
};
