/** SEC016: does a secret of today stand in clear in another file? */
import type { Rule } from "../finding.ts";
import { keyWord, shellWord } from "../reading/place.ts";

export const sec016: Rule = {
  id: "SEC016",
  title: "current secret in clear elsewhere",
  severity: "error",
  explanation: {
    what: "With --values the secrets are opened, and every other file that git tracks is searched for their values. One of them stands there in clear. The value itself is never shown.",
    why: "Somebody copied it: into a test, a compose file, a note. No pattern finds that, because passwords look like nothing in particular.",
    mend: "Take it out of that file, let the program read it from the secret (secrets get), and change it where it is used.",
    limits:
      "Needs a key for the files whose values are looked for; those that cannot be opened are reported as not checked. Texts shorter than 8 bytes, numbers, dates, true and false and plain lower-case words are not looked for. Found as they stand, escaped for JSON, encoded for an address, in base64 or in hexadecimal, each of the whole value; of a value in many lines its longest line is enough, if that is one word of 20 letters or more.",
  },
  values: (seen) =>
    seen.map(({ secretFile, key, form, line, column }) => ({
      severity: "error",
      message: `the current value of ${key === "" ? secretFile : `${key} in ${secretFile}`} stands here ${form}`,
      line,
      column,
      fix: `take it out of this file, and change it: secrets set ${[shellWord(secretFile), ...(key === "" ? [] : [keyWord(key)])].join(" ")}`,
      subject: `${secretFile}#${key}`,
    })),
};
