/**
 * What did the runs of the suite come to? Counts, and every failure in full: a log is often read by its end alone.
 *
 * Reads every JSON report of vitest in the folder given; ends with 1 where a test failed, or where none ran.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const folder = process.argv[2] ?? ".";

const LINES = 30;

const reports = readdirSync(folder).map((name) => ({
  run: path.parse(name).name,
  ...JSON.parse(readFileSync(path.join(folder, name), "utf8")),
}));
const total = (/** @type {string} */ count) => reports.reduce((sum, report) => sum + report[count], 0);

const failures = reports.flatMap(({ run, testResults }) =>
  testResults.flatMap((/** @type {any} */ file) => {
    const where = `${path.relative(root, file.name)}, ${run}`;
    const failed = file.assertionResults.filter((/** @type {any} */ one) => one.status === "failed");
    // A file that cannot be loaded, or whose hook fails, may have no failed test.
    if (failed.length === 0 && file.status === "failed") return [{ title: where, message: file.message }];
    return failed.map((/** @type {any} */ one) => ({
      title: `${where}: ${one.fullName}`,
      message: one.failureMessages.join("\n"),
    }));
  }),
);

const passed = total("numPassedTests");
process.stdout.write(
  `${passed} passed, ${failures.length} failed, ${total("numPendingTests") + total("numTodoTests")} skipped\n`,
);
for (const { title, message } of failures) process.stdout.write(`\nFAILED ${title}\n${excerpt(message)}\n`);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;

/** The first lines, and fast-check's seed wherever it stands. */
function excerpt(/** @type {string} */ message) {
  const lines = message.split("\n");
  const seeds = lines.slice(LINES).filter((line) => /\bseed: -?\d+/.test(line));
  return [...lines.slice(0, LINES), ...seeds].map((line) => `  ${line}`).join("\n");
}
