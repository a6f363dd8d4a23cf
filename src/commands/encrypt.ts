/** `secrets encrypt FILE` */
import { firstWord, flag, listOption, textOption, writeOptions, writeRequest, type CommandSpec } from "./command.ts";

export const encrypt: CommandSpec = {
  name: "encrypt",
  group: "Daily",
  summary: "encrypt a file or standard input for the readers of the path that it becomes",
  words: ["[file]"],
  options: [
    { flags: "-i, --in-place", description: "replace the file by its encryption" },
    { flags: "-o, --output <file>", description: "write there; its path decides the rule" },
    { flags: "--filename-override <path>", description: "the path whose rule counts" },
    {
      flags: "-a, --age <recipients>",
      description: "these recipients (comma-separated) instead of the rule's",
      repeatable: true,
    },
    { flags: "-p, --passphrase", description: "seal with a passphrase instead (asked for, or AGE_PASSPHRASE)" },
    ...writeOptions,
  ],
  examples: [
    ["secrets encrypt token.txt -o secrets/token.age", "into a new file; the plaintext stays where it is"],
    ["pass show api | secrets encrypt -o secrets/api.age", "from another program"],
    ["secrets encrypt -i secrets/api.age", "a plaintext that was saved under its final name"],
  ],
  run: async (context, invocation) => {
    const written = await context.library.encrypt(await context.project(), {
      ...writeRequest(invocation),
      input: firstWord(invocation) || "-",
      output: textOption(invocation, "output"),
      inPlace: flag(invocation, "inPlace"),
      filename: textOption(invocation, "filenameOverride"),
      recipients: listOption(invocation, "age").flatMap(splitList),
      passphrase: flag(invocation, "passphrase"),
    });
    if (written !== undefined) context.note(`${context.dryRun ? "would have encrypted" : "encrypted"} ${written}`);
    return 0;
  },
};

/** Comma-separated, blanks around each part; an SSH key keeps the blanks inside. */
function splitList(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}
