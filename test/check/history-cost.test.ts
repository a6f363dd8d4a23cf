/** Does the work of `check --history` grow with the versions of files alone, however many policies there were? */
import { spawnSync } from "node:child_process";
import type * as re2js from "re2js";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { check, openProject } from "../../src/index.ts";
import type * as findings from "../../src/findings/index.ts";
import type * as formats from "../../src/formats/index.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { policyVersions, writeHistory } from "./history.ts";
import { scratch } from "./repository.ts";

const counted = vi.hoisted(() => ({ parsed: 0, compiled: 0, judged: 0 }));

vi.mock("../../src/formats/index.ts", async (original) => {
  const actual = await original<typeof formats>();
  const loadFormat: typeof actual.loadFormat = async (name) => {
    const format = await actual.loadFormat(name);
    return {
      ...format,
      parse: (...given) => {
        counted.parsed += 1;
        return format.parse(...given);
      },
    };
  };
  return { ...actual, loadFormat };
});

vi.mock("../../src/findings/index.ts", async (original) => {
  const actual = await original<typeof findings>();
  const rules = actual.rules.map(({ file, ...rule }) =>
    file === undefined
      ? rule
      : {
          ...rule,
          file: (subject: Parameters<typeof file>[0]) => {
            counted.judged += 1;
            return file(subject);
          },
        },
  );
  return { ...actual, rules };
});

vi.mock("re2js", async (original) => {
  const actual = await original<typeof re2js>();
  const { RE2JS } = actual;
  const compile = RE2JS.compile.bind(RE2JS);
  RE2JS.compile = (...given) => {
    counted.compiled += 1;
    return compile(...given);
  };
  return actual;
});

beforeEach(() => Object.assign(counted, { parsed: 0, compiled: 0, judged: 0 }));

const [COMMITS, FILES] = [60, 2];

/** Checks such a history; what was counted is for each version of a file. */
async function costOf(policies: readonly string[]) {
  const { folder, dispose } = scratch();
  onTestFinished(dispose);
  spawnSync("git", ["-c", "init.defaultBranch=main", "init", "--quiet"], { cwd: folder });
  writeHistory(folder, { commits: COMMITS, files: FILES, policies });
  const host = { ...nodeHost(), stderr: () => undefined };
  const project = await openProject({ host: { ...host, system: { ...host.system, cwd: folder } } });
  const report = await check(project, { mode: "history" });
  const files = COMMITS * FILES;
  expect(report.files).toBe(files + policies.length);
  expect(report.findings.length).toBeGreaterThan(0);
  return { ...counted, parsedOnce: counted.parsed / files, judgedOnce: counted.judged / files };
}

test("a version of a file is parsed once, whatever the policies want of it", async () => {
  const { parsedOnce } = await costOf(policyVersions(20, "rules"));
  expect(parsedOnce).toBeLessThanOrEqual(2);
});

test("an expression is compiled once for each policy", async () => {
  const { compiled } = await costOf(policyVersions(20, "rules"));
  // Once when the policy is read, once to judge by it.
  expect(compiled).toBeLessThanOrEqual(2 * 20);
});

test("policies that differ only in who reads judge a version once", async () => {
  const few = await costOf(policyVersions(1, "readers"));
  Object.assign(counted, { judged: 0 });
  const many = await costOf(policyVersions(20, "readers"));
  expect(many.judgedOnce).toBeLessThanOrEqual(few.judgedOnce * 1.2);
});
