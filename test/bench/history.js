/**
 * What does `check --history` cost, and does it grow with the history alone?
 *
 * The same history once more in each way: twice as many commits, four times as many versions of the policy, which differ in their readers or
 * in what they encrypt. The seconds are those of the processor, so that a busy machine does not count; what matters are the ratios.
 * `node test/bench/history.js [COMMITS [POLICIES]]`; the history that once took over 400 seconds had 31,000 and 34.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { load } from "./load.js";

const [commits, policies] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 8)];
const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const folder = mkdtempSync(path.join(tmpdir(), "history-"));
const env = { HOME: folder, PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1" };
const { policyVersions, writeHistory } = await load("test/check/history.ts");

try {
  const base = secondsFor({ commits, policies, differ: "readers" });
  report("as it is", base, base);
  report("twice as many commits", secondsFor({ commits: 2 * commits, policies, differ: "readers" }), base);
  report("four times as many policies", secondsFor({ commits, policies: 4 * policies, differ: "readers" }), base);
  const rules = secondsFor({ commits, policies, differ: "rules" });
  report("policies with other rules", rules, base);
  report("four times as many of those", secondsFor({ commits, policies: 4 * policies, differ: "rules" }), rules);
} finally {
  rmSync(folder, { recursive: true });
}

function secondsFor({ commits, policies, differ }) {
  const root = path.join(folder, `${commits}-${policies}-${differ}`);
  mkdirSync(root);
  spawnSync("git", ["-c", "init.defaultBranch=main", "init", "--quiet"], { cwd: root, env });
  writeHistory(root, { commits, files: 2, policies: policyVersions(policies, differ) });
  const timed = '"$@" >/dev/null 2>&1; code=$?; times; exit $code';
  const argv = ["-c", timed, "sh", process.execPath, bin, "check", "--history"];
  const { status, stdout } = spawnSync("sh", argv, { cwd: root, env, encoding: "utf8" });
  // 2: there is no policy any more, and that is said.
  if (status !== 2) throw new Error(`secrets check --history ended with ${status}`);
  // The second line is about children: in user and in system mode.
  const times = stdout.split("\n")[1]?.matchAll(/(\d+)m([\d.]+)s/g) ?? [];
  return [...times].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

function report(name, seconds, base) {
  process.stdout.write(
    `${name.padEnd(32)}${seconds.toFixed(1).padStart(8)} s${(seconds / base).toFixed(2).padStart(8)} ×\n`,
  );
}
