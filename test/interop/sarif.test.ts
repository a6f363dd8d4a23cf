/** Is what `check` reports SARIF, by its schema and by the rules of GitHub and of SARIF's authors? */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Reported } from "../../src/commands/check-formats/format.ts";
import { sarif } from "../../src/commands/check-formats/sarif.ts";
import type { CheckReport, Finding } from "../../src/index.ts";
import { checkRules } from "../../src/operations/verbs/explain.ts";
import { describePeer, run } from "./peer.ts";

const rules = checkRules();
const finding = (more: Partial<Finding> = {}): Finding => ({
  rule: "SEC001",
  severity: "error",
  message: "plaintext at a path that the policy wants encrypted",
  path: "secrets/app.yaml",
  at: { file: "app.yaml" },
  fix: "secrets encrypt -i app.yaml",
  fingerprint: "0123456789abcdef",
  ...more,
});
const named = (path: string) => finding({ path, at: { file: path }, message: path, fix: path });
const many = (count: number): Finding[] =>
  Array.from({ length: count }, (_, index) =>
    finding({ line: index + 1, severity: index % 2 ? "warning" : "critical" }),
  );
const report = (more: Partial<CheckReport> = {}): CheckReport => ({
  mode: "tree",
  findings: [],
  unknownReaders: [],
  ignored: [],
  unchecked: [],
  files: 1,
  commits: 0,
  verified: 0,
  ...more,
});

const ODD = [
  "with blank and 100%",
  "a:b/c?d#e",
  "line\nfeed\ttab\r",
  "\u001b[31m\u0000\u0085\u2028\u202e",
  "ünï/\u{1f511}",
  "not \ufffd utf-8",
  "lone \ud800 surrogate",
  "back\\slash \"quotes' `ticks`",
  "[text](https://example.com) {0} {{x}}",
  "-rf",
  "../outside",
  "a//b/./c",
];

const reports: readonly (readonly [string, CheckReport])[] = [
  ["with nothing in it", report()],
  ["with every rule", report({ findings: rules.map(({ id, severity }) => finding({ rule: id, severity })) })],
  [
    "with places",
    report({ findings: [finding({ line: 3 }), finding({ line: 3, column: 5 }), finding({ fix: undefined })] }),
  ],
  ["with names that hold anything", report({ findings: ODD.map(named) })],
  [
    "with commits",
    report({ mode: "range", findings: [finding({ commit: "0123456789".repeat(4), line: 1, column: 1 })] }),
  ],
  [
    "with what was allowed",
    report({
      ignored: ["app.yaml:1", ".secrets-check.yaml:2", ...ODD].map((by) => ({
        finding: finding(),
        reason: by,
        until: undefined,
        by,
      })),
    }),
  ],
  ["with what was not checked", report({ unchecked: ODD.map((file) => ({ file, reason: file })) })],
  ["with thousands of findings", report({ findings: many(2000) })],
];

/** Reports that are not SARIF: what stands in that of one finding, and what in its place. */
const broken: readonly (readonly [string, string, string])[] = [
  ["a level that is not SARIF's", '"level": "error"', '"level": "critical"'],
  ["a rule that is not there", '"ruleIndex": 0', '"ruleIndex": 99'],
];

async function written(of: CheckReport): Promise<string> {
  const words = { bad: (text: string) => text, dim: (text: string) => text };
  const reported: Reported = {
    report: of,
    rules: async () => rules,
    failOn: "error",
    showIgnored: true,
    words,
    version: "1.2.3",
  };
  return sarif(reported);
}

describePeer("sarif-validator", (check) => {
  const folder = mkdtempSync(join(tmpdir(), "sarif-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (title: string): string => join(folder, `${title.replaceAll(/[^a-z]+/g, "-")}.sarif`);
  let lines: Promise<readonly string[]> | undefined;

  /** It takes two seconds to start, and all files at once. */
  const judge = async (path: string): Promise<readonly string[]> => {
    const sample = await written(report({ findings: [finding()] }));
    for (const [title, of] of reports) writeFileSync(fileOf(title), await written(of));
    for (const [title, before, after] of broken) writeFileSync(fileOf(title), sample.replace(before, after));
    const files = [...reports, ...broken].map(([title]) => fileOf(title));
    expect(new Set(files).size).toBe(files.length);
    const said = run(path, files).stdout.toString().trim().split("\n");
    // A home on the web is what this program does not have yet.
    const found = said.filter((line) => line !== "" && !/SARIF2005: .* does not provide 'informationUri'/.test(line));
    // What is said of no file is said of all of them.
    expect(found.filter((line) => !files.some((file) => line.includes(file)))).toEqual([]);
    return found;
  };
  const judged = async (path: string, title: string) =>
    (await (lines ??= judge(path))).filter((line) => line.includes(fileOf(title)));
  const isSound = async (path: string, title: string) => expect(await judged(path, title)).toEqual([]);
  const isUnsound = async (path: string, title: string) => expect(await judged(path, title)).not.toEqual([]);

  for (const [title] of reports) check(`finds nothing wrong in a report ${title}`, (path) => isSound(path, title));
  for (const [title] of broken) check(`would see ${title}`, (path) => isUnsound(path, title));
});
