/**
 * How long are the files and functions of src/?
 *
 * Lets the linter count: under a limit of zero it reports every file and every function with its lines (blank lines and
 * comments left out, for files also given with them; nested functions count for themselves and for those around them).
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(path.join(tmpdir(), "size-"));

try {
  const code = { skipBlankLines: true, skipComments: true };
  row("lines per file", count("max-lines", {}));
  row("code lines per file", count("max-lines", code));
  const functions = count("max-lines-per-function", code);
  row(
    "per named function",
    functions.filter(({ name }) => name !== undefined),
  );
  row("per function at all", functions);
} finally {
  rmSync(folder, { recursive: true });
}

/** Every match of one rule: how many lines, and where. */
function count(rule, options) {
  const config = path.join(folder, `${rule}.json`);
  writeFileSync(
    config,
    JSON.stringify({ categories: { correctness: "off" }, rules: { [rule]: ["warn", { max: 0, ...options }] } }),
  );
  const { stdout } = spawnSync("npx", ["--no-install", "oxlint", "--config", config, "--format", "json", "src"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout).diagnostics.map(({ message, filename, labels }) => ({
    lines: Number(/\((\d+)\)/.exec(message)?.[1]),
    name: /function `([^`]+)`/i.exec(message)?.[1],
    where: `${filename}:${labels[0]?.span.line ?? 1}`,
  }));
}

function row(title, found) {
  const sorted = found.toSorted((a, b) => a.lines - b.lines);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const longest = sorted.at(-1);
  const total = sorted.reduce((sum, { lines }) => sum + lines, 0);
  process.stdout.write(
    `${title.padEnd(24)}  n ${sorted.length}  total ${total}  median ${at(0.5).lines}  p90 ${at(0.9).lines}  ` +
      `longest ${longest.lines} (${longest.name ?? ""} ${longest.where})\n`,
  );
}
