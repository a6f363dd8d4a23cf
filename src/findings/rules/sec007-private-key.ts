/** SEC007: is there a private key in the file? */
import type { Rule } from "../finding.ts";
import { keyWords } from "../reading/key-words.ts";
import { shellWord } from "../reading/place.ts";

export const sec007: Rule = {
  id: "SEC007",
  title: "private key",
  severity: "error",
  tells: "key",
  mark: ({ needles }) => needles.key,
  explanation: {
    what: "The file holds a private key in clear, in hexadecimal, or wrapped in base64 once or twice: an age identity (native, post-quantum, of a plugin), an OpenSSH, RSA, EC, DSA, PKCS #8 or OpenPGP key, a PuTTY key, a WireGuard key, a private or symmetric JSON Web Key, a key in DER or in a PKCS #12 store. An error if it was decoded and its checksum or structure holds, a warning if only its first and last line say so.",
    why: "Whoever has the repository has the key. A passphrase only delays it: it can be guessed at leisure.",
    mend: "Take the key out (git rm --cached FILE), replace it everywhere it is used, and keep the new one outside the repository or encrypted. Removing it in a new commit does not take it out of the history.",
    limits:
      'Found where it stands in text (also UTF-16), on one line with blanks or \\n for its line breaks too, in hexadecimal, or in base64 of either alphabet with lines of 24 letters or more; not inside archives, images or files encrypted by other tools. An identity of a hardware plugin (yubikey, tpm, se …), or of any plugin without a payload, is a pointer and only a warning. Of more than 1,000 keys in a file, the first 1,000 are told. Keys made for tests are allowed with a line `secrets:allow SEC007 reason="…"`, or in .secrets-check.yaml.',
  },
  file: (subject) =>
    subject.keys
      .filter(({ ids }) => subject.holder(ids) === undefined)
      .map((key) => ({
        severity: key.verified && !key.stub ? "error" : "warning",
        message: key.verified ? keyWords(key) : `what looks like ${keyWords(key)}, and does not decode`,
        line: key.line,
        column: key.column,
        fix: subject.tracked ? `git rm --cached ${shellWord(subject.file)}, and replace the key` : undefined,
        subject: key.ids[0] ?? key.mark,
      })),
};
