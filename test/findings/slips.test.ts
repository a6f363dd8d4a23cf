/** Is a key with a slip in it told from one that is meant to be unencrypted? */
import fc from "fast-check";
import { expect, test } from "vitest";
import { newDataKey } from "../../src/crypto/data-key.ts";
import type { OpenedLeaf } from "../../src/documents/sops/document.ts";
import type { RuleName, SelectionSettings } from "../../src/documents/sops/selection.ts";
import { slipsIn } from "../../src/findings/reading/slips.ts";
import { loadFormat } from "../../src/formats/index.ts";
import { freshly } from "../documents/ring.ts";

const SECRET = selection("encrypted_regex", "^(data|stringData)$");
const MANIFEST = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n  replicas: 3\ndata:\n  token: abcdefgh\n";

test("an edit of what stood unencrypted is no slip, whatever it is changed to", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme-ascii", minLength: 1 }), fc.integer(), async (name, replicas) => {
      fc.pre(!name.includes("abcdefgh"));
      const after = MANIFEST.replace("app", JSON.stringify(name)).replace("3", String(replicas));
      expect(await slips(SECRET, MANIFEST, after)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test("every renaming of the key above an encrypted value is seen, and another case or one wrong letter is read as what was meant", async () => {
  const renamed = fc.string({
    unit: fc.constantFrom("a", "b", "d", "e", "t", "x", "D", "S"),
    minLength: 3,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(renamed, fc.boolean(), async (key, isChanged) => {
      fc.pre(key !== "data" && key !== "stringData");
      const after = MANIFEST.replace("\ndata:", `\n${key}:`);
      const found = await slips(SECRET, MANIFEST, isChanged ? after.replace("abcdefgh", "other") : after);
      expect(found).toMatchObject([{ key: `${key}/token`, why: "encrypted before" }]);
    }),
    { numRuns: 50 },
  );
  for (const key of ["Data", "dat", "daata", "dtaa", "stringdata", "string_data", "strinData", "StringData"]) {
    const after = `${MANIFEST}${key}:\n  password: new-value\n`;
    const meant = key.length < 6 ? "data/password" : "stringData/password";
    expect(await slips(SECRET, MANIFEST, after)).toEqual([{ key: `${key}/password`, why: "near", meant }]);
  }
});

test("in a whole new text what a Secret has unencrypted by its nature is no slip", async () => {
  expect((await slips(SECRET, undefined, MANIFEST)).filter(({ why }) => why !== "new")).toEqual([]);
  const onlyData = selection("encrypted_regex", "^data$");
  const both = `${MANIFEST}stringData:\n  password: abc\n`;
  expect((await slips(onlyData, undefined, both)).filter(({ why }) => why !== "new")).toMatchObject([
    { key: "stringData/password", why: "sensitive" },
  ]);
});

test("a text of which nothing would be encrypted is told by every way to select, and one without values by none", async () => {
  for (const [name, value] of [
    ["encrypted_regex", "^data$"],
    ["encrypted_suffix", "_secret"],
    ["unencrypted_regex", ".*"],
    ["unencrypted_suffix", "e"],
  ] as const) {
    expect(await slips(selection(name, value), undefined, "one: 1\nlike: two\n")).toMatchObject([
      { key: "one", why: "nothing" },
      { key: "like", why: "nothing" },
    ]);
    expect(await slips(selection(name, value), undefined, 'one: ""\nlike: null\n')).toEqual([]);
  }
});

test("one value that is given is refused wherever nothing unencrypted stood, and a switch is not", async () => {
  const given = (after: string) => slipsOf({ settings: SECRET, before: MANIFEST, after, isOneValue: true });
  expect(await given(`${MANIFEST}password: x\n`)).toMatchObject([{ key: "password", why: "given" }]);
  expect(await given(MANIFEST.replace("name: app", "name: other"))).toEqual([]);
  expect(await given(MANIFEST.replace("token: abcdefgh", "token: other"))).toEqual([]);
  expect(await given(`${MANIFEST}immutable: true\n`)).toMatchObject([{ why: "new" }]);
});

test("a private key is a secret under any name, and a reference to one under none", async () => {
  const key = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
  const reasons = async (line: string) =>
    (await slips(selection("encrypted_regex", "^x$"), "x: abc\n", `x: abc\n${line}\n`)).map(({ why }) => why);
  expect(await reasons(`note: ${key}`)).toEqual(["sensitive"]);
  expect(await reasons("db_password: hunter2")).toEqual(["sensitive"]);
  expect(await reasons("db_password: ${DB_PASSWORD}")).toEqual(["new"]);
  expect(await reasons("token: /run/secrets/token")).toEqual(["new"]);
  expect(await reasons("existingSecret: app")).toEqual(["new"]);
});

function selection(name: RuleName, value: string): SelectionSettings {
  return { rule: { name, value }, macOnlyEncrypted: false };
}

function slips(settings: SelectionSettings, before: string | undefined, after: string) {
  return slipsOf({ settings, before, after, isOneValue: false });
}

async function slipsOf(written: {
  readonly settings: SelectionSettings;
  readonly before: string | undefined;
  readonly after: string;
  readonly isOneValue: boolean;
}) {
  const { settings, before, after, isOneValue } = written;
  const opened = before === undefined ? undefined : await leaves(settings, before);
  return slipsIn({ before: opened, after: await leaves(settings, after), settings, isOneValue });
}

async function leaves(settings: SelectionSettings, text: string): Promise<readonly OpenedLeaf[]> {
  return (await freshly({ text, format: await loadFormat("yaml"), dataKey: newDataKey(), settings })).opened.leaves;
}
