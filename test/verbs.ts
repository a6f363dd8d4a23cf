/** Which verbs does the program have, those of families included, and which words lead to each? */
import { commands } from "../src/commands/index.ts";
import type { Verb } from "../src/commands/command.ts";

export const verbs: readonly (readonly [line: string, verb: Verb])[] = commands.flatMap((spec) =>
  "commands" in spec
    ? spec.commands.map((verb): readonly [string, Verb] => [`${spec.name} ${verb.name}`, verb])
    : [[spec.name, spec]],
);
