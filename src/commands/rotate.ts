/** `secrets rotate FILE…` */
import { acceptReadersOption, allowClearOption, flag, type CommandSpec } from "./command.ts";

export const rotate: CommandSpec = {
  name: "rotate",
  group: "Team",
  summary: "give sops files a new data key: every value encrypted anew, the same readers",
  words: ["<files...>"],
  options: [
    { flags: "-i, --in-place", description: "as in sops; a rotated file is always written in place" },
    { flags: "--rekey", description: "if a file differs from the policy, bring it to the policy with this write" },
    allowClearOption,
    acceptReadersOption,
  ],
  examples: [["secrets rotate secrets/app.yaml", "after a data key may have leaked"]],
  run: async (context, invocation) => {
    const options = { rekey: flag(invocation, "rekey"), allowClear: flag(invocation, "allowClear") };
    const files = await context.library.rotate(await context.project(), invocation.words, options);
    for (const file of files) context.note(`${context.dryRun ? "would have rotated" : "rotated"} ${file}`);
    return 0;
  },
};
