/**
 * What does a code scanning service read?
 *
 * SARIF 2.1.0 (OASIS, 2020). Places are relative to the root of the repository; what was allowed is there as suppressed, what
 * was not checked as a notification, so that a run that could not look says so.
 */
import { counted } from "../../words/phrases.ts";
import { toUSVString } from "node:util";
import { relativeUri } from "./uri.ts";
import { distinctly, gravestFirst, messageOf, type Reported } from "./format.ts";
import type { Finding, Ignored, RuleInfo, Severity } from "../../index.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** How many results GitHub takes of one run; of more, it refuses all. */
const MOST = 25_000;

export async function sarif({ report, rules: load, version }: Reported): Promise<string> {
  const rules = await load();
  const make = resultMaker(rules);
  const all = [
    ...gravestFirst(report.findings).map((finding) => () => make(finding)),
    ...report.ignored.map((ignored) => () => suppressed(ignored, make(ignored.finding))),
  ];
  const left = all.length - MOST;
  const notifications = [
    ...report.unchecked.map(({ file, reason }) => notification("error", `${file}: not checked: ${reason}`)),
    ...(left > 0
      ? [notification("warning", `${counted(left, "result")} more, which the other forms of the report have`)]
      : []),
  ];
  const tree = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "secrets", version, rules: rules.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          { executionSuccessful: report.unchecked.length === 0, toolExecutionNotifications: notifications },
        ],
        results: all.slice(0, MOST).map((result) => result()),
      },
    ],
  };
  return `${JSON.stringify(tree, null, 2)}\n`;
}

function notification(level: "error" | "warning", text: string) {
  return { level, message: { text: plain(text) } };
}

/** Text in which nothing is a link, and which every reader of JSON takes. */
function plain(text: string): string {
  return toUSVString(text).replaceAll("](", String.raw`\](`);
}

function descriptor({ id, title, severity, explanation }: RuleInfo) {
  const [what = "", ...more] = Object.values(explanation).map((lines) => lines.join(" "));
  return {
    id,
    name: title.replaceAll(/(?:^|\W+)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: what },
    help: { text: [what, ...more].join("\n\n") },
    defaultConfiguration: { level: levelOf(severity) },
    properties: { "security-severity": SCORES[severity], tags: ["security", "secrets"] },
  };
}

/** The scale on which GitHub sorts security findings. */
const SCORES: Readonly<Record<Severity, string>> = { critical: "9.5", error: "8.0", warning: "5.0", note: "2.0" };

function levelOf(severity: Severity): "error" | "warning" | "note" {
  return severity === "critical" ? "error" : severity;
}

type Make = (finding: Finding) => object;

function resultMaker(rules: readonly RuleInfo[]): Make {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const distinct = distinctly();
  return (finding) => {
    const { rule, severity, path, line = 1, column, commit, fingerprint, fix } = finding;
    const message = messageOf(finding);
    return {
      ruleId: rule,
      ruleIndex: indexes.get(rule) ?? -1,
      level: levelOf(severity),
      message: { text: plain(fix === undefined ? message : `${message}\nfix: ${fix}`) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: relativeUri(path), uriBaseId: "%SRCROOT%" },
            // GitHub asks for a line; the first one stands for the whole file.
            region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
          },
        },
      ],
      // The second is what GitHub goes by. Left to itself it would take the line's text, which every encryption changes.
      partialFingerprints: {
        "secretsFinding/v1": fingerprint,
        primaryLocationLineHash: distinct(fingerprint),
      },
      ...(commit === undefined ? {} : { properties: { commit } }),
    };
  };
}

function suppressed({ finding, reason, by }: Ignored, result: object) {
  const kind = by.startsWith(`${finding.at.file}:`) ? "inSource" : "external";
  return { ...result, suppressions: [{ kind, justification: plain(`${reason} (${by})`) }] };
}
