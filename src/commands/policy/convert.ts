/** `secrets policy convert --to KIND` */
import { SecretsError } from "../../errors.ts";
import { flag, textOption, type Verb } from "../command.ts";

export const convert: Verb = {
  name: "convert",
  summary: "convert the policy to another kind, with the same readers for every file",
  words: [],
  options: [
    { flags: "--to <kind>", description: "sops-yaml or secrets-nix" },
    { flags: "--stdout", description: "print it, and write nothing" },
  ],
  examples: [
    ["secrets policy convert --to sops-yaml", "from agenix: write people, teams and exact paths into a .sops.yaml"],
    ["secrets policy convert --to secrets-nix --stdout", "to agenix: print the rules"],
  ],
  run: async (context, invocation) => {
    const to = textOption(invocation, "to");
    if (to === undefined) {
      throw new SecretsError("usage", "no kind of policy given", {
        hint: "secrets policy convert --to sops-yaml",
      });
    }
    const write = !flag(invocation, "stdout");
    const { file, text, paths, notes } = await context.library.convertPolicy(await context.project(), to, { write });
    for (const note of notes) context.note(note);
    if (!write) await context.out(text);
    else {
      const done = context.dryRun ? "would be written" : "written";
      context.note(
        `${file}: ${done}, with the same readers for ${paths === 1 ? "its one path" : `all ${paths} paths`}`,
      );
    }
    return 0;
  },
};
