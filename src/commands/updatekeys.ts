/** `secrets updatekeys PATH…` */
import { flag, textOption, type CommandSpec, type Context } from "./command.ts";
import { shared } from "./options.ts";
import { differenceText } from "./readers-text.ts";
import { isPartial } from "./rekey.ts";
import { visible } from "../words/visible.ts";
import type { PlannedFile } from "../index.ts";

export const updatekeys: CommandSpec = {
  name: "updatekeys",
  group: "Team",
  summary: "give sops files the readers in the policy; adding readers changes no value",
  words: ["<paths...>"],
  options: [
    shared.yes,
    shared.checkReaders,
    shared.inputType,
    { flags: "--keep-data-key", description: "keep the data key although a reader was removed (as sops does)" },
    shared.allowClear,
    shared.acceptReaders,
    shared.allowLockout,
  ],
  examples: [
    ["secrets updatekeys secrets/app.yaml", "after .sops.yaml changed"],
    ["secrets updatekeys --check secrets", "every sops file below a directory, in CI"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    const options = {
      approve: flag(invocation, "yes"),
      keepDataKey: flag(invocation, "keepDataKey"),
      inputType: textOption(invocation, "inputType"),
      allowLockout: flag(invocation, "allowLockout"),
      allowClear: flag(invocation, "allowClear"),
    };
    if (flag(invocation, "check")) {
      const planned = await context.library.planUpdateKeys(project, invocation.words, options);
      for (const each of planned) await context.out(checkText(context, each));
      return planned.some(({ action }) => action !== "keep") ? 1 : 0;
    }
    const outcomes = await context.library.updateKeys(project, invocation.words, options);
    if (outcomes.length === 0) context.note("no sops files found");
    for (const { status, planned } of outcomes) {
      context.note(`${planned.file}: ${status === "updated" && context.dryRun ? "would be updated" : status}`);
    }
    return outcomes.some(({ status, planned }) => status === "updated" && isPartial(planned)) ? 1 : 0;
  },
};

function checkText(context: Context, { file, action, difference }: PlannedFile): string {
  return `${visible(file)}: ${action === "keep" ? "up to date" : "differs"}\n${differenceText(context, difference)}`;
}
