/** Is another rule one file and one line of the registry? Here is the file; the line is added below. */
import { afterAll, expect, test, vi } from "vitest";
import type { Rule } from "../../src/findings/finding.ts";
import type * as findings from "../../src/findings/index.ts";
import { checkRules } from "../../src/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { scriptKey } from "./bases.ts";
import { repositoryAt, scratch } from "./repository.ts";

const sample = vi.hoisted((): Rule => ({
  id: "SEC900",
  title: "a sample",
  severity: "error",
  tells: "plaintext",
  mark: ({ path }) => path.endsWith(".sample"),
  needs: { ignored: ["x.sample"] },
  explanation: { what: ["What."], why: ["Why."], fix: ["Fix."], limits: [] },
  file: ({ path, content }) =>
    path.endsWith(".sample") && content.kind === "plain"
      ? [{ severity: "error", message: "a sample", subject: "file" }]
      : [],
  change: ({ now, before }) =>
    now.kind === "sops" && before.flat().length > 0
      ? [{ severity: "warning", message: "a changed one", subject: "change" }]
      : [],
  tree: ({ shouldIgnore }) =>
    shouldIgnore.get("x.sample") === false
      ? [{ severity: "note", path: ".gitignore", message: "no sample is ignored", subject: "tree" }]
      : [],
}));

vi.mock("../../src/findings/index.ts", async (original) => {
  const actual = await original<typeof findings>();
  if (!actual.rules.includes(sample)) Array.prototype.push.call(actual.rules, sample);
  return actual;
});

const { folder, dispose } = scratch();
afterAll(dispose);

test("it is asked, judged over time, allowed and explained as any other", async () => {
  const policy = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${scriptKey("age-1.pub")}\n`;
  const repository = repositoryAt(folder, await parsePolicy(policy, ".sops.yaml"));
  const found = async (...request: Parameters<typeof repository.check>) =>
    (await repository.check(...request)).findings
      .filter(({ rule, path }) => rule === "SEC900" || path === "a.sample")
      .map(({ rule, path, severity }) => `${severity} ${rule} ${path}`);
  repository.git("init", "--quiet");
  repository.write(".sops.yaml", policy);
  repository.commit();
  repository.write("a.sample", "x\n");
  repository.git("add", "a.sample");

  expect(await found()).toEqual(["note SEC900 .gitignore", "error SEC900 a.sample"]);
  expect(await found({ mode: "staged" })).toEqual(["error SEC900 a.sample"]);
  repository.commit();
  repository.remove("a.sample");
  repository.commit();
  // It tells of plaintext, so that a later commit does not undo it.
  expect(await found({ mode: "range", range: "HEAD~2..HEAD" })).toEqual(["error SEC011 a.sample"]);
  expect(await found({ mode: "history" })).toEqual(["warning SEC012 a.sample"]);

  repository.write("a.sample", 'x # secrets:allow SEC900 reason="a sample"\n');
  expect(await found()).toEqual(["note SEC900 .gitignore"]);
  expect((await checkRules()).at(-1)).toMatchObject({ id: "SEC900", needsKey: false });
});
