/** `secrets decrypt FILE` */
import { inputWords, flag, textOption, outcomeLine, type CommandSpec } from "./command.ts";
import { indentNumber, shared } from "./options.ts";

export const decrypt: CommandSpec = {
  name: "decrypt",
  group: "Daily",
  summary: "decrypt a file or standard input to standard output, or files in place",
  words: ["[files...]"],
  options: [
    { flags: "-i, --in-place", description: "replace the files with their plaintext" },
    { flags: "-o, --output <file>", description: "write to this file, readable by you alone" },
    { flags: "--extract <key>", description: 'one value of a sops file: db/password or \'["db"]["password"]\'' },
    shared.inputType,
    { flags: "--output-type <type>", description: "print a sops file in another format" },
    shared.indent,
    { flags: "--ignore-mac", description: "open a sops file although its MAC does not match" },
    { flags: "--filename-override <path>", description: "use this path in messages and for the policy" },
  ],
  examples: [
    ["secrets decrypt secrets/db.age", "to the terminal or a pipe"],
    ["secrets decrypt --extract db/password secrets/app.yaml", "one value of a sops file"],
    ["secrets decrypt secrets/tls.age -o /run/tls.key", "into a file of mode 0600"],
  ],
  run: async (context, invocation) => {
    const written = await context.library.decrypt(await context.project(), {
      inputs: inputWords(context, invocation),
      output: textOption(invocation, "output"),
      inPlace: flag(invocation, "inPlace"),
      filename: textOption(invocation, "filenameOverride"),
      extract: textOption(invocation, "extract"),
      inputType: textOption(invocation, "inputType"),
      outputType: textOption(invocation, "outputType"),
      indent: indentNumber(invocation),
      ignoreMac: flag(invocation, "ignoreMac"),
    });
    for (const file of written) context.note(outcomeLine(context, "decrypted to", file));
    return 0;
  },
};
