import { describe, expect, test } from "vitest";
import { formats } from "../../src/commands/check-formats/index.ts";
import type { Reported } from "../../src/commands/check-formats/format.ts";
import { summary } from "../../src/commands/check-formats/github.ts";
import { visible } from "../../src/words/visible.ts";
import { checkRules } from "../../src/operations/verbs/explain.ts";
import type { CheckReport, Finding } from "../../src/index.ts";

const finding = (more: Partial<Finding>): Finding => ({
  rule: "SEC001",
  severity: "error",
  message: "plaintext at a path that the policy wants encrypted",
  path: "secrets/app.yaml",
  at: { file: "app.yaml", line: 3, column: 5 },
  line: 3,
  column: 5,
  fix: "secrets encrypt -i app.yaml",
  fingerprint: "0123456789abcdef",
  ...more,
});

const odd = "a\nb: 100%, <x> \"q\" 'r' & \u001b[31m \u{1f511}";
const report: CheckReport = {
  mode: "range",
  findings: [
    finding({}),
    finding({ rule: "SEC008", severity: "critical", line: undefined, column: undefined, fix: undefined }),
    finding({ rule: "SEC011", commit: "0123456789012345678901234567890123456789", severity: "error" }),
    finding({ rule: "SEC014", severity: "warning", path: odd, at: { file: odd }, message: odd }),
    finding({ rule: "SEC018", severity: "note" }),
  ],
  unknownReaders: [],
  ignored: [
    { finding: finding({ rule: "SEC007" }), reason: "made for tests", until: undefined, by: "app.yaml:1" },
    {
      finding: finding({ rule: "SEC007" }),
      reason: "made for tests",
      until: "2027-01-01",
      by: ".secrets-check.yaml:2",
    },
  ],
  unchecked: [{ file: odd, reason: "permission denied" }],
  files: 12,
  commits: 3,
  verified: 0,
};
const empty: CheckReport = { ...report, findings: [], ignored: [], unchecked: [] };

const reported = (of: CheckReport): Reported => ({
  report: of,
  rules: () => Promise.resolve(checkRules()),
  failOn: "error",
  showIgnored: true,
  words: { bad: (text) => text, dim: (text) => text },
  version: "1.2.3",
});

async function made(name: string, of: CheckReport = report): Promise<string> {
  const make = await formats.find((format) => format.name === name)?.load();
  return (await make?.(reported(of))) ?? "";
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly version: string; readonly rules: { readonly id: string }[] } };
  readonly invocations: unknown[];
  readonly results: {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly partialFingerprints: Record<string, string>;
    readonly suppressions?: unknown[];
  }[];
}

async function sarifRun(of: CheckReport = report): Promise<SarifRun> {
  const { runs } = JSON.parse(await made("sarif", of)) as { runs: [SarifRun] };
  return runs[0];
}

// test/interop/sarif.test.ts holds it to the schema.
describe("SARIF", () => {
  test("leads from each result to its rule", async () => {
    const { tool, results } = await sarifRun();
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
    expect(tool.driver.version).toBe("1.2.3");
  });

  test("has the gravest first, and no more than GitHub takes, and says so", async () => {
    const findings = Array.from({ length: 25_001 }, (_, index) =>
      finding({ severity: index === 25_000 ? "critical" : "warning", rule: index === 25_000 ? "SEC008" : "SEC001" }),
    );
    const { results, invocations } = await sarifRun({ ...report, findings, unchecked: [] });

    expect(results).toHaveLength(25_000);
    expect(results[0]?.ruleId).toBe("SEC008");
    expect(results.some(({ suppressions }) => suppressions !== undefined)).toBe(false);
    expect(invocations).toMatchObject([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [
          { level: "warning", message: { text: "3 results more, which the other forms of the report have" } },
        ],
      },
    ]);
  });

  test("tells equal findings apart, so that GitHub shows each", async () => {
    const { results } = await sarifRun({
      ...empty,
      findings: [finding({}), finding({}), finding({ fingerprint: "f" })],
    });
    expect(results.map(({ partialFingerprints }) => partialFingerprints["primaryLocationLineHash"])).toEqual([
      "0123456789abcdef:1",
      "0123456789abcdef:2",
      "f:1",
    ]);
  });

  test("has no links in what a name says", async () => {
    const { results } = await sarifRun({ ...empty, findings: [finding({ message: "[a](https://example.com)" })] });
    expect(results[0]?.message.text).toMatch(/^\[a\\\]\(/);
  });

  test("tells suppressed findings, notifications, commits and fingerprints", async () => {
    expect(await sarifRun()).toMatchObject({
      invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: "error" }] }],
      results: [
        { ruleId: "SEC008", locations: [{ physicalLocation: { region: { startLine: 1 } } }] },
        { level: "error", partialFingerprints: { "secretsFinding/v1": "0123456789abcdef" } },
        { properties: { commit: "0123456789012345678901234567890123456789" } },
        {
          level: "warning",
          locations: [{ physicalLocation: { artifactLocation: { uri: expect.stringMatching(/^a%0Ab%3A%20100%25/) } } }],
        },
        { level: "note" },
        { suppressions: [{ kind: "inSource" }] },
        { suppressions: [{ kind: "external" }] },
      ],
    });
  });
});

