/** `secrets get FILE` */
import { firstWord, type CommandSpec } from "./command.ts";

export const get: CommandSpec = {
  name: "get",
  group: "Daily",
  summary: "print the plaintext of a secret, byte for byte",
  words: ["<file>", "[key]"],
  options: [],
  examples: [['TOKEN="$(secrets get secrets/token.age)"', "into a variable"]],
  run: async (context, invocation) => {
    const [file, key] = invocation.words;
    if (key !== undefined) {
      throw new context.library.SecretsError("usage", "an .age secret is one value and has no keys", {
        at: { file: file ?? "" },
        hint: `secrets get ${file ?? "FILE"}`,
      });
    }
    await context.library.decrypt(await context.project(), { input: firstWord(invocation) });
    return 0;
  },
};
