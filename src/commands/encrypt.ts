/** `secrets encrypt FILE` */
import {
  inputWord,
  flag,
  listOption,
  textOption,
  writeOptions,
  writeRequest,
  type CommandSpec,
  type Invocation,
} from "./command.ts";

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
    { flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" },
    { flags: "--output-type <type>", description: "as in sops; must be the format of the input" },
    ...SELECTION_OPTIONS.map((name) => ({
      flags: `--${name} <value>`,
      description: "instead of the rule's, as in sops",
    })),
    { flags: "--mac-only-encrypted", description: "let the MAC of a sops file cover the encrypted values only" },
    { flags: "--shamir-secret-sharing-threshold <n>", description: "how many key groups of the rule it takes" },
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
      input: inputWord(context, invocation),
      output: textOption(invocation, "output"),
      inPlace: flag(invocation, "inPlace"),
      filename: textOption(invocation, "filenameOverride"),
      recipients: listOption(invocation, "age").flatMap(splitList),
      passphrase: flag(invocation, "passphrase"),
      inputType: textOption(invocation, "inputType") ?? textOption(invocation, "outputType"),
      selection: selectionFrom(invocation),
      macOnlyEncrypted: flag(invocation, "macOnlyEncrypted") ? true : undefined,
      threshold: threshold(invocation),
    });
    if (written !== undefined) context.note(`${context.dryRun ? "would have encrypted" : "encrypted"} ${written}`);
    return 0;
  },
};

/** By sops' names in a document: `encrypted_regex` … */
function selectionFrom(invocation: Invocation): Record<string, string> {
  const given = SELECTION_OPTIONS.map((name) => {
    const option = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    return [name.replaceAll("-", "_"), textOption(invocation, option)] as const;
  });
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function threshold(invocation: Invocation): number | undefined {
  const text = textOption(invocation, "shamirSecretSharingThreshold");
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

/** Comma-separated, blanks around each part; an SSH key keeps the blanks inside. */
function splitList(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}