test.each(["text", "github", "gitlab", "junit", "sarif"])("%s says which commit it is about", async (name) => {
  expect(await made(name)).toContain("in commit 0123456789: plaintext at a path");
});

// What programs rely on: fields are added, never taken away or given another meaning.
test("JSON has a version, and these fields", async () => {
  const tree = JSON.parse(await made("json")) as Record<string, Record<string, unknown>[]>;
  const finding = ["rule", "severity", "message", "file", "line", "column", "commit", "fix", "fingerprint"];
  const keys = (of: object | undefined) => Object.keys(of ?? {}).toSorted();

  expect(keys(tree)).toEqual(
    [
      "version",
      "mode",
      "unknownReaders",
      "files",
      "commits",
      "verified",
      "summary",
      "findings",
      "ignored",
      "notChecked",
    ].toSorted(),
  );
  const all = [...new Set(tree["findings"]?.flatMap(keys))].toSorted();
  expect(all).toEqual(finding.toSorted());
  expect(keys(tree["ignored"]?.[1])).toEqual(
    [...finding.filter((key) => key !== "commit"), "reason", "until", "by"].toSorted(),
  );
  expect(tree).toMatchObject({
    version: 1,
    mode: "range",
    files: 12,
    commits: 3,
    verified: 0,
    summary: "1 critical, 2 errors, 1 warning, 1 note",
    findings: [
      { rule: "SEC001", file: "secrets/app.yaml", line: 3, column: 5, fingerprint: "0123456789abcdef" },
      {},
      {},
      {},
      {},
    ],
    ignored: [{ reason: "made for tests" }, { until: "2027-01-01" }],
    notChecked: [{ file: odd, reason: "permission denied" }],
  });
});

test("JSON only counts what is allowed, unless it is asked to show it", async () => {
  const make = await formats.find(({ name }) => name === "json")?.load();
  const text = await make?.({ ...reported(report), showIgnored: false });
  expect(JSON.parse(text ?? "")).toMatchObject({ ignored: 2 });
});

