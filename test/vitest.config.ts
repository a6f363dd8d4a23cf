import { defineConfig } from "vitest/config";
import { InteropReporter } from "./interop/reporter.ts";

/** Where CI wants the results as JSON. */
const report = process.env["TEST_REPORT"];

// Run from a hook, the suite must not take the hook's repository for its own.
for (const name of Object.keys(process.env)) if (name.startsWith("GIT_")) delete process.env[name];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: [
      "default",
      new InteropReporter(),
      ...(report === undefined ? [] : [["json", { outputFile: report }] satisfies [string, object]]),
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
