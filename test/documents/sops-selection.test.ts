import { describe, expect, test } from "vitest";
import {
  compileSelection,
  pathSelection,
  sameSettings,
  selectionSettings,
  type RuleName,
} from "../../src/documents/sops/selection.ts";
import { scalarOf } from "../../src/formats/scalar.ts";

const selects = async (name: RuleName | undefined, value: string, path: readonly string[]) => {
  const settings = selectionSettings(name === undefined ? {} : { [name]: value }, false);
  return (await compileSelection(settings))({ kind: "value", path, above: undefined, scalar: scalarOf("str", "x") });
};

describe("a rule", () => {
  test.each([
    [undefined, "", "a", true],
    [undefined, "", "a_unencrypted", false],
    [undefined, "", "a_unencrypted/b", false],
    [undefined, "", "", true],
    ["unencrypted_suffix", "_x", "a/b_x/c", false],
    ["unencrypted_suffix", "_x", "a_unencrypted", true],
    ["encrypted_suffix", "_x", "a/b_x/c", true],
    ["encrypted_suffix", "_x", "a/b", false],
    ["encrypted_suffix", "_x", "", false],
    ["encrypted_regex", "^(data|stringData)$", "data/tls.key", true],
    ["encrypted_regex", "^(data|stringData)$", "metadata/name", false],
    ["encrypted_regex", "pass", "db/my_password", true],
    ["encrypted_regex", "(?i)PASS", "my_password", true],
    ["unencrypted_regex", "^(kind|metadata)$", "metadata/name", false],
    ["unencrypted_regex", "^(kind|metadata)$", "data", true],
  ] as const)("%s %j on %j: %j", async (...[name, value, path, expected]) => {
    expect(await selects(name, value, path === "" ? [] : path.split("/"))).toBe(expected);
  });

  test("of an invalid expression is an error, where sops encrypts nothing", async () => {
    await expect(selects("encrypted_regex", "(", ["a"])).rejects.toMatchObject({ code: "malformed" });
    await expect(selects("encrypted_regex", "(?=a)", ["a"])).rejects.toMatchObject({ code: "malformed" });
  });

  test("that depends on comments says nothing of names", async () => {
    expect(await pathSelection(selectionSettings({ encrypted_comment_regex: "x" }, false))).toBeUndefined();
    expect(await pathSelection(selectionSettings({ encrypted_regex: "x" }, false))).toBeDefined();
  });

  test("excludes every other", () => {
    expect(() => selectionSettings({ encrypted_suffix: "a", encrypted_regex: "b" }, false)).toThrow(
      "cannot be combined",
    );
    expect(selectionSettings({ encrypted_suffix: "", encrypted_regex: "b" }, true)).toEqual({
      rule: { name: "encrypted_regex", value: "b" },
      macOnlyEncrypted: true,
    });
  });

  test("that is absent is the default one", () => {
    const none = selectionSettings({}, false);
    expect(sameSettings(none, selectionSettings({ unencrypted_suffix: "_unencrypted" }, false))).toBe(true);
    expect(sameSettings(none, selectionSettings({ unencrypted_suffix: "_x" }, false))).toBe(false);
    expect(sameSettings(none, selectionSettings({}, true))).toBe(false);
  });
});
