/** Which options do several commands have, and what do they ask for? */
import { SecretsError } from "../errors.ts";
import { camelCase, flag, listOption, textOption, type Invocation, type OptionSpec } from "./command.ts";

export const shared = {
  /** Of every verb that writes secrets; the project hears of it, whatever the verb (`globalRequest`). */
  acceptReaders: {
    flags: "--accept-readers",
    description: "encrypt to keys that you have not confirmed, too (see secrets trust)",
  },
  /** Where a write may change what is encrypted. */
  allowClear: {
    flags: "--allow-clear",
    description: "leave values unencrypted although they are encrypted now or look like secrets",
  },
  allowEmpty: { flags: "--allow-empty", description: "let empty content replace a secret" },
  allowLockout: { flags: "--allow-lockout", description: "write even if no person could read the result" },
  armor: { flags: "--armor", description: "write a new file as text (ASCII armor); an existing one keeps its form" },
  checkReaders: { flags: "--check", description: "exit 1 if a file's readers differ from the policy; needs no key" },
  /** Of the verbs that take one key of a file. */
  document: {
    flags: "--document <number>",
    description: "which document of a YAML file holds the key, counted from 1 (default: 1)",
  },
  /** Of the verbs that may print a document in another format. */
  indent: {
    flags: "--indent <n>",
    description: "spaces per level for a document that is printed whole (default: stores in .sops.yaml)",
  },
  inPlace: { flags: "-i, --in-place", description: "as in sops; the file is always written in place" },
  inputType: { flags: "--input-type <type>", description: "the format of a sops file, if its name does not say" },
  json: { flags: "--json", description: "print JSON" },
  /** Of the verbs that open a file to write it again, as in sops. */
  outputType: { flags: "--output-type <type>", description: "the format of a new sops file, if its name does not say" },
  rekey: {
    flags: "--rekey",
    description: "if the file differs from the policy, rekey it with this write",
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
  const hint = "give the number of key groups that are needed: 0 for all of them";
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
