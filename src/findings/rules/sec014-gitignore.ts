/** SEC014: does git ignore what should never be committed, and nothing that should be? */
import { appending, ignoreLine } from "../reading/commands.ts";
import type { Draft, Rule, TreeFacts } from "../finding.ts";

/** Names that no repository wants, one of each kind that tools and people make, and the pattern for it. */
const PATTERNS: Readonly<Record<string, string>> = {
  ".env.keys": ".env.keys",
  "keys.txt": "keys.txt",
  "secrets.yaml.dec": "*.dec",
  "secrets.decrypted.yaml": "*.decrypted.*",
};

export const sec014: Rule = {
  id: "SEC014",
  title: ".gitignore misses leftovers or hides a secret",
  severity: "warning",
  needs: { ignored: Object.keys(PATTERNS) },
  explanation: {
    what: [
      ".gitignore does not ignore the usual names of keys and decrypted copies (.env.keys, keys.txt, *.dec …),",
      "or ignores a file that the policy names.",
    ],
    why: [
      "What is not ignored is published by the next git add .",
      "A secret that is ignored exists on one machine only.",
    ],
    fix: ["Add the lines that the finding names; for an ignored secret an exception: !PATH."],
    limits: ["Only in the working tree, where there is a policy; not inside ignored directories."],
  },
  tree: (facts) => [...uncovered(facts), ...ignored(facts)],
};

function uncovered({ hasPolicy, shouldIgnore, gitignore }: TreeFacts): Draft[] {
  const open = [...shouldIgnore].filter(([, covered]) => !covered).map(([name]) => PATTERNS[name] ?? name);
  if (!hasPolicy || open.length === 0) return [];
  const message = `git does not ignore ${open.join(", ")}`;
  const fix = appending(gitignore, open);
  return [{ path: ".gitignore", severity: "warning", message, fix, subject: "uncovered" }];
}

function ignored({ ignoredSecrets, gitignore }: TreeFacts): Draft[] {
  const message = "the policy covers it and git ignores it, so it will not be committed";
  return ignoredSecrets.map((path) => {
    const fix = appending(gitignore, [`!${ignoreLine(path)}`]);
    return { path, severity: "warning", message, fix, subject: "ignored" };
  });
}
