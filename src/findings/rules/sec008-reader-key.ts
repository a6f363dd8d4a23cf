/** SEC008: is the private key in the file the other half of one that the policy names? */
import { listed } from "../../words/phrases.ts";
import type { Rule, KeyHolder } from "../finding.ts";
import { looksLikeRecipient } from "../../policy/recipient-text.ts";
import { keyWords } from "../private-keys/found-key.ts";
import { shellWord } from "../../words/shell.ts";
import { shortKey } from "../reading/readers.ts";

export const sec008: Rule = {
  id: "SEC008",
  title: "private key of a reader of the policy",
  severity: "critical",
  tells: "key",
  needs: { everything: true },
  explanation: {
    what: ["The private key of somebody whom the policy names. The finding says whose, and which files it opens."],
    why: ["Lock and key are in one repository: whoever has it can read all of this reader's files."],
    fix: [
      "git rm --cached FILE, and keep the key elsewhere until everything is rekeyed.",
      "Make a new key, put its public half into the policy, run secrets rekey.",
      "Change every value in these files: the history stays readable with the old key.",
    ],
    limits: [
      "Compared by public key, also for OpenSSH and PuTTY keys under a passphrase.",
      "Post-quantum and plugin identities are SEC007. With paths, --staged or --range it may open more files.",
    ],
  },
  file: (subject) =>
    subject.keys.flatMap((key) => {
      const holder = subject.holder(key.ids);
      if (holder === undefined) return [];
      const { opens } = holder;
      const files = opens.length === 0 ? "none of the files that were checked" : listed(opens, MOST_NAMED);
      const message = `the private key of ${nameOf(holder)} (${keyWords(key)}), which opens ${files}`;
      // Not removed: it may be the only one that opens the files to be rekeyed.
      const away = subject.tracked ? `git rm --cached ${shellWord(subject.file)}, move it` : "move it";
      const fix = `${away} out of the repository, make a new key, put its public half into the policy, then: secrets rekey`;
      return [{ severity: "critical" as const, message, place: key, fix, subject: holder.name }];
    }),
};

/** Files that a message names. */
const MOST_NAMED = 20;

function nameOf({ name, kind }: KeyHolder): string {
  if (kind === "literal" && looksLikeRecipient(name))
    return `the recipient ${shortKey(name)} that the policy names by its key`;
  return kind === "host" ? `the host ${name}` : name;
}
