/**
 * What is one more of everything that there may be more of?
 *
 * For each a sample as somebody would add it: a file, and its lines in the registry. Paths are those below `src/`.
 */

export interface Sample {
  /** What it is one more of, as the price list calls it. */
  readonly more: string;
  readonly file: string;
  readonly text: string;
  readonly registry: string;
  /** What is put in front of the first place in the registry where a text stands. */
  readonly lines: readonly (readonly [before: string, line: string])[];
}

export const samples: readonly Sample[] = [
  {
    more: "format",
    file: "formats/sample.ts",
    text: `import type { Format } from "./format.ts";
import { json } from "./json.ts";

export const sample: Format = { ...json, name: "sample" };
`,
    registry: "formats/index.ts",
    lines: [
      [
        "] as const satisfies readonly FormatEntry[]",
        `  { name: "sample", suffixes: [".sample"], marks: [/"sops"/], load: async () => (await import("./sample.ts")).sample },\n`,
      ],
    ],
  },
  {
    more: "key kind",
    file: "keys/kinds/sample.ts",
    text: `import type { Stanza } from "age-encryption";
import { Stanza as Made } from "age-encryption";
import type { Identity, Recipient } from "../recipient.ts";

export function parseRecipient(text: string): Recipient {
  return { kind: "sample", text, comment: "", id: \`sample:\${text}\` };
}

export function parseIdentity(line: string): Identity {
  const text = line.replace("SAMPLE-KEY-", "sample-");
  const mine = ({ args }: Stanza): boolean => args[0] === "sample" && args[1] === text;
  return {
    recipients: [parseRecipient(text)],
    unwrapFileKey: (stanzas) => stanzas.find(mine)?.body ?? null,
  };
}

export function wrap({ text }: Recipient, fileKey: Uint8Array): Stanza {
  return new Made(["sample", text], fileKey);
}
`,
    registry: "keys/index.ts",
    lines: [
      [
        `  {\n    name: "ssh-ed25519",`,
        `  {
    name: "sample",
    stanza: "sample",
    tagged: false,
    claims: (text) => text.startsWith("sample-"),
    claimsIdentity: (line) => line.startsWith("SAMPLE-KEY-"),
    load: () => import("./kinds/sample.ts"),
  },
`,
      ],
    ],
  },
  {
    more: "policy source",
    file: "policy/sources/sample.ts",
    text: `import type { PolicySource } from "./source.ts";

export const sample: PolicySource = {
  key: "sample",
  name: "sample.policy",
  places: ["sample.policy"],
  misnamed: [],
  example: "PATTERN RECIPIENT",
  ending: ".policy",
  read: async (bytes, file) => {
    const { parsePolicy } = await import("../sops-yaml.ts");
    const [pattern = "", recipient = ""] = new TextDecoder().decode(bytes).trim().split(" ");
    return parsePolicy(\`creation_rules: [{ path_regex: "\${pattern}", age: "\${recipient}" }]\`, file);
  },
  rulesDocuments: true,
  write: ({ rules: [rule] }) => Promise.resolve(\`\${rule?.path} \${rule?.readers.join(" ")}\`),
};
`,
    registry: "policy/sources/index.ts",
    lines: [
      ["import type { PolicySource,", `import { sample } from "./sample.ts";\n`],
      ["];\n\nconst [FIRST]", ", sample"],
    ],
  },
  {
    more: "command",
    file: "commands/sample.ts",
    text: `import type { CommandSpec } from "./command.ts";

export const sample: CommandSpec = {
  name: "sample",
  group: "Plumbing",
  summary: "say that a sample was added",
  words: [],
  options: [],
  examples: [["secrets sample", "says it"]],
  run: async ({ out }) => {
    await out("a sample was added\\n");
    return 0;
  },
};
`,
    registry: "commands/index.ts",
    lines: [
      ["import { check }", `import { sample } from "./sample.ts";\n`],
      ["  edit,\n", "  sample,\n"],
    ],
  },
  {
    more: "command of a command",
    file: "commands/policy/sample.ts",
    text: `import type { Verb } from "../command.ts";

export const sample: Verb = {
  name: "sample",
  summary: "say that a sample was added to it",
  words: [],
  options: [],
  examples: [["secrets policy sample", "says it"]],
  run: async ({ out }) => {
    await out("a sample was added to policy\\n");
    return 0;
  },
};
`,
    registry: "commands/policy/index.ts",
    lines: [
      ["import { compile }", `import { sample } from "./sample.ts";\n`],
      ["compile, ", "sample, "],
    ],
  },
  {
    more: "program name",
    file: "cli/front-ends/sample.ts",
    text: `import { decrypt } from "../../commands/decrypt.ts";
import { SecretsError } from "../../errors.ts";
import type { FrontEnd } from "../front-end.ts";

export const sample: FrontEnd = {
  name: "sample",
  description: "A sample.",
  labels: { program: "sample: ", kinds: { note: "", warning: "warning:", error: "error:", hint: "hint:" } },
  commands: [],
  globalOptions: [],
  bare: {
    words: ["[file]"],
    options: [{ flags: "-d", description: "decrypt it" }],
    examples: [["sample -d a.age", "decrypts it"]],
    meaning: ({ words, options }) => (options["d"] === true ? { command: decrypt, words, options: {} } : undefined),
  },
  exitCodes: ["0 done", "9 anything else"],
  exitCodeOf: () => 9,
  unknown: () => new SecretsError("usage", "there are no commands"),
};
`,
    registry: "cli/front-ends/index.ts",
    lines: [["];", `  { name: "sample", load: async () => (await import("./sample.ts")).sample },\n`]],
  },
  {
    more: "check rule",
    file: "findings/rules/sec999-sample.ts",
    text: `import type { Rule } from "../finding.ts";

export const sec999: Rule = {
  id: "SEC999",
  title: "a sample",
  severity: "warning",
  explanation: { what: ["A sample."], why: ["To be counted."], fix: ["Remove it."], limits: ["None."] },
  mark: ({ path }) => path.includes("sample.md"),
  file: ({ path }) =>
    path.includes("sample.md") ? [{ severity: "warning", message: "a sample was found", place: { line: 1 }, subject: "file" }] : [],
};
`,
    registry: "findings/index.ts",
    lines: [
      ["import { sec001 }", `import { sec999 } from "./rules/sec999-sample.ts";\n`],
      ["  sec001,\n", "  sec999,\n"],
    ],
  },
  {
    more: "report format",
    file: "commands/check-formats/sample.ts",
    text: `import type { Reported } from "./format.ts";

export function sample({ report }: Reported): string {
  return \`\${report.files} files, as a sample\\n\`;
}
`,
    registry: "commands/check-formats/index.ts",
    lines: [[`  { name: "text"`, `  { name: "sample", load: async () => (await import("./sample.ts")).sample },\n`]],
  },
];
