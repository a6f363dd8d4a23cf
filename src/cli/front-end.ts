/** What makes a program of ours? Data: another name with other verbs, options and numbers is another of these, and the same `main`. */
import type { ErrorCode, SecretsError } from "../errors.ts";
import type { CommandFamily, CommandSpec, Invocation, OptionSpec, Verb } from "../commands/command.ts";

export interface FrontEnd {
  /** What its help calls it. */
  readonly name: string;
  readonly description: string;
  readonly labels: Labels;
  /** The verbs that it knows, if it knows any. */
  readonly commands: readonly (CommandSpec | CommandFamily)[];
  /** What every verb understands, before or behind it: those of ours that it has (`global-options.ts`). */
  readonly globalOptions: readonly OptionSpec[];
  /** What a line without a verb asks for, where it may ask for anything. */
  readonly bare?: BareLine;
  /** What its help says of them, number and meaning. */
  readonly exitCodes: readonly string[];
  /** @param cause for `interrupted`: the signal's name */
  readonly exitCodeOf: (code: ErrorCode | "bug", cause?: unknown) => number;
  /** What to say where a verb should stand and none of ours does. */
  readonly unknown: (slip: Slip) => SecretsError;
}

/** What a line on stderr begins with: which program says it, and what kind of line it is. Either may be nothing. */
export interface Labels {
  /** With the blank behind it. */
  readonly program: string;
  readonly kinds: Readonly<Record<"note" | "warning" | "error" | "hint", string>>;
}

/** A program whose options say what to do, as in `age -d FILE`. */
export interface BareLine extends Pick<Verb, "words" | "options" | "examples"> {
  /**
   * Which verb of ours is meant, with its words and its options by our names, the global ones included.
   * @returns undefined for a line that needs the help
   * @throws SecretsError `usage`
   */
  readonly meaning: (line: Invocation) => Chosen | undefined;
}

/** A verb with its words, and its options merged with the global ones. */
export interface Chosen extends Invocation {
  readonly command: Verb;
}

export interface Slip {
  /** The words before it, as in `policy`. */
  readonly family: readonly string[];
  /** The word in its place and all after it; empty at the end of the line. */
  readonly words: readonly string[];
  /** What could stand there. */
  readonly known: readonly string[];
}
