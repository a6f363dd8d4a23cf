/** `secrets get FILE [KEY]` */
import { documentNumber, documentOption, firstWord, textOption, type CommandSpec } from "./command.ts";

export const get: CommandSpec = {
  name: "get",
  group: "Daily",
  summary: "print one value of a sops file, or a whole plaintext, byte for byte",
  words: ["<file>", "[key]"],
  options: [
    documentOption,
    { flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" },
  ],
  examples: [
    ['TOKEN="$(secrets get secrets/token.age)"', "a whole-file secret"],
    ["secrets get secrets/app.yaml db/password", "one value; a map is printed as a document"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    await context.library.decrypt(project, {
      inputs: [firstWord(invocation)],
      extract: invocation.words[1],
      document: documentNumber(context, invocation),
      inputType: textOption(invocation, "inputType"),
    });
    return 0;
  },
};
