/** `secrets who PATH` or `secrets who NAME` */
import { lineText } from "../words/phrases.ts";
import { agreementCell, readersLine } from "./readers-text.ts";
import { visible } from "../words/visible.ts";
import { firstWord, flag, jsonText, type CommandSpec, type Context } from "./command.ts";
import { shared } from "./options.ts";
import type { FileOfPerson, PersonReport, SecretReport, WhoAnswer, WhoReport } from "../index.ts";

export const who: CommandSpec = {
  name: "who",
  group: "Look",
  summary: "show who reads a path, by which rule, and what to do if you cannot; or what a person, host or team reads",
  words: ["<path-or-name>"],
  options: [shared.json],
  examples: [
    ["secrets who secrets/db.age", "the file need not exist yet"],
    ["secrets who secrets", "every secret below a directory"],
    ["secrets who alice", "the rules and files that alice reads"],
  ],
  run: async (context, invocation) => {
    const answer = await context.library.who(await context.project(), firstWord(invocation));
    if (flag(invocation, "json")) await context.out(jsonText(data(answer)));
    else await context.out(text(context, answer));
    return 0;
  },
};

function data(answer: WhoAnswer): object {
  if (answer.about === "path") return answer.report;
  return answer.about === "person" ? answer.person : { directory: answer.directory, files: answer.files };
}

function text(context: Context, answer: WhoAnswer): string {
  const lines =
    answer.about === "path"
      ? pathLines(context, answer.report)
      : answer.about === "person"
        ? personLines(answer.person).map(visible)
        : answer.files.length === 0
          ? ["no secret files found"]
          : answer.files.flatMap((report) => [
              visible(report.file),
              ...policyLines(report).map(visible),
              ...fileLines(context, report),
            ]);
  return lines.map((line) => `${line}\n`).join("");
}

function pathLines(context: Context, report: WhoReport): string[] {
  return [
    visible(report.file),
    ...policyLines(report).map(visible),
    ...fileLines(context, report),
    ...youLines(report).map(visible),
  ];
}

const READS: Readonly<Record<FileOfPerson["reads"], string>> = {
  yes: "",
  "not yet": " (not yet: run secrets rekey)",
  still: " (still: the policy says no, run secrets rekey)",
  unknown: " (by its rule; the file does not say)",
};

function personLines({ name, kind, at, teams, members, rules, files }: PersonReport): string[] {
  const place = at === undefined ? "" : `, ${lineText(at)}`;
  return [
    `${name} (${kind}${place})`,
    ...(members.length > 0 ? [`  members  ${members.join(", ")}`] : []),
    ...(teams.length > 0 ? [`  teams    ${teams.join(", ")}`] : []),
    ...rules.map((rule) => {
      const through = rule.through.length > 0 ? ` (through ${rule.through.join(" → ")})` : "";
      return `  rule     ${lineText(rule.at)}: ${rule.title}${through}`;
    }),
    ...(rules.length === 0 ? ["  no rule gives access"] : []),
    ...files.map(({ file, reads }) => `  file     ${file}${READS[reads]}`),
  ];
}

function policyLines(report: SecretReport): string[] {
  const { rule } = report;
  if (rule === undefined) return ["  no rule covers it"];
  return [
    `  rule     ${lineText(rule.at)}: ${rule.title}`,
    ...rule.shadowed.map((at) => `  instead of ${lineText(at)}, which also matches`),
    ...rule.readers.map((reader) => {
      const through = reader.through.length > 0 ? ` through ${reader.through.join(" → ")}` : "";
      return `  reader   ${reader.name} (${reader.kind}${through})`;
    }),
    ...rule.foreign.map((key) => `  reader   ${key} (only sops can use it)`),
  ];
}

function fileLines(context: Context, report: SecretReport): string[] {
  if (report.format === undefined) return ["  file     does not exist yet"];
  if (report.format === "plain") return [`  file     ${context.bad("not encrypted")}`];
  if (report.problem !== undefined) return [`  file     ${context.bad(report.problem)}`];
  return [
    `  file     ${report.format}; ${agreementCell(context, report).shown}; ${visible(readersLine(report))}`,
    ...report.difference.map((line) => `           ${visible(line)}`),
  ];
}

function youLines(report: WhoReport): string[] {
  if (report.format === undefined || report.format === "plain" || report.problem !== undefined) return [];
  return [
    `  you      ${youLine(report)}`,
    ...(report.canOpen === "yes" ? [] : report.keys.map((line) => `           ${line}`)),
  ];
}

function youLine(report: WhoReport): string {
  if (report.canOpen === "yes") return "can open it";
  if (report.canOpen === "with a passphrase") return "can open it with a passphrase";
  return report.advice === undefined ? "cannot open it" : `cannot open it; ${report.advice}`;
}
