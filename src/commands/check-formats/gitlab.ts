/**
 * What does GitLab read as a code quality report?
 *
 * A list of places, each with words of its own. It knows nothing of what is allowed, and of two with one fingerprint shows one.
 */
import { distinctly, gravestFirst, messageOf, type Reported } from "./format.ts";
import type { Severity } from "../../index.ts";

const SEVERITIES: Readonly<Record<Severity, string>> = {
  critical: "blocker",
  error: "critical",
  warning: "minor",
  note: "info",
};

export function gitlab({ report }: Reported): string {
  const distinct = distinctly();
  const issues = [
    ...gravestFirst(report.findings).map((finding) => {
      const { rule, severity, path, line, fix, fingerprint } = finding;
      const description = `${messageOf(finding)}${fix === undefined ? "" : `; fix: ${fix}`}`;
      return issue({ description, rule, severity, path, line, fingerprint: distinct(fingerprint) });
    }),
    ...report.unchecked.map(({ file, reason }) => {
      const [description, fingerprint] = [`not checked: ${reason}`, distinct(`not checked ${file}`)];
      return issue({ description, rule: "not checked", severity: "error", path: file, line: undefined, fingerprint });
    }),
  ];
  return `${JSON.stringify(issues, null, 2)}\n`;
}

function issue(given: {
  readonly description: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly path: string;
  readonly line: number | undefined;
  readonly fingerprint: string;
}) {
  const { description, rule, severity, path, line = 1, fingerprint } = given;
  const location = { path, lines: { begin: line } };
  return { description, check_name: rule, fingerprint, severity: SEVERITIES[severity], location };
}
