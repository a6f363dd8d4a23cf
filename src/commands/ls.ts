/** `secrets ls [PATH…]` */
import { lineText } from "../words/phrases.ts";
import { agreementCell, readerNames } from "./readers-text.ts";
import { flag, jsonText, type CommandSpec, type Context } from "./command.ts";
import { shared } from "./options.ts";
import { visible } from "../words/visible.ts";
import type { SecretReport } from "../index.ts";

export const ls: CommandSpec = {
  name: "ls",
  group: "Look",
  summary: "list every secret file: its rule, its readers, whether it is up to date, and whether you can open it",
  words: ["[paths...]"],
  options: [shared.json],
  examples: [
    ["secrets ls", "the whole repository"],
    ["secrets ls secrets/prod", "below a directory"],
  ],
  run: async (context, invocation) => {
    const reports = await context.library.listSecrets(await context.project(), invocation.words);
    if (flag(invocation, "json")) {
      await context.out(jsonText({ files: reports }));
      return 0;
    }
    const rows = reports.map((report) => rowOf(context, report));
    const widths = [0, 1, 2].map((column) => {
      const lengths = rows.map((row) => row[column]?.plain.length ?? 0);
      return Math.max(0, ...lengths.filter((length) => length <= WIDEST));
    });
    for (const row of rows)
      await context.out(`${row.map((cell, column) => padded(cell, widths[column])).join("  ")}\n`);
    if (reports.length === 0) context.note("no secret files found");
    return 0;
  },
};

/** What is wider pushes its own line only. */
const WIDEST = 60;

interface Cell {
  readonly plain: string;
  readonly shown: string;
}

function rowOf(context: Context, report: SecretReport): Cell[] {
  const open = report.canOpen === undefined ? "" : `; you can open it: ${report.canOpen}`;
  const rule = report.rule === undefined ? "no rule" : `${lineText(report.rule.at)}: ${report.rule.title}`;
  const format = report.format === undefined ? "" : `${report.format}; `;
  const about = `(${format}${visible(rule)}${open})`;
  const state =
    report.problem === undefined
      ? agreementCell(context, report)
      : { plain: report.problem, shown: context.bad(report.problem) };
  const [file, readers] = [visible(report.file), visible(readerNames(report))];
  return [
    { plain: file, shown: file },
    state,
    { plain: readers, shown: readers },
    { plain: about, shown: context.dim(about) },
  ];
}

function padded({ plain, shown }: Cell, width = 0): string {
  return shown + " ".repeat(Math.max(0, width - plain.length));
}