describe("GitHub", () => {
  test("annotations escape what GitHub would read as its own", async () => {
    const lines = (await made("github")).split("\n");

    expect(lines).toContain(
      "::error file=secrets/app.yaml,line=3,col=5,title=SEC001::plaintext at a path that the policy wants encrypted%0Afix: secrets encrypt -i app.yaml",
    );
    expect(lines.some((line) => line.startsWith("::error file=secrets/app.yaml,title=SEC008::"))).toBe(true);
    expect(lines.some((line) => line.startsWith(String.raw`::warning file=a\u000ab%3A 100%25%2C <x>`))).toBe(true);
    expect(lines.some((line) => line.startsWith("::notice "))).toBe(true);
    expect(lines.some((line) => line.startsWith("::error title=not checked::"))).toBe(true);
  });

  test("the gravest annotations come first", async () => {
    const lines = (await made("github")).split("\n").filter((line) => line.startsWith("::"));
    expect(lines[0]).toMatch(/title=SEC008::/);
    expect(lines.at(-2)).toMatch(/^::notice/);
  });

  test.each(["github", "text"])("no name is a command in the log (%s)", async (format) => {
    const names = [
      "::add-mask::a",
      "  ::stop-commands::x",
      "a\n::error::b",
      "a\r::error::b",
      "##[add-mask]a",
      "x##vso[task]",
    ];
    const findings = names.map((name) => finding({ at: { file: name }, path: name, message: `in ${name}`, fix: name }));
    const unchecked = names.map((name) => ({ file: name, reason: name, hint: name }));
    const ignored = findings.map((one) => ({
      finding: one,
      reason: "r\n::debug::",
      until: undefined,
      by: "::debug::",
    }));
    const text = await made(format, { ...report, findings, unchecked, ignored });

    const ours = text.split("\n").filter((line) => /^\s*::/.test(line));
    expect(ours).toHaveLength(format === "github" ? 2 * names.length : 0);
    expect(ours.every((line) => /^::error (?:file=[^:]*,title=SEC001|title=not checked)::/.test(line))).toBe(true);
    expect(text).not.toMatch(/##\w*\[|[^\n\P{Cc}]/u);
  });
});

describe("the summary of a job", () => {
  test("is one table of plain words, whatever a name holds", () => {
    const name = "x|y\nz`<img src=a>` @octocat [a](b) www.a.b \\| **c** &amp; ~d~ #1";
    const rows = summary(
      reported({ ...empty, findings: [finding({ message: name, at: { file: name } })] }),
      9999,
    ).split("\n");
    const [row = ""] = rows.filter((line) => line.startsWith("| error"));

    expect(row.split("|")).toHaveLength(7);
    const markup = row.replaceAll(/<\/?code>|<!-- -->|&#\d+;/g, "");
    expect(markup).not.toMatch(/[<>`@[\]*&~#\\]|www\./);
    const read = row.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
    expect(read.replaceAll("<!-- -->", "")).toContain(`<code>${visible(name)}</code> | ${visible(name)} | <code>`);
    expect(rows).toHaveLength(7);
  });

  test("says which commit it is about, and what helps where something was not checked", () => {
    const unchecked = [{ file: "history", reason: "it is shallow", hint: "git fetch" }];
    const text = summary(reported({ ...empty, findings: [finding({ commit: "0123456789abcdef" })], unchecked }), 9999);
    expect(text).toContain("in commit 0123456789&#58; plaintext");
    expect(text).toContain("<code>git fetch</code>");
  });

  test("says that there is nothing", () => {
    expect(summary(reported(empty), 1000)).toBe("### secrets check: no findings in 12 files of 3 commits\n\n");
  });

  test("keeps to its room, with the gravest and the number of those that are left out", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      finding({ severity: index === 499 ? "critical" : "note", at: { file: `ünï-${index}` } }),
    );
    const text = summary(reported({ ...empty, findings: many }), 4000);

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4000);
    expect(text).toContain("| critical |");
    const shown = text.split("\n").filter((line) => line.includes("SEC001")).length;
    expect(text).toContain(`\nThe log has ${500 - shown} lines more.\n`);
    expect(summary(reported({ ...empty, findings: many }), 0)).toBe("");
  });
});

describe("JUnit", () => {
  test("counts what fails and what could not be checked", async () => {
    const text = await made("junit");

    expect(text).toContain('<testsuites tests="8" failures="3" errors="1" skipped="2">');
    expect(text.match(/<failure /g)).toHaveLength(3);
    expect(text.match(/<system-out>/g)).toHaveLength(2);
    expect(text).toContain('<skipped message="allowed by .secrets-check.yaml:2: made for tests"/>');
  });

  test("is well-formed, whatever a name holds", async () => {
    expect(openElements(await made("junit"))).toEqual([]);
    expect(await made("junit")).not.toContain("\u001b");
  });

  test("is a passed case where there is nothing", async () => {
    expect(await made("junit", empty)).toContain('<testcase classname="secrets check" name="no findings"/>');
  });
});

test("GitLab's report has a fingerprint of its own for each place, and a line", async () => {
  const twice = { ...report, findings: [finding({}), ...report.findings] };
  const issues = JSON.parse(await made("gitlab", twice)) as { fingerprint: string }[];

  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  expect(issues).toHaveLength(7);
  expect(issues.slice(0, 2)).toMatchObject([
    {
      check_name: "SEC008",
      severity: "blocker",
      location: { path: "secrets/app.yaml", lines: { begin: 1 } },
    },
    {
      description: "plaintext at a path that the policy wants encrypted; fix: secrets encrypt -i app.yaml",
      severity: "critical",
      location: { lines: { begin: 3 } },
    },
  ]);
  expect(issues.at(-1)).toMatchObject({ check_name: "not checked", description: "not checked: permission denied" });
});

test("text shows places, fixes, allowances and what was not checked, and nothing that acts on a terminal", async () => {
  const text = await made("text");

  expect(text).toContain("app.yaml:3:5: error[SEC001] plaintext at a path that the policy wants encrypted\n    fix: ");
  expect(text).toContain("    allowed by .secrets-check.yaml:2: made for tests, until 2027-01-01\n");
  expect(text).toContain(": not checked: permission denied\n");
  expect(text).not.toContain("\u001b");
  expect(text.split("\n").filter((line) => line.includes("SEC014"))).toHaveLength(1);
});

/** Elements that are never closed, or closed in the wrong order; a fault in an attribute shows as one. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml[^>]*\?>\s*/, "")
    .replaceAll(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<>&]+|&(?:amp|lt|gt|quot|#10);/g,
      (...[all, closing = "", name = "", , empty = ""]: string[]) => {
        if (all === undefined || !all.startsWith("<") || empty === "/") return "";
        if (closing === "") open.push(name);
        else if (open.pop() !== name) open.push(`</${name}>`);
        return "";
      },
    );
  return rest === "" ? open : [...open, rest];
}
