/** What do programs read? One object with a version; fields are only ever added to it. */
import { totals, type Reported } from "./format.ts";
import type { Finding } from "../../index.ts";

export function json({ report, showIgnored }: Reported): string {
  const { mode, files, commits, verified, findings, ignored, unchecked, unknownReaders } = report;
  const tree = {
    version: 1,
    mode,
    files,
    commits,
    verified,
    summary: totals(findings),
    findings: findings.map(fields),
    ignored: showIgnored
      ? ignored.map(({ finding, reason, until, by }) => ({ ...fields(finding), reason, until, by }))
      : ignored.length,
    notChecked: unchecked,
    unknownReaders,
  };
  return `${JSON.stringify(tree, null, 2)}\n`;
}

function fields({ rule, severity, message, path, line, column, commit, fix, fingerprint }: Finding) {
  return { rule, severity, message, file: path, line, column, commit, fix, fingerprint };
}
