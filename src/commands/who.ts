/** `secrets who PATH` */
import { agreementWord } from "./readers-text.ts";
import { firstWord, flag, type CommandSpec, type Context } from "./command.ts";
import type { Position, SecretReport } from "../index.ts";

type Who = SecretReport & { readonly keys: readonly string[] };

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

function text(context: Context, report: Who): string {
  const lines = [report.file, ...policyLines(report), ...fileLines(context, report)];
  return lines.map((line) => `${line}\n`).join("");
}

function policyLines(report: Who): string[] {
  const { rule } = report;
  if (rule === undefined) return ["  no rule covers it"];
  return [
    `  rule     ${place(rule.at)}: ${rule.title}`,
    ...rule.shadowed.map((at) => `  instead of ${place(at)}, which would match too`),
    ...rule.readers.map((reader) => {
      const through = reader.through.length > 0 ? ` through ${reader.through.join(" → ")}` : "";
      return `  reader   ${reader.name} (${reader.kind}${through})`;
    }),
  ];
}

function fileLines(context: Context, report: Who): string[] {
  if (report.format === undefined) return ["  file     not there yet"];
  if (report.format === "plain") return [`  file     ${context.bad("not encrypted")}`];
  if (report.problem !== undefined) return [`  file     ${context.bad(report.problem)}`];
  const names = [...(report.declared?.names ?? []), ...(report.declared?.others ?? [])];
  return [
    `  file     ${report.format}; ${agreementWord(context, report)}; opens for ${names.join(", ") || "nobody known"}`,
    ...report.difference.map((line) => `           ${line}`),
    `  you      ${youLine(report)}`,
    ...(report.canOpen === "yes" ? [] : report.keys.map((line) => `           ${line}`)),
  ];
}

function youLine(report: Who): string {
  if (report.canOpen === "yes") return "can open it";
  if (report.canOpen === "with a passphrase") return "can open it with a passphrase";
  const names = report.declared?.names ?? [];
  const ask = names.length > 0 ? `; ask ${names.slice(0, 3).join(" or ")} to run: secrets rekey ${report.file}` : "";
  return `cannot open it${ask}`;
}

function place(at: Position): string {
  return [at.file, at.line].filter((part) => part !== undefined).join(":");
}
