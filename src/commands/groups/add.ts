/** `secrets groups add FILE` */
import { SecretsError } from "../../errors.ts";
import type { Verb } from "../command.ts";
import { recipientsOption } from "../options.ts";
import { change, fileAndWords, groupOptions } from "./change.ts";

export const add: Verb = {
  name: "add",
  summary: "add a key group",
  words: ["[file]"],
  options: [
    {
      flags: "--age <recipients>",
      description: "who is in it: recipients or names, comma-separated",
      repeatable: true,
    },
    ...groupOptions,
  ],
  examples: [["secrets groups add app.yaml --age bob,carol", "from then on a key of bob or carol is needed too"]],
  run: async (context, invocation) => {
    const [file, [unexpected]] = fileAndWords(invocation);
    const age = recipientsOption(invocation);
    if (unexpected !== undefined) throw new SecretsError("usage", "the file is named twice");
    if (age.length === 0) throw new SecretsError("usage", "the group has no recipients", { hint: "--age RECIPIENT" });
    return change(context, invocation, { file, add: age });
  },
};
