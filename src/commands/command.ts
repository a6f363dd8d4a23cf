/**
 * What is a command?
 *
 * A verb is one file that exports one `CommandSpec`, and one line in `index.ts`; a verb of two words, as in `policy compile`, is
 * one file that exports one `Verb`, and one line in the family of its first word. A spec is data and one function: it imports
 * types only and receives the library when it runs, so that `--help` loads nothing.
 */
import type * as library from "../index.ts";
import type { Host, Project } from "../index.ts";

/** The public API, loaded. */
export type Library = typeof library;

export type CommandGroup = "Daily" | "Team" | "Look" | "Plumbing";

/** What the parser made of the words behind the verb. */
export interface Invocation {
  readonly words: readonly string[];
  /** Options by their long name in camel case. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command may touch. */
export interface Context {
  readonly host: Host;
  readonly library: Library;
  /** Opened once the command asks for it. */
  readonly project: () => Promise<Project>;
  /** A line on stderr, unless `--quiet`; shown without what would act on a terminal. */
  readonly note: (line: string) => void;
  /** The same, even then: what somebody has to know. */
  readonly say: (line: string) => void;
  /** What may be wrong, told as a warning; then how to fix it. */
  readonly warn: (line: string, hint?: string) => void;
  /** An error that does not end the command. */
  readonly fail: (error: Error) => void;
  /** Text on stdout: the answer. Names in it go through `visible` first. */
  readonly out: (text: string) => Promise<void>;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly dryRun: boolean;
  /** Of this program. */
  readonly version: string;
}

export interface OptionSpec {
  /** As commander reads it: `-o, --output <file>`. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; the values come as a list. */
  readonly repeatable?: boolean;
}

export interface Verb {
  readonly name: string;
  /** One line, in the imperative. */
  readonly summary: string;
  /** As commander reads them: `<file>`, `[paths...]`. */
  readonly words: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Command lines with what they do, shown before the options. */
  readonly examples: readonly (readonly [string, string])[];
  /** @returns the exit code. */
  readonly run: (context: Context, invocation: Invocation) => Promise<number>;
}

export interface CommandSpec extends Verb {
  readonly group: CommandGroup;
}

/** A command that does nothing alone: the word behind it is the verb. */
export interface CommandFamily extends Pick<CommandSpec, "name" | "group" | "summary"> {
  readonly commands: readonly Verb[];
}

/** The value of an option, if it is a text. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a switch was given. */
export function flag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** The values of an option that may be repeated. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** The first word; the parser has made sure of it where it is required. */
export function firstWord(invocation: Invocation): string {
  return invocation.words[0] ?? "";
}

export const allowEmptyOption: OptionSpec = {
  flags: "--allow-empty",
  description: "let an empty content replace a secret",
};

/** Where a write may change what is encrypted. */
export const allowClearOption: OptionSpec = {
  flags: "--allow-clear",
  description: "go on although values would be left unencrypted that are encrypted now or look like secrets",
};

/** Of every verb that writes secrets; the project hears of it, whatever the verb (`globalRequest`). */
export const acceptReadersOption: OptionSpec = {
  flags: "--accept-readers",
  description: "go on although somebody would read it whose key you have not confirmed (see secrets trust)",
};

/** What `edit`, `set` and `encrypt` share. */
export const writeOptions: readonly OptionSpec[] = [
  {
    flags: "--rekey",
    description: "if the file's readers differ from the policy, bring it to the policy with this write",
  },
  allowClearOption,
  { flags: "--armor", description: "write a new file as text (ASCII armor); an existing one keeps its form" },
  allowEmptyOption,
  { flags: "--allow-lockout", description: "go on although no person could read the result" },
  acceptReadersOption,
];

/** As sops has them on every verb that opens a file to write it again. */
export const typeOptions: readonly OptionSpec[] = [
  { flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" },
  { flags: "--output-type <type>", description: "the format of a new sops file whose name does not tell" },
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

/** For the verbs that take one key of a file. */
export const documentOption: OptionSpec = {
  flags: "--document <number>",
  description: "the document of a YAML file with several that the key is in, counted from 1 (default: the first)",
};

/** @throws SecretsError `usage` for what is not a number from 1 on */
export function documentNumber(context: Context, invocation: Invocation): number | undefined {
  return numberOption(context, invocation, { name: "document", least: 1, hint: "documents are counted from 1" });
}

/** For the verbs that may print a document in another format. */
export const indentOption: OptionSpec = {
  flags: "--indent <n>",
  description: "blanks for each level of what is printed anew, instead of what stores in .sops.yaml says",
};

export function indentNumber(context: Context, invocation: Invocation): number | undefined {
  return numberOption(context, invocation, { name: "indent", least: 0, hint: "for example --indent 2" });
}

/** @param name without its dashes. @throws SecretsError `usage` for what is not a whole number, or a smaller one */
export function numberOption(
  { library }: Context,
  invocation: Invocation,
  { name, least, hint }: { readonly name: string; readonly least: number; readonly hint: string },
): number | undefined {
  const text = textOption(invocation, camelCase(name));
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text) && Number(text) >= least) return Number(text);
  throw new library.SecretsError("usage", `--${name} takes a whole number`, { hint });
}

/** An option's name as the parser has it. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `created x.age`, or what a dry run would have done. */
export function outcomeLine(context: Context, status: string, file: string): string {
  return context.dryRun && status !== "unchanged" ? `would have ${status} ${file}` : `${status} ${file}`;
}

/** The files, or `-` for standard input where none is named and none is typed. @throws SecretsError `usage` */
export function inputWords(context: Context, { words }: Invocation): readonly string[] {
  const { SecretsError } = context.library;
  if (words.includes("")) throw new SecretsError("usage", "the name of the file is empty");
  if (words.length > 0) return words;
  if (!context.host.terminal.stdinIsTerminal) return ["-"];
  throw new SecretsError("usage", "which file?", { hint: "name one, or - for standard input" });
}
