import { posix } from "node:path";
import { expect, test } from "vitest";
import { policyPlaces } from "../../src/policy/nearest.ts";
import { isMisnamedPolicy, isPolicyFile, properName } from "../../src/policy/sources/index.ts";
import { readSources, withoutComments } from "../source-graph.ts";

test("a policy is looked for in a directory and in those above it, up to the root", () => {
  const names = ["a", "x/b"];

  expect([...policyPlaces("/r/d/e", "/r", { names })]).toEqual([
    "/r/d/e/a",
    "/r/d/e/x/b",
    "/r/d/a",
    "/r/d/x/b",
    "/r/a",
    "/r/x/b",
  ]);
  expect([...policyPlaces("d", ".", { names, paths: posix })]).toEqual(["d/a", "d/x/b", "a", "x/b"]);
  expect([...policyPlaces("/d", undefined, { names: ["a"] })]).toEqual(["/d/a", "/a"]);
});

test("a policy is known by its whole name", () => {
  expect([".sops.yaml", "a/.sops.yaml"].filter(isPolicyFile)).toHaveLength(2);
  expect(["x.sops.yaml", ".sops.yaml/a", "sops.yaml"].filter(isPolicyFile)).toEqual([]);
  expect(["a/.sops.yml", "sops.yaml"].map(isMisnamedPolicy)).toEqual([true, false]);
  expect(properName("a/sops.yml")).toBe(".sops.yaml");
});

test("what a policy is called is known in its source only", () => {
  const elsewhere = [...readSources()].filter(
    ([file, text]) => !file.startsWith("policy/sources/") && /["'`]\.?sops\.ya?ml["'`]/.test(withoutComments(text)),
  );

  expect(elsewhere.map(([file]) => file)).toEqual([]);
});
