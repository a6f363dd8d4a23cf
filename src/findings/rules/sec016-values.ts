/** SEC016: is a secret of today unencrypted in another file? */
import type { Rule } from "../finding.ts";
import { keyWord, shellWord } from "../../words/shell.ts";

export const sec016: Rule = {
  id: "SEC016",
  title: "current value of a secret in another file",
  severity: "error",
  explanation: {
    what: ["With --values: the current value of a secret is in another tracked file. It is never printed."],
    why: ["Somebody copied it into a test, a compose file, a note. No pattern finds that."],
    fix: ["Remove it, let the program read the secret (secrets get), and change its value."],
    limits: [
      "Needs a key; files that cannot be opened are reported as not checked.",
      "Not searched for: texts under 8 bytes, numbers, dates, booleans, plain lower-case words.",
      "Also found escaped for JSON or URLs, in base64 or hexadecimal.",
    ],
  },
  values: (seen) =>
    seen.map(({ secretFile, key, form, ...place }) => {
      const message = `the current value of ${key === "" ? secretFile : `${key} in ${secretFile}`} is here, ${form}`;
      const words = [shellWord(secretFile), ...(key === "" ? [] : [keyWord(key)])];
      const fix = `remove it from this file, and change it: secrets set ${words.join(" ")}`;
      return { severity: "error", message, place, fix, subject: `${secretFile}#${key}` };
    }),
};
