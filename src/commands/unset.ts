/** `secrets unset FILE KEY` */
import {
  acceptReadersOption,
  allowClearOption,
  allowEmptyOption,
  documentNumber,
  documentOption,
  firstWord,
  flag,
  outcomeLine,
  typeOptions,
  writeRequest,
  type CommandSpec,
} from "./command.ts";

export const unset: CommandSpec = {
  name: "unset",
  group: "Daily",
  summary: "take one key out of a sops file",
  words: ["<file>", "<key>"],
  options: [
    documentOption,
    { flags: "--idempotent", description: "as in sops: a key that is not there is no error" },
    ...typeOptions,
    { flags: "--rekey", description: "if the file differs from the policy, bring it to the policy with this write" },
    allowEmptyOption,
    allowClearOption,
    acceptReadersOption,
  ],
  examples: [["secrets unset secrets/app.yaml db/old_password", "the entry's lines go, all others stay"]],
  run: async (context, invocation) => {
    const request = {
      key: invocation.words[1] ?? "",
      document: documentNumber(context, invocation),
      idempotent: flag(invocation, "idempotent"),
      options: writeRequest(invocation),
    };
    const outcome = await context.library.unsetKey(await context.project(), firstWord(invocation), request);
    context.note(outcomeLine(context, outcome.status, outcome.file));
    return 0;
  },
};
