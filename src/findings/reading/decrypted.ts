/** Is a file in clear that was encrypted before? A finding of SEC001: that it is a secret was said by whoever encrypted it. */
import type { Draft } from "../finding.ts";
import { shellWord } from "./place.ts";

/** @param file as the user names it. */
export function decryptedDraft(file: string): Draft {
  const word = shellWord(file);
  return {
    severity: "error",
    message: "it was encrypted before, and is in clear now",
    line: 1,
    column: 1,
    fix: `secrets encrypt -i ${word} && git add ${word}`,
    subject: "decrypted",
  };
}
