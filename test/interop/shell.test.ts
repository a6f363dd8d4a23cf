/** Does shellcheck find nothing in the shell that we hand out and run? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { describePeer, run } from "./peer.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

const action = parse(read(".github/actions/check/action.yml")) as { runs: { steps: { name: string; run: string }[] } };
const gitlab = /```yaml\n(# \.gitlab-ci\.yml[^]*?)```/.exec(read("docs/check.md"))?.[1] ?? "";
const { secrets } = parse(gitlab) as { secrets: { script: string[] } };

const scripts: readonly (readonly [string, string, "bash" | "sh"])[] = [
  ["test/interop/peers", read("test/interop/peers"), "bash"],
  [".ci/run", read(".ci/run"), "bash"],
  ...action.runs.steps.map(
    ({ name, run }) => [`the step «${name}» of the Action`, `set -e -o pipefail\n${run}`, "bash"] as const,
  ),
  ["the job in GitLab", secrets.script.join("\n"), "sh"],
];

describePeer("shellcheck", (check) => {
  const isSound = (path: string, text: string, shell: string) =>
    expect(run(path, ["--shell", shell, "-"], { input: Buffer.from(text) }).stdout.toString()).toBe("");
  for (const [title, text, shell] of scripts) check(`takes ${title}`, (path) => isSound(path, text, shell));
});
