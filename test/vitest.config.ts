import { defineConfig } from "vitest/config";
import { InteropReporter } from "./interop/reporter.ts";

/** Where CI wants the results as JSON. */
const report = process.env["TEST_REPORT"];

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
