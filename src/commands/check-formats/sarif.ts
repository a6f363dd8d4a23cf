/**
 * What does a code scanning service read?
 *
 * SARIF 2.1.0 (OASIS, 2020). Places are relative to the root of the repository; what was allowed is there as suppressed, what
 * was not checked as a notification, so that a run that could not look says so.
 */
import { relativeUri } from "./uri.ts";
import type { Reported } from "./format.ts";
import type { Finding, Ignored, RuleInfo, Severity } from "../../index.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export async function sarif({ report, rules: load }: Reported): Promise<string> {
  const rules = await load();
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const notifications = report.unchecked.map(({ file, reason }) => ({
    level: "error",
    message: { text: `${file}: not checked: ${reason}` },
  }));
  const tree = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "secrets", rules: rules.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: notifications.length === 0, toolExecutionNotifications: notifications }],
        results: [
          ...report.findings.map((finding) => resultOf(finding, indexes)),
          ...report.ignored.map((ignored) => suppressed(ignored, indexes)),
        ],
      },
    ],
  };
  return `${JSON.stringify(tree, null, 2)}\n`;
}

function descriptor({ id, title, severity, explanation }: RuleInfo) {
  const { what, why, mend, limits } = explanation;
  return {
    id,
    name: title.replaceAll(/(?:^|\W+)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: what },
    help: { text: `${what}\n\n${why}\n\n${mend}\n\n${limits}` },
    defaultConfiguration: { level: levelOf(severity) },
    properties: { "security-severity": SCORES[severity], tags: ["security", "secrets"] },
  };
}

/** The scale on which GitHub sorts security findings. */
const SCORES: Readonly<Record<Severity, string>> = { critical: "9.5", error: "8.0", warning: "5.0", note: "2.0" };

function levelOf(severity: Severity): "error" | "warning" | "note" {
  return severity === "critical" ? "error" : severity;
}

function resultOf(finding: Finding, indexes: ReadonlyMap<string, number>) {
  const { rule, severity, message, path, line, column, commit, fingerprint, fix } = finding;
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return {
    ruleId: rule,
    ruleIndex: indexes.get(rule) ?? -1,
    level: levelOf(severity),
    message: { text: fix === undefined ? message : `${message}\nfix: ${fix}` },
    locations: [
      { physicalLocation: { artifactLocation: { uri: relativeUri(path), uriBaseId: "%SRCROOT%" }, ...region } },
    ],
    partialFingerprints: { "secretsFinding/v1": fingerprint },
    ...(commit === undefined ? {} : { properties: { commit } }),
  };
}

function suppressed({ finding, reason, by }: Ignored, indexes: ReadonlyMap<string, number>) {
  const kind = by.startsWith(`${finding.at.file}:`) ? "inSource" : "external";
  return { ...resultOf(finding, indexes), suppressions: [{ kind, justification: `${reason} (${by})` }] };
}
