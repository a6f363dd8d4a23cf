/** `secrets filestatus FILE` */
import { firstWord, textOption, type CommandSpec } from "./command.ts";
import { shared } from "./options.ts";

export const filestatus: CommandSpec = {
  name: "filestatus",
  group: "Plumbing",
  summary: "print as JSON whether a file is encrypted with sops, as sops filestatus does",
  words: ["<file>"],
  options: [shared.inputType],
  examples: [["secrets filestatus secrets/app.yaml", '{"encrypted":true}']],
  run: async (context, invocation) => {
    const inputType = textOption(invocation, "inputType");
    const encrypted = await context.library.isSopsEncrypted(await context.project(), firstWord(invocation), inputType);
    await context.out(`${JSON.stringify({ encrypted })}\n`);
    return 0;
  },
};
