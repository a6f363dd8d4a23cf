/**
 * What does GitHub Actions read from a log?
 *
 * Workflow commands, which become annotations. Only some ten of each kind are shown, so the gravest come first, and the whole
 * report stands before them.
 */
import { counted, placeText } from "../../words/phrases.ts";
import { gravestFirst, messageOf, totals, scopeWords, type Reported } from "./format.ts";
import { text } from "./text.ts";
import { visible } from "../../words/visible.ts";
import type { Finding } from "../../index.ts";

export function github(reported: Reported): string {
  const { report } = reported;
  const commands = gravestFirst(report.findings).map(annotation);
  const failures = report.unchecked.map(
    ({ file, reason, hint }) => `::error title=not checked::${body(`${file}: ${reason}`, "hint", hint)}`,
  );
  return text(reported) + [...commands, ...failures].map((line) => `${line}\n`).join("");
}

function annotation(finding: Finding): string {
  const { severity, rule, path, line, column, fix } = finding;
  const level = severity === "note" ? "notice" : severity === "warning" ? "warning" : "error";
  const place = [`file=${property(path)}`, ...(line === undefined ? [] : [`line=${line}`])];
  if (line !== undefined && column !== undefined) place.push(`col=${column}`);
  return `::${level} ${place.join(",")},title=${rule}::${body(messageOf(finding), "fix", fix)}`;
}

/** What is wrong, and on a line of its own what fixes it. */
function body(message: string, label: "fix" | "hint", advice: string | undefined): string {
  return [message, ...(advice === undefined ? [] : [`${label}: ${advice}`])].map(data).join("%0A");
}

function data(value: string): string {
  return visible(value).replaceAll("%", "%25");
}

function property(value: string): string {
  return data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * The report as Markdown, for the summary of a job.
 * @param room how many bytes it may have: GitHub takes no summary that is larger than it allows.
 */
export function summary({ report }: Reported, room: number): string {
  const rows = [
    ...gravestFirst(report.findings).map((finding) => {
      const { severity, rule, at, fix } = finding;
      return row([severity, rule, code(placeText(at)), markdown(messageOf(finding)), advice(fix)]);
    }),
    ...report.unchecked.map(({ file, reason, hint }) =>
      row(["not checked", "", code(file), markdown(reason), advice(hint)]),
    ),
  ];
  const head = `### secrets check: ${totals(report.findings)} ${scopeWords(report)}\n\n`;
  const table = row(["", "rule", "place", "finding", "fix"]) + row(["---", "---", "---", "---", "---"]);
  const more = (count: number) => `\nThe log has ${counted(count, "line")} more.\n`;
  let left = room - Buffer.byteLength(head + table + more(rows.length));
  if (left < 0) return "";
  if (rows.length === 0) return head;
  const firstOut = rows.findIndex((line) => (left -= Buffer.byteLength(line)) < 0);
  if (firstOut === -1) return `${head}${table}${rows.join("")}\n`;
  return `${head}${table}${rows.slice(0, firstOut).join("")}${more(rows.length - firstOut)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function advice(text: string | undefined): string {
  return text === undefined ? "" : code(text);
}

function code(text: string): string {
  return `<code>${markdown(text)}</code>`;
}

/** Entities take no part in Markdown, in HTML or in tables; an empty comment keeps `@name` from being somebody's. */
function markdown(text: string): string {
  return visible(text)
    .replaceAll(/[^\p{L}\p{N} ,/'()-]/gu, (sign) => `&#${sign.codePointAt(0)};`)
    .replaceAll("&#64;", "&#64;<!-- -->");
}
