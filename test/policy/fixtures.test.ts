import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Compiled, Policy, RuleSettings } from "../../src/policy/policy.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";

const ROOT = fileURLToPath(new URL("../../fixtures/policies/", import.meta.url));

interface Expected {
  readonly path: string;
  /** Null: no rule. */
  readonly line: number | null;
  readonly readers: readonly string[];
  readonly through?: Readonly<Record<string, readonly string[]>>;
  readonly plain?: boolean;
  readonly compiled?: Compiled;
  readonly shadowed?: readonly number[];
  readonly groups?: readonly (readonly string[])[];
  readonly threshold?: number;
  /** Keys of other kinds by their type. */
  readonly settings?: Omit<RuleSettings, "foreign"> & { readonly foreign: readonly string[] };
}

describe.each(readdirSync(ROOT))("the policy fixture %s", async (name) => {
  const file = `${name}/.sops.yaml`;
  const policy: Policy = await parsePolicy(readFileSync(`${ROOT}${file}`, "utf8"), file);
  const cases: Expected[] = JSON.parse(readFileSync(`${ROOT}${name}/expected.json`, "utf8"));

  test("has no warnings", () => {
    expect(policy.warnings).toEqual([]);
  });

  test.each(cases)("$path is read by $readers", (wanted) => {
    const ruling = policy.rule(wanted.path);
    expect(ruling?.at.line ?? null).toBe(wanted.line);
    expect(ruling?.readers.map((reader) => reader.name) ?? []).toEqual(wanted.readers);
    if (ruling === undefined) return;
    expect(ruling.at.file).toBe(file);
    for (const [reader, teams] of Object.entries(wanted.through ?? {})) {
      expect(ruling.readers.find((one) => one.name === reader)?.through).toEqual(teams);
    }
    expect(ruling.shadowed.map((at) => at.line)).toEqual(wanted.shadowed ?? []);
    expect(ruling).toMatchObject({
      plain: wanted.plain ?? false,
      ...(wanted.compiled === undefined ? {} : { compiled: wanted.compiled }),
    });
    expect(ruling.settings.groups?.map((group) => group.map((reader) => reader.name))).toEqual(wanted.groups);
    expect(ruling.settings.threshold).toBe(wanted.threshold);
    const settings = { ...ruling.settings, foreign: ruling.settings.foreign.map(({ type }) => type) };
    if (wanted.settings !== undefined) expect(settings).toEqual(wanted.settings);
  });
});
