import { describe, expect, test } from "vitest";
import { dataKeyFrom } from "../../src/crypto/data-key.ts";
import { checkMac, macText, sealMac, timestamp } from "../../src/documents/sops/mac.ts";
import { NULL, scalarOf } from "../../src/formats/scalar.ts";

const leaf = (text: string, selected = true) => ({ scalar: scalarOf("str", text), selected });
const key = () => dataKeyFrom(Buffer.alloc(32, "f"));

describe("the MAC text", () => {
  test("is that of sops for one value, in both modes", () => {
    expect(macText([leaf("bar")], false)).toBe(
      "D82C4EB5261CB9C8AA9855EDD67D1BD10482F41529858D925094D173FA662AA91FF39BC5B188615273484021DFB16FD8284CF684CCF0FC795BE3AA2FC1E6C181",
    );
    expect(macText([leaf("bar")], true)).toBe(
      "E4D33C9161147B8148E758E25EFEF042C42E23F851C821A45A73D957DD94A389B17D774B40A3C9700433C43282F7B11D1336810817119B60410FDA1517A651E1",
    );
  });

  test("leaves comments out, and null and the empty text add nothing", () => {
    const plain = macText([leaf("a"), leaf("b")], false);
    const more = [
      leaf("a"),
      { scalar: scalarOf("comment", "x"), selected: true },
      leaf(""),
      { scalar: NULL, selected: true },
    ];
    expect(macText([...more, leaf("b")], false)).toBe(plain);
  });

  test("covers clear values unless only the sealed ones count", () => {
    expect(macText([leaf("a"), leaf("b", false)], false)).not.toBe(macText([leaf("a")], false));
    expect(macText([leaf("a"), leaf("b", false)], true)).toBe(macText([leaf("a")], true));
  });
});

describe("checking it", () => {
  const at = timestamp(new Date("2026-01-02T03:04:05.678Z"));
  const sealed = sealMac(key(), at, "AB");

  test("passes for the same text and timestamp", () => {
    expect(at).toBe("2026-01-02T03:04:05Z");
    expect(() => checkMac(key(), { sealed, lastModified: at }, "AB")).not.toThrow();
  });

  test.each([
    ["another text", { sealed, lastModified: at }, "AC", "does not match"],
    ["another timestamp", { sealed, lastModified: "2026-01-02T03:04:06Z" }, "AB", "does not authenticate"],
    ["no MAC", { sealed: "", lastModified: at }, "AB", "has no MAC"],
    ["a MAC unencrypted", { sealed: "AB", lastModified: at }, "AB", "does not authenticate"],
  ])("fails for %s", (...[, stored, expected, reason]) => {
    expect(() => checkMac(key(), stored, expected)).toThrow(reason);
  });
});
