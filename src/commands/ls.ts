/** `secrets ls [PATH…]` */
import { agreementWord, readerNames } from "./readers-text.ts";
import { flag, type CommandSpec, type Context } from "./command.ts";
import { visible } from "./visible.ts";
import type { SecretReport } from "../index.ts";

export const ls: CommandSpec = {
  name: "ls",
  group: "Look",
  summary: "list every secret file: its rule, its readers, whether they agree with the policy, whether you can open it",
  words: ["[paths...]"],
  options: [{ flags: "--json", description: "for programs" }],
  examples: [
    ["secrets ls", "the whole repository"],
    ["secrets ls secrets/prod", "below a directory"],
  ],
  run: async (context, invocation) => {
    const reports = await context.library.listSecrets(await context.project(), invocation.words);
    if (flag(invocation, "json")) {
      await context.out(`${JSON.stringify({ version: 1, files: reports }, null, 2)}\n`);
      return 0;
    }
    for (const report of reports) await context.out(line(context, report));
    if (reports.length === 0) context.note("no secret files here");
    return 0;
  },
};

function line(context: Context, report: SecretReport): string {
  const open = report.canOpen === undefined ? "" : `; you can open it: ${report.canOpen}`;
  const rule = report.rule === undefined ? "no rule" : `rule ${report.rule.at.line ?? ""}: ${report.rule.title}`;
  const state = report.problem === undefined ? agreementWord(context, report) : context.bad(report.problem);
  return `${visible(report.file)}  ${state}  ${visible(readerNames(report))}  ${context.dim(`(${report.format ?? "?"}; ${visible(rule)}${open})`)}\n`;
}
