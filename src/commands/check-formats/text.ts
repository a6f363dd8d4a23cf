/** How do people read the report? By file, each finding with the command that mends it. */
import { position } from "./position.ts";
import { messageOf, type Reported, type Words } from "./format.ts";
import { visible } from "../visible.ts";
import type { Finding } from "../../index.ts";

export function text({ report, showIgnored, words }: Reported): string {
  const lines = report.findings.flatMap((finding) => findingLines(finding, words));
  if (showIgnored) {
    for (const { finding, reason, until, by } of report.ignored) {
      const [first = ""] = findingLines(finding, words);
      const end = until === undefined ? "" : `, until ${until}`;
      lines.push(first, words.dim(visible(`    allowed by ${by}: ${reason}${end}`)));
    }
  }
  for (const { file, reason, hint } of report.unchecked) {
    lines.push(`${visible(file)}: ${words.bad("not checked")}: ${visible(reason)}`);
    if (hint !== undefined) lines.push(words.dim(visible(`    hint: ${hint}`)));
  }
  return lines.map((line) => `${harmless(line)}\n`).join("");
}

/** GitHub takes a line that begins so for a command, and nearly every file may be called so. */
function harmless(line: string): string {
  return /^\s*::/.test(line) ? `./${line}` : line;
}

function findingLines(finding: Finding, words: Words): string[] {
  const { at, severity, rule, fix } = finding;
  const label = `${severity}[${rule}]`;
  const marked = severity === "critical" || severity === "error" ? words.bad(label) : label;
  const line = `${visible(position(at))}: ${marked} ${visible(messageOf(finding))}`;
  return fix === undefined ? [line] : [line, words.dim(visible(`    fix: ${fix}`))];
}
