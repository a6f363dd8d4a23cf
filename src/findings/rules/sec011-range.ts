/** SEC011: did a commit of the range publish plaintext that a later one took back? */
import type { Rule } from "../finding.ts";

export const sec011: Rule = {
  id: "SEC011",
  title: "plaintext in a commit of the range",
  severity: "error",
  mode: "range",
  explanation: {
    what: "With --range A..B: a commit of the range holds plaintext that should be encrypted, and the last one does not any more.",
    why: "All commits are pushed and merged, not only the last. Encrypting or removing a secret in the next commit leaves it readable in this one.",
    mend: "Before it is pushed: rebase and take it out of that commit (git rebase -i COMMIT~1). After: change the secret itself.",
    limits:
      "What the last commit still holds is reported as SEC001 and SEC002. A file that was only damaged (cut short, without a MAC, in the middle of a merge) and mended later published nothing and is left out; one in which values stood in clear, as far as its lines tell, is not. Merges are judged by what differs from all of their parents, and by what the end of the range has otherwise than its beginning. The policies of A and of B both count, and the stricter one wins, so that rule and secret cannot be dropped together; a rule that came and went within the range counts where neither has one; a policy that was broken in A and is mended in B counts in B alone. A permission that came with the range makes a warning of a finding and no more. A squash merge publishes only the last commit; the others stay in the pull request.",
  },
  versions: ({ found }) => {
    const { message, line, column, subject } = found;
    const base = found.commit === undefined ? "" : ` ${found.commit.slice(0, 10)}~1`;
    const fix = `take it out of that commit: git rebase -i${base}; if it was pushed: change the secret`;
    return [{ severity: "error", message: `${message}; a later commit took it back`, line, column, subject, fix }];
  },
};
