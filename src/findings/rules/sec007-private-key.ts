/** SEC007: is there a private key in the file? */
import type { Rule } from "../finding.ts";
import { keyWords } from "../private-keys/found-key.ts";
import { shellWord } from "../../words/shell.ts";

export const sec007: Rule = {
  id: "SEC007",
  title: "private key",
  severity: "error",
  tells: "key",
  mark: ({ needles }) => needles.key,
  explanation: {
    what: [
      "A private key: age, OpenSSH, RSA, EC, DSA, PKCS #8, PKCS #12, OpenPGP, PuTTY, WireGuard or JWK.",
      "As it is, in base64 (also twice), in hexadecimal, in UTF-16 or on one line.",
      "An error if it decodes; a warning if only its first and last line look like one.",
    ],
    why: ["Whoever has the repository has the key. A passphrase only delays it."],
    fix: [
      "git rm --cached FILE, replace the key everywhere, and keep the new one outside the repository.",
      "A new commit does not remove it from the history.",
    ],
    limits: [
      "Not detected inside archives, images or files that other tools encrypted.",
      "The identity of a hardware plugin (yubikey, tpm …) is a pointer: a warning.",
      'Made for tests: allow it, with secrets:allow SEC007 reason="…" or in .secrets-check.yaml.',
    ],
  },
  file: (subject) =>
    subject.keys
      .filter(({ ids }) => subject.holder(ids) === undefined)
      .map((key) => ({
        severity: key.verified && !key.stub ? "error" : "warning",
        message: key.verified ? keyWords(key) : `what looks like ${keyWords(key)} but does not decode`,
        place: key,
        fix: subject.tracked ? `git rm --cached ${shellWord(subject.file)}, and replace the key` : undefined,
        subject: key.ids[0] ?? key.mark,
      })),
};
