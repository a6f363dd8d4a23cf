/** `secrets rotate PATH…` */
import { flag, textOption, outcomeLine, type CommandSpec } from "./command.ts";
import { shared } from "./options.ts";

export const rotate: CommandSpec = {
  name: "rotate",
  group: "Team",
  summary: "re-encrypt sops files with a new data key, for the same readers",
  words: ["<paths...>"],
  options: [shared.inPlace, shared.rekey, shared.inputType, shared.outputType, shared.allowClear, shared.acceptReaders],
  examples: [
    ["secrets rotate secrets/app.yaml", "after a data key may have leaked"],
    ["secrets rotate secrets", "every sops file below a directory, all or none"],
  ],
  run: async (context, invocation) => {
    const options = {
      rekey: flag(invocation, "rekey"),
      allowClear: flag(invocation, "allowClear"),
      inputType: textOption(invocation, "inputType"),
      outputType: textOption(invocation, "outputType"),
    };
    const outcomes = await context.library.rotate(await context.project(), invocation.words, options);
    if (outcomes.length === 0) context.note("no sops files found");
    for (const { file } of outcomes) context.note(outcomeLine(context, "rotated", file));
    return 0;
  },
};
