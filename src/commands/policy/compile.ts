/** `secrets policy compile` */
import { flag, type Verb } from "../command.ts";

export const compile: Verb = {
  name: "compile",
  summary: "write the literal age lists that stock sops needs, from the names in `readers`",
  words: [],
  options: [{ flags: "--check", description: "exit 1 if a list is missing or differs, and write nothing" }],
  examples: [
    ["secrets policy compile", "comments and layout of .sops.yaml stay as they are"],
    ["secrets policy compile --check", "in CI"],
  ],
  run: async (context, invocation) => {
    const check = flag(invocation, "check");
    const { file, rules } = await context.library.compilePolicy(await context.project(), { check });
    for (const { line, title } of rules) {
      context.note(
        `${file}:${line}: ${title}: ${check ? "not compiled" : context.dryRun ? "would be compiled" : "compiled"}`,
      );
    }
    if (rules.length === 0) context.note(`${file}: up to date`);
    return check && rules.length > 0 ? 1 : 0;
  },
};
