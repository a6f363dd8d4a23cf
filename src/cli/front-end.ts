/** What makes a program of ours? Data: another name with other verbs and numbers is another of these, and the same `main`. */
import type { ErrorCode, SecretsError } from "../errors.ts";
import { commands } from "../commands/index.ts";
import type { CommandSpec } from "../commands/command.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { unknownCommand } from "./unknown-command.ts";

export interface FrontEnd {
  /** What the program is called; its lines on stderr begin with it. */
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandSpec[];
  /** What its help says of them, number and meaning. */
  readonly exitCodes: readonly string[];
  /** @param cause for `interrupted`: the signal's name */
  readonly exitCodeOf: (code: ErrorCode | "bug", cause?: unknown) => number;
  /** What to say of a verb that there is not. @param said what commander says of it */
  readonly unknown: (words: readonly string[], said: string) => SecretsError;
}

export const secrets: FrontEnd = {
  name: "secrets",
  description: "Keeps the secrets of a repository: age files and keys, one policy with people, teams and hosts.",
  commands,
  exitCodes: EXIT_CODES,
  exitCodeOf,
  unknown: unknownCommand,
};
