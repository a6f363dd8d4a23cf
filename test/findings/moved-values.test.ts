import { expect, test } from "vitest";
import { sec002 } from "../../src/findings/rules/sec002-clear-leaves.ts";
import type { SopsOutline } from "../../src/findings/reading/outline.ts";

/** A file with these key paths encrypted, and these not. */
function outline(sealed: readonly string[], open: readonly string[]): SopsOutline {
  const path = (key: string) => key.split("/");
  return {
    kind: "sops",
    sealed: new Map(sealed.map((key) => [JSON.stringify(path(key)), path(key)])),
    open: new Map(
      open.map((key) => [
        JSON.stringify(path(key)),
        { path: path(key), key, document: 0, line: 1, column: 1, meant: undefined },
      ]),
    ),
    setting: "encrypted_regex",
    whole: undefined,
  };
}

const subjects = async (now: SopsOutline, ...before: (readonly SopsOutline[])[]) => {
  const found = await sec002.change?.({ file: "a.yaml", now, before, governed: undefined, isTold: false });
  return found?.map(({ subject }) => subject);
};

const SEALED = outline(["data/password", "data/token"], ["kind"]);

test.each([
  ["the same key", ["data/token"], ["data/password"]],
  ["below another key", ["data/token"], ["dat/password"]],
  ["deeper, under the same name", ["data/token"], ["spec/db/password"]],
  ["beside, with a slip", ["data/token"], ["data/passwrod"]],
  ["beside, with the suffix that leaves it out", ["data/token"], ["data/password_unencrypted"]],
])("a value is found that is unencrypted now: %s", async (_, sealed, open) => {
  expect(await subjects(outline(sealed, ["kind", ...open]), [SEALED])).toEqual(open);
});

test.each([
  ["what was unencrypted before", ["data/password", "data/token"], ["kind"]],
  ["a new key of another name", ["data/token"], ["kind", "data/replicas"]],
  ["a key whose encrypted namesake stays", ["data/password", "data/token"], ["kind", "spec/password"]],
])("nothing is said of %s", async (_, sealed, open) => {
  expect(await subjects(outline(sealed, open), [SEALED])).toEqual([]);
});

test("a merge answers for what neither side had, and a change for its own parents", async () => {
  const opened = outline(["data/token"], ["kind", "data/password"]);

  expect(await subjects(opened, [SEALED, opened])).toEqual([]);
  expect(await subjects(opened, [SEALED, SEALED])).toEqual(["data/password"]);
  expect(await subjects(opened, [opened], [SEALED])).toEqual(["data/password"]);
});
