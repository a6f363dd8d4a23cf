/** Are the commands that fix a finding right for every name that a file can have? */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckReport } from "../../src/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { repositoryAt, scratch } from "./repository.ts";

const POLICY = `creation_rules:
  - path_regex: ^(secrets/|-)
    age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg
`;
const NAMES = [
  "-rf",
  "secrets/line\nfeed",
  "secrets/\u001b[31mred",
  'secrets/it\'s "quoted"',
  "secrets/$(id) `id` \\",
].map((name) => `${name}.yaml`);
const NOT_UTF8 = Buffer.from("secrets/caf\xe9.yaml", "latin1");
const { folder, dispose } = scratch();
let report: CheckReport;

beforeAll(async () => {
  const repository = repositoryAt(folder, await parsePolicy(POLICY, ".sops.yaml"));
  repository.git("init", "--quiet");
  repository.write(".sops.yaml", POLICY);
  mkdirSync(`${folder}/secrets`);
  for (const name of [...NAMES.map((name) => Buffer.from(name)), NOT_UTF8]) {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "password: x\n");
  }
  repository.git("add", "--all");
  report = await repository.check({ mode: "staged" });
});
afterAll(dispose);

test("a shell reads the name back, and no program takes it for an option", () => {
  const plain = report.findings.filter(({ rule, path }) => rule === "SEC001" && NAMES.includes(path));
  const script = plain.map(({ fix }) => fix).join("\n");
  const echo = "secrets() { shift 2; printf '%s\\0' \"$@\"; }; git() { shift; printf '%s\\0' \"$@\"; }";
  const { stdout } = spawnSync("bash", ["-c", `${echo}\n${script}`], { cwd: folder });
  const expected = plain.flatMap(({ path }) => [path, path]).map((path) => path.replace(/^-/, "./-"));

  expect(plain).toHaveLength(NAMES.length);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(expected);
});

test("there is no command for a name that is not UTF-8", () => {
  const odd = report.findings.filter(({ path }) => path.includes("\ufffd"));
  expect(odd.map(({ rule, fix }) => [rule, fix])).toEqual([["SEC001", undefined]]);
});
