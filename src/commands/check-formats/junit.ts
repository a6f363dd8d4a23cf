/** What do build servers read? A finding that counts is a failed case, one that does not a case with words. */
import { placeText } from "../../words/phrases.ts";
import { counts, messageOf, type Reported } from "./format.ts";
import type { Finding, Ignored, Severity } from "../../index.ts";

export function junit({ report, failOn, showIgnored }: Reported): string {
  const { findings, unchecked } = report;
  const ignored = showIgnored ? report.ignored : [];
  const cases = [
    ...findings.map((finding) => caseOf(finding, failOn)),
    ...unchecked.map(({ file, reason }) => uncheckedCase(file, reason)),
    ...ignored.map(allowedCase),
  ];
  if (cases.length === 0) cases.push('    <testcase classname="secrets check" name="no findings"/>');
  const failures = findings.filter((finding) => counts(finding, failOn)).length;
  const numbers = `tests="${cases.length}" failures="${failures}" errors="${unchecked.length}" skipped="${ignored.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${numbers}>`,
    `  <testsuite name="secrets check" ${numbers}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function caseOf(finding: Finding, failOn: Severity): string {
  const { rule, severity, fix } = finding;
  const message = messageOf(finding);
  const head = headOf(finding);
  const body = xml(`${severity}: ${message}${fix === undefined ? "" : `\nfix: ${fix}`}`);
  return counts(finding, failOn)
    ? `${head}><failure type="${rule}" message="${xml(message)}">${body}</failure></testcase>`
    : `${head}><system-out>${body}</system-out></testcase>`;
}

function headOf(finding: Finding): string {
  const { rule, at, path } = finding;
  return `    <testcase classname="${rule}" name="${xml(`${placeText(at)} ${messageOf(finding)}`)}" file="${xml(path)}"`;
}

function allowedCase({ finding, reason, by }: Ignored): string {
  return `${headOf(finding)}><skipped message="${xml(`allowed by ${by}: ${reason}`)}"/></testcase>`;
}

function uncheckedCase(file: string, reason: string): string {
  return `    <testcase classname="not checked" name="${xml(file)}"><error message="${xml(reason)}"/></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** What XML 1.0 cannot hold at all becomes a replacement character. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"\t\n\r]/g, (letter) => ENTITIES[letter] ?? letter);
}
