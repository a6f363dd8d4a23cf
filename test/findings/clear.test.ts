import { expect, test } from "vitest";
import { standsInClear } from "../../src/findings/reading/clear.ts";
import type { Governed } from "../../src/findings/finding.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { subjectOf } from "./subject.ts";

const SEALED = "ENC[AES256_GCM,data:eA==,iv:MTIzNDU2Nzg5MDEyMzQ1Ng==,tag:MTIzNDU2Nzg5MDEyMzQ1Ng==,type:str]";
const METADATA = `sops:\n    lastmodified: "2026-01-02T03:04:05Z"\n    mac: ${SEALED}\n    version: 3.9.0\n`;

async function look(text: string, { path = "a.yaml", selection = "" } = {}): Promise<boolean> {
  const rule = `creation_rules:\n  - path_regex: ^a\n    pgp: X\n${selection === "" ? "" : `    ${selection}\n`}`;
  const policy = await parsePolicy(rule, ".sops.yaml");
  const ruling = policy.rule(path);
  if (ruling === undefined) throw new Error("the rule does not cover the path");
  const governed: Governed = { policy, ruling, enforcement: "always" };
  const nothing = { kind: "empty" } as const;
  const subject = subjectOf({ path, content: nothing, governed });
  return standsInClear(subject, text);
}

test.each([
  ["a value beside a sealed one", `a: ${SEALED}\nb: hunter2\n`],
  ["a value behind quotes", `a: ${SEALED}\n"b": "hunter2"\n`],
  ["an item of a list", `a:\n  - ${SEALED}\n  - hunter2\n`],
  ["a text of several lines", `a: |\n  hunter2\nb: ${SEALED}\n`],
  ["a variable", `A=${SEALED}\nB=hunter2\n`],
  ["a member of an object", `{\n  "a": "${SEALED}",\n  "b": "hunter2",\n  "c": [\n}`],
  ["what lies behind broken metadata", `a: ${SEALED}\nsops: [\n  x: 1\nb: hunter2\n`],
  ["the other side of a merge", `<<<<<<< HEAD\na: ${SEALED}\n${METADATA}=======\na: hunter2\n>>>>>>> side\n`],
  ["what an unfinished merge has around it", `b: hunter2\n<<<<<<< HEAD\na: ${SEALED}\n=======\n>>>>>>> side\n`],
])("in clear: %s", async (_, text) => {
  expect(await look(text)).toBe(true);
});

test.each([
  ["lines of dashes", `---\n-\n  -\na: ${SEALED}\n...\n---\n`],
  ["nothing but sealed values", `a: ${SEALED}\nb:\n  - ${SEALED}\n  c: "${SEALED}"\n`],
  ["a comment", `# hunter2\na: ${SEALED}\n`],
  ["what holds nothing", `a: ${SEALED}\nb: null\nc: ""\nd: {}\ne:\n`],
  [
    "broken metadata",
    `a: ${SEALED}\nsops: [\n    mac: x\n    age:\n        - recipient: x\n          enc: |\n            x\n`,
  ],
  ["the metadata of other formats", `A=${SEALED}\nsops_version=3.9.0\nsops_mac=x\n`],
  ["a section of metadata", `[a]\nb = ${SEALED}\n[sops]\nversion = 3.9.0\n`],
  ["an object that is cut short", `{\n  "a": "${SEALED}",\n  "sops": {\n    "version": "3.9.0"`],
  ["sealed on both sides of a merge", `<<<<<<< HEAD\na: ${SEALED}\n=======\na: ${SEALED}\n>>>>>>> side\n${METADATA}`],
])("nothing unencrypted: %s", async (_, text) => {
  expect(await look(text)).toBe(false);
});

test("what the rule leaves unencrypted is not meant", async () => {
  const selection = 'encrypted_regex: "^data$"';

  expect(await look(`kind: Secret\ndata:\n  a: ${SEALED}\n  - [\n`, { selection })).toBe(false);
  expect(await look(`kind: Secret\ndata:\n  b:\n    a: hunter2\n  - [\n`, { selection })).toBe(true);
});
