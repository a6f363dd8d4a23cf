/**
 * What is a form of the report of `check`?
 *
 * A form is one file and one line in `index.ts`: a pure function from the report to text. No form ever holds a value.
 */
import { counted } from "../../words/phrases.ts";
import type { CheckReport, Finding, RuleInfo, Severity } from "../../index.ts";

/** What a form is made of. */
export interface Reported {
  readonly report: CheckReport;
  /** Loaded by the forms that tell them. */
  readonly rules: () => Promise<readonly RuleInfo[]>;
  /** From which severity on a finding counts. */
  readonly failOn: Severity;
  readonly showIgnored: boolean;
  readonly words: Words;
  /** Of this program. */
  readonly version: string;
}

/** How text is marked; identity where nobody looks at a terminal. */
export interface Words {
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
}

export interface FormatLine {
  readonly name: string;
  readonly load: () => Promise<(reported: Reported) => string | Promise<string>>;
}

/** The gravest first. */
export const SEVERITIES: readonly Severity[] = ["critical", "error", "warning", "note"];

/** Whether a finding makes the check fail. */
export function counts({ severity }: Finding, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}

/** The gravest first, else in the order that they have: for readers that take only so many. */
export function gravestFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Makes fingerprints that occur several times distinct, in the order in which they come: for services that merge equal ones. */
export function distinctly(): (fingerprint: string) => string {
  const seen = new Map<string, number>();
  return (fingerprint) => {
    const count = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, count);
    return `${fingerprint}:${count}`;
  };
}

/** `2 errors, 1 warning`, gravest first; "no findings" where there are none. */
export function totals(findings: readonly Finding[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [severity === "critical" ? `${count} critical` : counted(count, severity)];
  });
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

/** What was looked at: `in 3 staged files`, `in 12 files of 4 commits`. */
export function scopeWords({ mode, files, commits }: CheckReport): string {
  if (mode === "staged") return `in ${counted(files, "staged file")}`;
  if (mode === "range" || mode === "history") return `in ${counted(files, "file")} of ${counted(commits, "commit")}`;
  return `in ${counted(files, "file")}`;
}

/** The message, with the commit that it is about by the first letters of its id, as git shows them. */
export function messageOf({ message, commit }: Finding): string {
  return commit === undefined ? message : `in commit ${commit.slice(0, 10)}: ${message}`;
}
