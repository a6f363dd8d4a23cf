/** `secrets filestatus FILE` */
import { firstWord, textOption, type CommandSpec } from "./command.ts";

export const filestatus: CommandSpec = {
  name: "filestatus",
  group: "Plumbing",
  summary: "say as JSON whether a file is encrypted with sops, as sops filestatus does",
  words: ["<file>"],
  options: [{ flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" }],
  examples: [["secrets filestatus secrets/app.yaml", '{"encrypted":true}']],
  run: async (context, invocation) => {
    const inputType = textOption(invocation, "inputType");
    const encrypted = await context.library.isSopsEncrypted(await context.project(), firstWord(invocation), inputType);
    await context.out(`${JSON.stringify({ encrypted })}\n`);
    return 0;
  },
};
