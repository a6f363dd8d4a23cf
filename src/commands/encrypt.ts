/** `secrets encrypt FILE` */
import { camelCase, inputWords, flag, textOption, outcomeLine, type CommandSpec, type Invocation } from "./command.ts";
import { indentNumber, recipientsOption, shared, thresholdNumber, writeOptions, writeRequest } from "./options.ts";

const SELECTION_OPTIONS = [
  "unencrypted-suffix",
  "encrypted-suffix",
  "unencrypted-regex",
  "encrypted-regex",
  "unencrypted-comment-regex",
  "encrypted-comment-regex",
] as const;

export const encrypt: CommandSpec = {
  name: "encrypt",
  group: "Daily",
  summary: "encrypt a file or standard input, or files in place, for the readers of the path that is written",
  words: ["[files...]"],
  options: [
    { flags: "-i, --in-place", description: "replace the files with their ciphertext" },
    { flags: "-o, --output <file>", description: "write to this file; its path selects the rule" },
    { flags: "--filename-override <path>", description: "use the rule of this path" },
    {
      flags: "-a, --age <recipients>",
      description: "these recipients (comma-separated) instead of the rule's",
      repeatable: true,
    },
    { flags: "-p, --passphrase", description: "encrypt with a passphrase instead (asked for, or from AGE_PASSPHRASE)" },
    { flags: "--input-type <type>", description: "the format of the input, if its name does not say" },
    { flags: "--output-type <type>", description: "write a sops file in another format" },
    shared.indent,
    ...SELECTION_OPTIONS.map((name) => ({
      flags: `--${name} <value>`,
      description: "instead of the rule's, as in sops",
    })),
    { flags: "--mac-only-encrypted", description: "let the MAC of a sops file cover the encrypted values only" },
    { flags: "--shamir-secret-sharing-threshold <n>", description: "how many of the rule's key groups are needed" },
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
      inputs: inputWords(context, invocation),
      output: textOption(invocation, "output"),
      inPlace: flag(invocation, "inPlace"),
      filename: textOption(invocation, "filenameOverride"),
      recipients: recipientsOption(invocation),
      passphrase: flag(invocation, "passphrase"),
      selection: selectionFrom(invocation),
      macOnlyEncrypted: flag(invocation, "macOnlyEncrypted") ? true : undefined,
      threshold: thresholdNumber(invocation),
      indent: indentNumber(invocation),
    });
    for (const { file } of written) context.note(outcomeLine(context, "encrypted", file));
    return 0;
  },
};

/** By sops' names in a document: `encrypted_regex` … */
function selectionFrom(invocation: Invocation): Record<string, string> {
  const given = SELECTION_OPTIONS.flatMap((name) => {
    const value = textOption(invocation, camelCase(name));
    return value === undefined ? [] : [[name.replaceAll("-", "_"), value] as const];
  });
  return Object.fromEntries(given);
}
