/** `secrets edit FILE` */
import { firstWord, flag, outcomeLine, type CommandSpec } from "./command.ts";
import { shared, writeOptions, writeRequest } from "./options.ts";

export const edit: CommandSpec = {
  name: "edit",
  group: "Daily",
  summary: "open a secret in your editor, or take its new content from standard input; a new one starts empty",
  words: ["<file>"],
  options: [
    ...writeOptions,
    shared.inputType,
    shared.outputType,
    { flags: "--ignore-mac", description: "open a sops file although its MAC does not match, and renew the MAC" },
  ],
  examples: [
    ["secrets edit secrets/db.age", "change it, or create it for the readers in the policy"],
    ["secrets edit secrets/token.age < token.txt", "without an editor, as with agenix"],
    ["EDITOR='code --wait' secrets edit secrets/db.age", "with another editor"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    const { host } = context;
    const options = {
      ...writeRequest(invocation),
      content: host.terminal.stdinIsTerminal ? undefined : host.streams.stdin,
      ignoreMac: flag(invocation, "ignoreMac"),
    };
    const outcome = await context.library.editSecret(project, firstWord(invocation), options);
    context.note(outcomeLine(context, outcome.status, outcome.file));
    return 0;
  },
};
