/** Does a policy that is written as another kind give the same readers for every path? */
import { expect, test } from "vitest";
import { sameReaders } from "../../src/policy/nearest.ts";
import { parseRules } from "../../src/policy/nix-rules.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { writtenPolicy } from "../../src/policy/written.ts";
import { rulesText } from "../../src/policy/write-nix.ts";
import { sopsYamlText } from "../../src/policy/write-sops-yaml.ts";
import { emptyWorld } from "../nix/world.ts";
import { A, B, C, S } from "./keys.ts";

const PATHS = [
  "a.age",
  "deep/b.age",
  "with space.age",
  "#c.age",
  "d: e.age",
  "yes",
  "${x}.age",
  'quo"te.age',
  "юля.age",
];

const POLICY = `users:
  alice: ${A}
  or: ${B}
  юля: [${C}, ${S} yulia@laptop]
teams:
  inner: [alice]
  "on": [or, inner]
  everyone: [юля, "on"]
secrets:
${PATHS.map((path, index) => `  ${JSON.stringify(path)}: [${["alice", "everyone", '"on", юля', C, "inner", "or"][index % 6]}]\n`).join("")}`;

async function asRules(text: string): Promise<Policy> {
  const policy = await parseRules(text, "secrets.nix", { ...emptyWorld, path: "/r/secrets.nix", subject: "" });
  if (policy === undefined) throw new Error("not a set of rules");
  return policy;
}

function expectSame(one: Policy, other: Policy): void {
  for (const path of PATHS) {
    const [a, b] = [one.rule(path), other.rule(path)];
    expect([path, a !== undefined && b !== undefined && sameReaders(a, b)]).toEqual([path, true]);
  }
}

test("a .sops.yaml that is written as rules of agenix, and back, has the same readers", async () => {
  const first = await parsePolicy(POLICY, ".sops.yaml");
  const rules = await asRules(rulesText(writtenPolicy(first, PATHS)));
  expectSame(first, rules);
  const back = await parsePolicy(sopsYamlText(writtenPolicy(rules, PATHS)), ".sops.yaml");
  expectSame(first, back);
});

test("people and teams keep their names on the way", async () => {
  const first = await parsePolicy(POLICY, ".sops.yaml");
  const text = rulesText(writtenPolicy(first, PATHS));
  expect(text).toContain(`  alice = "${A}";\n`);
  expect(text).toContain(`  everyone = others."юля" ++ on;\n`);
  expect(text).toContain(`    "or" = "${B}";\n`);
  const rules = await asRules(text);
  expect(rules.members.map(({ name }) => name)).toEqual(expect.arrayContaining(["alice", "or"]));
  expect([...rules.teams.keys()]).toEqual(expect.arrayContaining(["inner", "on", "everyone"]));
});

test("somebody with several keys, of which a rule has one, is written by that key", async () => {
  const text = `users:\n  alice: [${A}, ${B}]\nsecrets:\n  a.age: [${A}]\n`;
  const first = await parsePolicy(text, ".sops.yaml");
  expect(rulesText(writtenPolicy(first, ["a.age"]))).toContain(`"a.age".publicKeys = [ "${A}" ];`);
});
