/** `secrets groups delete FILE INDEX…` */
import { SecretsError } from "../../errors.ts";
import type { Verb } from "../command.ts";
import { change, fileAndWords, groupOptions } from "./change.ts";

export const remove: Verb = {
  name: "delete",
  summary: "delete key groups, counted from 0",
  words: ["[words...]"],
  options: groupOptions,
  examples: [["secrets groups delete app.yaml 2", "the third; who was in no other can open no later version"]],
  run: async (context, invocation) => {
    const [file, indexes] = fileAndWords(invocation);
    if (indexes.length > 0 && indexes.every((index) => /^\d{1,3}$/.test(index)))
      return change(context, invocation, { file, remove: indexes.map(Number) });
    throw new SecretsError("usage", "which key group?", {
      hint: "name it behind the file by its number, counted from 0",
    });
  },
};
