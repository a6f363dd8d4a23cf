/**
 * What is a command?
 *
 * A verb is one file that exports one `CommandSpec`, and one line in `index.ts`; a verb of two words, as in `policy compile`, is
 * one file that exports one `Verb`, and one line in the family of its first word. A spec is data and one function: of the
 * library it imports types only and receives it when it runs, so that `--help` loads nothing.
 */
import { SecretsError } from "../errors.ts";
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

/** An option's name as the parser has it. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `created x.age`, or what a dry run would have done. */
export function outcomeLine({ dryRun }: Context, status: string, file: string): string {
  return `${dryRun && status !== "unchanged" ? "would have " : ""}${status} ${file}`;
}

/** An answer for programs. */
export function jsonText(answer: object): string {
  return `${JSON.stringify({ version: 1, ...answer }, null, 2)}\n`;
}

/** The files, or `-` for standard input where none is named and none is typed. @throws SecretsError `usage` */
export function inputWords(context: Context, { words }: Invocation): readonly string[] {
  if (words.includes("")) throw new SecretsError("usage", "the file name is empty");
  if (words.length > 0) return words;
  if (!context.host.terminal.stdinIsTerminal) return ["-"];
  throw new SecretsError("usage", "no file given", { hint: "name one, or - for standard input" });
}
