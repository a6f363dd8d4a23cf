/** Is what another step writes to the same report meanwhile kept? */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeReport } from "../../src/check/write-report.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { createProject } from "../../src/operations/project/project.ts";
import { faultyHost } from "../io/faulty-host.ts";

test.each([
  ["one that was there", "before\n"],
  ["one that was not", undefined],
])("what is appended to a report meanwhile stays, in %s", async (_, before) => {
  const work = mkdtempSync(join(tmpdir(), "report-"));
  onTestFinished(() => rmSync(work, { recursive: true }));
  const file = join(work, "summary.md");
  if (before !== undefined) writeFileSync(file, before);
  let isAppended = false;
  const { host } = faultyHost({ ...nodeHost(), env: {} }, (_n, name) => {
    // The lock is next: everything has been read.
    if (name !== "link" || isAppended) return undefined;
    isAppended = true;
    appendFileSync(file, "theirs\n");
    return undefined;
  });
  await writeReport(createProject({ host, directory: work }), file, { text: "ours\n", append: true });
  expect(readFileSync(file, "utf8")).toBe(`${before ?? ""}theirs\nours\n`);
});
