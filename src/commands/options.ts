/** Which options do several commands have, and what do they ask for? */
import { SecretsError } from "../errors.ts";
import { camelCase, flag, listOption, textOption, type Invocation, type OptionSpec } from "./command.ts";

export const shared = {
  /** Of every verb that writes secrets; the project hears of it, whatever the verb (`globalRequest`). */
  acceptReaders: {
    flags: "--accept-readers",
    description: "go on although somebody would read it whose key you have not confirmed (see secrets trust)",
  },
  /** Where a write may change what is encrypted. */
  allowClear: {
    flags: "--allow-clear",
    description: "go on although values would be left unencrypted that are encrypted now or look like secrets",
  },
  allowEmpty: { flags: "--allow-empty", description: "let an empty content replace a secret" },
  allowLockout: { flags: "--allow-lockout", description: "go on although no person could read the result" },
  armor: { flags: "--armor", description: "write a new file as text (ASCII armor); an existing one keeps its form" },
  checkReaders: { flags: "--check", description: "exit 1 if a file's readers differ from the policy; needs no key" },
  /** Of the verbs that take one key of a file. */
  document: {
    flags: "--document <number>",
    description: "the document of a YAML file with several that the key is in, counted from 1 (default: the first)",
  },
  /** Of the verbs that may print a document in another format. */
  indent: {
    flags: "--indent <n>",
    description: "spaces per level where a document is printed whole (default: what stores in .sops.yaml says)",
  },
  inputType: { flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" },
  json: { flags: "--json", description: "for programs" },
  /** Of the verbs that open a file to write it again, as in sops. */
  outputType: { flags: "--output-type <type>", description: "the format of a new sops file whose name does not tell" },
  rekey: {
    flags: "--rekey",
    description: "if the file's readers differ from the policy, bring it to the policy with this write",
  },
  yes: { flags: "-y, --yes", description: "do not ask" },
} satisfies Record<string, OptionSpec>;

/** What `edit`, `set` and `encrypt` share. */
export const writeOptions: readonly OptionSpec[] = [
  shared.rekey,
  shared.allowClear,
  shared.armor,
  shared.allowEmpty,
  shared.allowLockout,
  shared.acceptReaders,
];

export function writeRequest(invocation: Invocation) {
  return {
    rekey: flag(invocation, "rekey"),
    armor: flag(invocation, "armor") ? true : undefined,
    allowEmpty: flag(invocation, "allowEmpty"),
    allowLockout: flag(invocation, "allowLockout"),
    allowClear: flag(invocation, "allowClear"),
    inputType: textOption(invocation, "inputType"),
    outputType: textOption(invocation, "outputType"),
  };
}

/** @throws SecretsError `usage` for what is not a number from 1 on */
export function documentNumber(invocation: Invocation): number | undefined {
  return numberOption(invocation, { name: "document", least: 1, hint: "documents are counted from 1" });
}

/** @throws SecretsError `usage` for what is not a whole number */
export function indentNumber(invocation: Invocation): number | undefined {
  return numberOption(invocation, { name: "indent", least: 0, hint: "for example --indent 2" });
}

/** How many key groups it takes. @throws SecretsError `usage` for what is not a whole number */
export function thresholdNumber(invocation: Invocation): number | undefined {
  const hint = "how many of the key groups it takes: 0 for all of them";
  return numberOption(invocation, { name: "shamir-secret-sharing-threshold", least: 0, hint });
}

/** @param name without its dashes. @throws SecretsError `usage` for what is not a whole number, or a smaller one */
function numberOption(
  invocation: Invocation,
  { name, least, hint }: { readonly name: string; readonly least: number; readonly hint: string },
): number | undefined {
  const text = textOption(invocation, camelCase(name));
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text) && Number(text) >= least) return Number(text);
  throw new SecretsError("usage", `--${name} takes a whole number`, { hint });
}

/** Comma-separated, blanks around each part; an SSH key keeps the blanks inside. */
export function recipientsOption(invocation: Invocation): string[] {
  return listOption(invocation, "age").flatMap((text) => text.split(",").map((part) => part.trim()));
}
