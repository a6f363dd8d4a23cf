/** `secrets groups delete FILE INDEX…` */
import { SecretsError } from "../../errors.ts";
import type { Verb } from "../command.ts";
import { change, fileAndWords, groupOptions } from "./change.ts";

export const remove: Verb = {
  name: "delete",
  summary: "delete key groups, counted from 0",
  words: ["[words...]"],
  options: groupOptions,
  examples: [["secrets groups delete app.yaml 2", "the third; keys of no other group cannot open later versions"]],
  run: async (context, invocation) => {
    const [file, indexes] = fileAndWords(invocation);
    if (indexes.length > 0 && indexes.every((index) => /^\d{1,3}$/.test(index)))
      return change(context, invocation, { file, remove: indexes.map(Number) });
    throw new SecretsError("usage", "no key group given", {
      hint: "give its number after the file, counted from 0",
    });
  },
};
