/** SEC012: is the plaintext of a managed path somewhere in the history? */
import type { VersionsRule } from "./finding.ts";

export const sec012: VersionsRule = {
  about: "versions",
  id: "SEC012",
  title: "plaintext in the history",
  severity: "warning",
  explanation: {
    what: "With --history: some commit that a branch or a tag leads to holds in clear what the policy of today wants encrypted.",
    why: "Everybody who has a clone can read it. It does not matter how long ago it was encrypted or removed.",
    mend: "Change the secret where it is used; that alone helps. Rewriting the history (git filter-repo) helps where nobody has a clone yet, and never on a public server.",
    limits:
      "Judged by the policy of HEAD: files that were moved are looked for under today's rules by their old names. A warning, because nothing that is done now can make it right. A shallow clone is reported as not checked.",
  },
  inspect: ({ found }) => {
    const { message, line, column, subject } = found;
    return [{ severity: "warning", message, line, column, subject, fix: "change the secret where it is used" }];
  },
};
