/** `secrets unset FILE KEY` */
import { firstWord, flag, outcomeLine, type CommandSpec } from "./command.ts";
import { documentNumber, shared, writeRequest } from "./options.ts";

export const unset: CommandSpec = {
  name: "unset",
  group: "Daily",
  summary: "remove one key from a sops file",
  words: ["<file>", "<key>"],
  options: [
    shared.document,
    { flags: "--idempotent", description: "as in sops: a missing key is not an error" },
    shared.inputType,
    shared.outputType,
    shared.rekey,
    shared.allowEmpty,
    shared.allowClear,
    shared.acceptReaders,
  ],
  examples: [["secrets unset secrets/app.yaml db/old_password", "all other lines stay as they are"]],
  run: async (context, invocation) => {
    const request = {
      key: invocation.words[1] ?? "",
      document: documentNumber(invocation),
      idempotent: flag(invocation, "idempotent"),
      options: writeRequest(invocation),
    };
    const outcome = await context.library.unsetKey(await context.project(), firstWord(invocation), request);
    context.note(outcomeLine(context, outcome.status, outcome.file));
    return 0;
  },
};
