/** `secrets get FILE [KEY]` */
import { firstWord, textOption, type CommandSpec } from "./command.ts";
import { documentNumber, shared } from "./options.ts";

export const get: CommandSpec = {
  name: "get",
  group: "Daily",
  summary: "print one value of a sops file, or a whole plaintext, byte for byte",
  words: ["<file>", "[key]"],
  options: [shared.document, shared.inputType],
  examples: [
    ['TOKEN="$(secrets get secrets/token.age)"', "a whole-file secret"],
    ["secrets get secrets/app.yaml db/password", "one value; a map is printed as a document"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    await context.library.decrypt(project, {
      inputs: [firstWord(invocation)],
      extract: invocation.words[1],
      document: documentNumber(invocation),
      inputType: textOption(invocation, "inputType"),
    });
    return 0;
  },
};
