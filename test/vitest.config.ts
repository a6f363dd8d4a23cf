import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { InteropReporter } from "./interop/reporter.ts";
import { DearestFirst } from "./sequence.ts";

/** Where CI wants the results as JSON. */
const report = process.env["TEST_REPORT"];

// Run from a hook, the suite must not take the hook's repository for its own.
for (const name of Object.keys(process.env)) if (name.startsWith("GIT_")) delete process.env[name];

/** They replace modules, which those who share a process with them would see. */
const ALONE = ["test/check/history-cost.test.ts", "test/check/another-rule.test.ts"];

/** A guard against hanging, no measure: on a machine that does ten other things, every test takes ten times as long. */
const PATIENCE = process.env["SECRETS_FAULTS"] === "all" ? 7_200_000 : 900_000;

export default defineConfig({
  test: {
    reporters: [
      "default",
      new InteropReporter(),
      ...(report === undefined ? [] : [["json", { outputFile: report }] satisfies [string, object]]),
    ],
    globalSetup: ["test/in-memory.ts"],
    setupFiles: ["test/seed.ts"],
    maxWorkers: availableParallelism(),
    sequence: { sequencer: DearestFirst },
    expect: { poll: { timeout: PATIENCE } },
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          // Starting a process and reading the modules anew would take a third of a second for each file.
          isolate: false,
          testTimeout: PATIENCE,
          hookTimeout: PATIENCE,
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, isolate: true, testTimeout: PATIENCE, hookTimeout: PATIENCE },
      },
    ],
  },
});
