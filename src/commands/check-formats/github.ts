/**
 * What does GitHub Actions read from a log?
 *
 * Workflow commands, which become annotations. Only some ten of each kind are shown, so the whole report stands before them.
 */
import { position } from "./position.ts";
import { shortCommit, totals, scopeWords, type Reported } from "./format.ts";
import { text } from "./text.ts";
import { visible } from "../visible.ts";
import type { Finding } from "../../index.ts";

export function github(reported: Reported): string {
  const { report } = reported;
  const commands = report.findings.map(annotation);
  const failures = report.unchecked.map(
    ({ file, reason }) => `::error title=not checked::${data(`${file}: ${reason}`)}`,
  );
  return text(reported) + [...commands, ...failures].map((line) => `${line}\n`).join("");
}

function annotation({ severity, rule, message, path, line, column, commit, fix }: Finding): string {
  const level = severity === "note" ? "notice" : severity === "warning" ? "warning" : "error";
  const place = [`file=${property(path)}`, ...(line === undefined ? [] : [`line=${line}`])];
  if (line !== undefined && column !== undefined) place.push(`col=${column}`);
  const where = commit === undefined ? "" : ` (in commit ${shortCommit(commit)})`;
  const body = data(`${message}${where}${fix === undefined ? "" : `\nfix: ${fix}`}`);
  return `::${level} ${place.join(",")},title=${rule}::${body}`;
}

function data(value: string): string {
  return value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(value: string): string {
  return data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** The report as Markdown, for the summary of a job. */
export function summary({ report }: Reported): string {
  const rows = report.findings.map(({ severity, rule, message, at, fix }) =>
    row([
      severity,
      rule,
      `\`${visible(position(at))}\``,
      visible(message),
      fix === undefined ? "" : `\`${visible(fix)}\``,
    ]),
  );
  const skipped = report.unchecked.map(({ file, reason }) =>
    row(["not checked", "", `\`${visible(file)}\``, visible(reason), ""]),
  );
  const head = `### secrets check: ${totals(report.findings)} ${scopeWords(report)}\n\n`;
  if (rows.length + skipped.length === 0) return head;
  return `${head}${row(["", "rule", "place", "finding", "fix"])}${row(["---", "---", "---", "---", "---"])}${rows.join("")}${skipped.join("")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |\n`;
}
