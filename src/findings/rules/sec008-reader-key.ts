/** SEC008: is the private key in the file the other half of one that the policy names? */
import type { Rule, KeyHolder } from "../finding.ts";
import { looksLikeRecipient } from "../../policy/recipient-text.ts";
import { keyWords } from "../reading/key-words.ts";
import { shellWord } from "../reading/place.ts";
import { shortKey } from "../reading/readers.ts";

export const sec008: Rule = {
  id: "SEC008",
  title: "private key of a reader of the policy",
  severity: "critical",
  tells: "key",
  needs: { everything: true },
  explanation: {
    what: "The file holds the private key of somebody whom the policy names. Its public half was derived and compared; the finding says whose it is and which files it opens.",
    why: "Lock and key are in the same repository: every file that this reader can read is readable for everybody who has it.",
    mend: "Take the key out of the repository (git rm --cached FILE) and keep it elsewhere until everything is rekeyed. Make a new key for this reader, put its public half into the policy, run secrets rekey, and change every value in the files named: the old ones stay readable with the old key in the history.",
    limits:
      "The public half is derived from age identities, from ed25519 and RSA keys of SSH, and read in clear from OpenSSH and PuTTY files under a passphrase. Post-quantum and plugin identities are reported as SEC007. The files named are those that were looked at, and those whose rule obliges and names this reader: with paths, --staged or --range it may open others. Of the files that it opens the first 20 are named.",
  },
  file: (subject) =>
    subject.keys.flatMap((key) => {
      const holder = subject.holder(key.ids);
      if (holder === undefined) return [];
      const message = `the private key of ${nameOf(holder)} (${keyWords(key)}), which opens ${filesOf(holder)}`;
      // Not removed: it may be the only one that opens the files to be rekeyed.
      const away = subject.tracked ? `git rm --cached ${shellWord(subject.file)}, move it` : "move it";
      const fix = `${away} out of the repository, make a new key, put its public half into the policy, then: secrets rekey`;
      const { line, column } = key;
      return [{ severity: "critical" as const, message, line, column, fix, subject: holder.name }];
    }),
};

/** Files that a message names. */
const MOST_NAMED = 20;

function nameOf({ name, kind }: KeyHolder): string {
  if (kind === "literal" && looksLikeRecipient(name))
    return `the recipient ${shortKey(name)} that the policy names by its key`;
  return kind === "host" ? `the host ${name}` : name;
}

function filesOf({ opens }: KeyHolder): string {
  if (opens.length === 0) return "none of the files that were looked at";
  const more = opens.length - MOST_NAMED;
  return opens.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
