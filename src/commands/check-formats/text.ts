/** How do people read the report? By file, each finding with the command that fixes it. */
import { placeText } from "../../words/phrases.ts";
import { gravestFirst, messageOf, type Reported, type Words } from "./format.ts";
import { visible } from "../../words/visible.ts";
import type { Finding } from "../../index.ts";

export function text({ report, showIgnored, words }: Reported): string {
  const lines = shortened(gravestFirst(report.findings)).flatMap((one) =>
    typeof one === "string" ? [words.dim(visible(one))] : findingLines(one, words),
  );
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

/** More findings of one rule in one file say no more. */
const MOST_ALIKE = 5;

/** With a line in place of the further findings of the same kind in the same file. */
function shortened(findings: readonly Finding[]): (Finding | string)[] {
  const totals = new Map<string, number>();
  for (const finding of findings) totals.set(kindOf(finding), (totals.get(kindOf(finding)) ?? 0) + 1);
  const shown = new Map<string, number>();
  return findings.flatMap((finding) => {
    const kind = kindOf(finding);
    const count = (shown.get(kind) ?? 0) + 1;
    const rest = (totals.get(kind) ?? 0) - MOST_ALIKE;
    shown.set(kind, count);
    if (count < MOST_ALIKE || rest < 2) return [finding];
    const { at, severity, rule } = finding;
    const line = `${at.file}: and ${rest} more ${severity}[${rule}]; all of them: secrets check --format json`;
    return count === MOST_ALIKE ? [finding, line] : [];
  });
}

function kindOf({ rule, severity, commit = "", path }: Finding): string {
  return [rule, severity, commit, path].join("\0");
}

/** GitHub takes a line that begins so for a command, and nearly every file may be called so. */
function harmless(line: string): string {
  return /^\s*::/.test(line) ? `./${line}` : line;
}

function findingLines(finding: Finding, words: Words): string[] {
  const { at, severity, rule, fix } = finding;
  const label = `${severity}[${rule}]`;
  const marked = severity === "critical" || severity === "error" ? words.bad(label) : label;
  const line = `${visible(placeText(at))}: ${marked} ${visible(messageOf(finding))}`;
  return fix === undefined ? [line] : [line, words.dim(visible(`    fix: ${fix}`))];
}
