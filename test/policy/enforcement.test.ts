import { expect, test } from "vitest";
import { enforcementOf, isExempt } from "../../src/policy/enforcement.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A } from "./keys.ts";

async function enforcement(rule: string, path: string) {
  const policy = await parsePolicy(
    `users: { alice: ${A} }\nsecrets: { x/token: [alice] }\ncreation_rules:\n  - ${rule}\n`,
    ".sops.yaml",
  );
  const ruling = policy.rule(path);
  return ruling === undefined ? "no rule" : enforcementOf(policy)(ruling);
}

test.each([
  ["a narrow expression obliges", "{ path_regex: ^secrets/, readers: [alice] }", "secrets/a", "always"],
  [
    "one that takes ordinary files too does not",
    "{ path_regex: '\\.yaml$', readers: [alice] }",
    "secrets/a.yaml",
    "when-sensitive",
  ],
  [
    "what looks like a filter and is none does not",
    "{ path_regex: '(^|/)*(\\.ya?ml)?$', readers: [alice] }",
    "secrets/a",
    "when-sensitive",
  ],
  ["a rule without an expression does not", "{ readers: [alice] }", "secrets/a", "when-sensitive"],
  [
    "a path under secrets obliges, whatever else matches it",
    "{ readers: [alice], enforce: never }",
    "x/token",
    "always",
  ],
  ["the word of the rule counts: always", "{ readers: [alice], enforce: always }", "a", "always"],
  [
    "the word of the rule counts: never",
    "{ path_regex: ^secrets/, readers: [alice], enforce: never }",
    "secrets/a",
    "never",
  ],
])("%s", async (...[, rule, path, expected]) => {
  expect(await enforcement(rule, path)).toBe(expected);
});

test("another word is an error at its place", async () => {
  await expect(enforcement("{ readers: [alice], enforce: sometimes }", "a")).rejects.toMatchObject({
    code: "policy",
    at: { line: 4 },
    hint: "write one of always, when-sensitive, never",
  });
});

const under = (enforce?: "always", enforcement: "always" | "when-sensitive" = "always") => ({
  ruling: { kind: "creation_rules", settings: { foreign: [], enforce } } as const,
  enforcement,
});

test.each([
  "secrets/README",
  "secrets/README.md",
  "LICENSE-MIT",
  "NOTICE.txt",
  ".sops.yaml",
  "a/.sops.yaml",
  "secrets/app.example.yaml",
  "secrets/.env.example",
  "x.schema.json",
  "secrets/default.nix",
  "id.pub",
  "secrets/.gitkeep",
  "secrets/app.sops.yaml.j2",
])("%s stays unencrypted", (path) => {
  expect(isExempt(path, under())).toBe(true);
});

test.each([
  "secrets/app.yaml",
  "secrets/example",
  "secrets/readme_token",
  ".env",
  "secrets/md",
  "secrets/app.json",
  "secrets/NOTICE.yaml",
  "secrets/license.env",
  "secrets/README.json",
  "secrets/changelog.key",
])("%s does not", (path) => {
  expect(isExempt(path, under())).toBe(false);
});

test.each([".example", ".sample.b", "README-", "/.md", ".a"])("a name of %s over and over is read once", (part) => {
  expect(isExempt(`${part.repeat(100_000)}/x`, under())).toBe(false);
});

test("below docs and examples a broad rule asks nothing, a narrow one does", () => {
  for (const path of ["docs/secret.yaml", "a/doc/secret.yaml", "examples/app/secret.yaml", "example/x.json"]) {
    expect(isExempt(path, under(undefined, "when-sensitive"))).toBe(true);
    expect(isExempt(path, under())).toBe(false);
  }
});

test("a rule that says always leaves out nothing but what must be read unencrypted", () => {
  expect(isExempt("secrets/README.md", under("always"))).toBe(false);
  expect(isExempt("secrets/app.example.yaml", under("always"))).toBe(false);
  expect(isExempt("secrets/.sops.yaml", under("always"))).toBe(true);
  expect(isExempt("secrets/.gitignore", under("always"))).toBe(true);
});
