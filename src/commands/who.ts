/** `secrets who PATH` */
import { agreementWord, readersLine } from "./readers-text.ts";
import { visible } from "./visible.ts";
import { firstWord, flag, type CommandSpec, type Context } from "./command.ts";
import type { Position, WhoReport } from "../index.ts";

export const who: CommandSpec = {
  name: "who",
  group: "Look",
  summary: "say who reads a path, by which rule, and what to do if you cannot",
  words: ["<path>"],
  options: [{ flags: "--json", description: "for programs" }],
  examples: [["secrets who secrets/db.age", "the file need not exist yet"]],
  run: async (context, invocation) => {
    const report = await context.library.whoReads(await context.project(), firstWord(invocation));
    if (flag(invocation, "json")) await context.out(`${JSON.stringify({ version: 1, ...report }, null, 2)}\n`);
    else await context.out(text(context, report));
    return 0;
  },
};

function text(context: Context, report: WhoReport): string {
  const lines = [visible(report.file), ...policyLines(report).map(visible), ...fileLines(context, report)];
  return lines.map((line) => `${line}\n`).join("");
}

function policyLines(report: WhoReport): string[] {
  const { rule } = report;
  if (rule === undefined) return ["  no rule covers it"];
  return [
    `  rule     ${place(rule.at)}: ${rule.title}`,
    ...rule.shadowed.map((at) => `  instead of ${place(at)}, which would match too`),
    ...rule.readers.map((reader) => {
      const through = reader.through.length > 0 ? ` through ${reader.through.join(" → ")}` : "";
      return `  reader   ${reader.name} (${reader.kind}${through})`;
    }),
    ...rule.foreign.map((key) => `  reader   ${key} (only sops can use it)`),
  ];
}

function fileLines(context: Context, report: WhoReport): string[] {
  if (report.format === undefined) return ["  file     not there yet"];
  if (report.format === "plain") return [`  file     ${context.bad("not encrypted")}`];
  if (report.problem !== undefined) return [`  file     ${context.bad(report.problem)}`];
  return [
    `  file     ${report.format}; ${agreementWord(context, report)}; ${visible(readersLine(report))}`,
    ...report.difference.map((line) => `           ${visible(line)}`),
    `  you      ${visible(youLine(report))}`,
    ...(report.canOpen === "yes" ? [] : report.keys.map((line) => `           ${visible(line)}`)),
  ];
}

function youLine(report: WhoReport): string {
  if (report.canOpen === "yes") return "can open it";
  if (report.canOpen === "with a passphrase") return "can open it with a passphrase";
  return report.advice === undefined ? "cannot open it" : `cannot open it; ${report.advice}`;
}

function place(at: Position): string {
  return [at.file, at.line].filter((part) => part !== undefined).join(":");
}
