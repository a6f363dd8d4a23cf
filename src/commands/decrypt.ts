/** `secrets decrypt FILE` */
import { firstWord, flag, textOption, type CommandSpec } from "./command.ts";

export const decrypt: CommandSpec = {
  name: "decrypt",
  group: "Daily",
  summary: "decrypt a file or standard input to standard output",
  words: ["[file]"],
  options: [
    { flags: "-i, --in-place", description: "replace the file by its plaintext" },
    { flags: "-o, --output <file>", description: "write there, readable by you alone" },
    { flags: "--filename-override <path>", description: "the path to name in messages and to look up in the policy" },
  ],
  examples: [
    ["secrets decrypt secrets/db.age", "to the terminal or a pipe"],
    ["secrets decrypt secrets/tls.age -o /run/tls.key", "into a file of mode 0600"],
  ],
  run: async (context, invocation) => {
    const written = await context.library.decrypt(await context.project(), {
      input: firstWord(invocation) || "-",
      output: textOption(invocation, "output"),
      inPlace: flag(invocation, "inPlace"),
      filename: textOption(invocation, "filenameOverride"),
    });
    if (written !== undefined)
      context.note(`${context.dryRun ? "would have decrypted to" : "decrypted to"} ${written}`);
    return 0;
  },
};
