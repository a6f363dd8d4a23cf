import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";

const FILE = ".sops.yaml.example";
const TEXT = readFileSync(fileURLToPath(new URL(`../../${FILE}`, import.meta.url)), "utf8");
const CLAIM = /^ *# secrets who (?<path>\S+) → (?<names>.+)$/;

const claims = TEXT.split("\n").flatMap((line) => {
  const groups = CLAIM.exec(line)?.groups;
  return groups === undefined ? [] : [{ path: groups["path"] ?? "", names: (groups["names"] ?? "").split(", ") }];
});

describe(FILE, async () => {
  const policy = await parsePolicy(TEXT, FILE);

  test.each(claims)("$path is read by $names, as it claims", ({ path, names }) => {
    expect(policy.rule(path)?.readers.map((reader) => reader.name)).toEqual(names);
  });

  test("has a claim for every rule", () => {
    const ruled = claims.map(({ path }) => policy.rule(path)?.at.line);
    const exact = claims.filter(({ path }) => policy.rule(path)?.kind === "secrets");
    expect(exact).toHaveLength(3);
    for (const rule of policy.creationRules) expect(ruled).toContain(rule.at.line);
  });

  test("has no line that looks like a claim and is none", () => {
    expect(TEXT.match(/^ *# secrets who/gm)).toHaveLength(claims.length);
  });

  test("gives no warnings, and its compiled list agrees", () => {
    expect(policy.warnings).toEqual([]);
    expect(policy.rule("deploy/app/secret.yaml")?.compiled).toBe("agrees");
    expect(policy.rule("deploy/app/secret.yaml")?.settings.selection?.kind).toBe("encrypted_regex");
    expect(policy.rule("vault/root-ca.yaml")?.settings).toMatchObject({ threshold: 2, groups: [{}, {}, {}] });
    expect(policy.readerHint).toBe(true);
  });

  test("shows people, machines and teams", () => {
    expect(policy.members.map(({ name, kind, as }) => `${kind} ${name} ${as}`)).toEqual([
      "user alice age",
      "user bob age",
      "user carol both",
      "host web1 age",
      "host ci age",
    ]);
    expect(policy.teams.get("prod")).toEqual(["ops", "web1"]);
  });
});
