/** `secrets`, with all that we can do. */
import labels from "../../../bin/secrets.json" with { type: "json" };
import { commands } from "../../commands/index.ts";
import type { FrontEnd } from "../front-end.ts";
import { globalOptions } from "../global-options.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { unknownCommand } from "./unknown-command.ts";

export const secrets: FrontEnd = {
  name: "secrets",
  description: "Keeps the secrets of a repository: age files and keys, one policy with people, teams and hosts.",
  labels,
  commands,
  globalOptions,
  exitCodes: EXIT_CODES,
  exitCodeOf,
  unknown: unknownCommand,
};
