/** `secrets edit FILE` */
import { firstWord, outcomeLine, writeOptions, writeRequest, type CommandSpec } from "./command.ts";

export const edit: CommandSpec = {
  name: "edit",
  group: "Daily",
  summary: "open a secret in your editor; a new one starts empty",
  words: ["<file>"],
  options: writeOptions,
  examples: [
    ["secrets edit secrets/db.age", "change it, or create it for the readers that the policy names"],
    ["EDITOR='code --wait' secrets edit secrets/db.age", "with another editor"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    const outcome = await context.library.editSecret(project, firstWord(invocation), writeRequest(invocation));
    context.note(outcomeLine(context, outcome.status, outcome.file));
    return 0;
  },
};
