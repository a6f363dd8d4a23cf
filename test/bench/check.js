/**
 * How well does `check` find what it should?
 *
 * Runs the corpus of mutations (test/check/) and prints recall and precision per rule as a Markdown table; where gitleaks is on
 * PATH, what it finds in the same repositories stands beside it. `node test/bench/check.js [BASE…]`.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { load } from "./load.js";

/** Where it looks for the same: secrets and keys that lie in the working tree. */
const OVERLAP = new Set(["SEC001", "SEC007", "SEC008", "SEC013"]);

const { runCorpus, count, recall, precision } = await load("test/check/corpus.ts");
const bases = process.argv.slice(2);
const hasGitleaks = spawnSync("gitleaks", ["version"]).status === 0;
const scores = new Map();
const others = new Map();
let cases = 0;
const wrong = [];
let [otherHits, otherAlarms] = [0, 0];

await runCorpus(
  ({ base, name, expected, found, others: seen }) => {
    cases += 1;
    count(scores, expected, found);
    if (isOther(expected, found)) wrong.push({ base, name, expected, found });
    if (hasGitleaks) countOther(expected, seen);
  },
  { other: hasGitleaks ? gitleaks : undefined, ...(bases.length === 0 ? {} : { bases }) },
);
report();

function isOther(expected, found) {
  return expected.some((one) => !found.includes(one)) || found.some((one) => !expected.includes(one));
}

/** Files in which gitleaks finds something, in the working tree. */
function gitleaks({ root: repository }) {
  const file = `${repository}.gitleaks.json`;
  const args = [
    "dir",
    repository,
    "--no-banner",
    "--log-level",
    "error",
    "--report-format",
    "json",
    "--report-path",
    file,
  ];
  spawnSync("gitleaks", args);
  const found = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  return [...new Set(found.map(({ File }) => path.relative(repository, File)))];
}

/** It has no rules like ours: a file counts as found whatever it was found for. */
function countOther(expected, files) {
  const overlapping = expected.filter((one) => OVERLAP.has(one.slice(0, 6)));
  const meant = new Set(expected.map((one) => one.slice(7)));
  otherAlarms += files.filter((file) => !meant.has(file)).length;
  otherHits += files.filter((file) => meant.has(file)).length;
  for (const one of overlapping) {
    const [rule, ...rest] = one.split(" ");
    const score = others.get(rule) ?? { hits: 0, misses: 0 };
    score[files.includes(rest.join(" ")) ? "hits" : "misses"] += 1;
    others.set(rule, score);
  }
}

function report() {
  const lines = [
    `| rule | hits | misses | alarms | recall | precision |${hasGitleaks ? " gitleaks: recall |" : ""}`,
    `| --- | --- | --- | --- | --- | --- |${hasGitleaks ? " --- |" : ""}`,
  ];
  for (const [rule, score] of [...scores].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const other = others.get(rule);
    const beside = hasGitleaks
      ? ` ${other === undefined ? "–" : percent(other.hits / (other.hits + other.misses))} |`
      : "";
    const { hits, misses, alarms } = score;
    lines.push(
      `| ${rule} | ${hits} | ${misses} | ${alarms} | ${percent(recall(score))} | ${percent(precision(score))} |${beside}`,
    );
  }
  process.stdout.write(`${cases} cases, ${wrong.length} of them not as expected\n\n${lines.join("\n")}\n`);
  if (hasGitleaks) {
    const all = otherHits + otherAlarms;
    process.stdout.write(
      `\nof ${all} files that gitleaks names, ${otherHits} have a finding of any rule: ${percent(otherHits / all)}\n`,
    );
  }
  for (const { base, name, expected, found } of wrong) {
    process.stdout.write(`\n${base}: ${name}\n  expected ${expected.join(", ")}\n  found    ${found.join(", ")}\n`);
  }
}

function percent(value) {
  return value.toFixed(2);
}
