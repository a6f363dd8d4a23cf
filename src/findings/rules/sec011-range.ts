/** SEC011: did a commit of the range publish plaintext that a later one took back? */
import type { Rule } from "../finding.ts";

export const sec011: Rule = {
  id: "SEC011",
  title: "plaintext in a commit of the range",
  severity: "error",
  mode: "range",
  explanation: {
    what: ["With --range A..B: a commit holds plaintext that should be encrypted, and the last one no longer does."],
    why: ["All commits are pushed and merged, not only the last."],
    fix: ["Not pushed: remove it from that commit (git rebase -i COMMIT~1).", "Pushed: change the secret itself."],
    limits: [
      "What the last commit still holds is SEC001 and SEC002. A file that was only damaged is left out.",
      "The policies of A and B both count, the stricter one wins; so do rules that came and went in between.",
      "An allowance that is new in the range only turns the finding into a warning.",
    ],
  },
  versions: ({ found }) => {
    const { message, subject } = found;
    const base = found.commit === undefined ? "" : ` ${found.commit.slice(0, 10)}~1`;
    const fix = `remove it from that commit: git rebase -i${base}; if it was pushed: change the secret`;
    return [{ severity: "error", message: `${message}; a later commit took it back`, place: found, subject, fix }];
  },
};
