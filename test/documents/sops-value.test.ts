import { describe, expect, test } from "vitest";
import { newDataKey } from "../../src/crypto/data-key.ts";
import { sealValue } from "../../src/crypto/value-cipher.ts";
import { openScalar } from "../../src/documents/sops/value.ts";
import type { ScalarType } from "../../src/formats/format.ts";
import { scalarOf } from "../../src/formats/scalar.ts";

const key = newDataKey();
const retyped = (from: ScalarType, text: string, to: ScalarType) =>
  sealValue(key, "a:", scalarOf(from, text)).replace(`type:${from}`, `type:${to}`);

describe("a type", () => {
  test.each([
    ["str", "08080", "int"],
    ["str", "9223372036854775808", "int"],
    ["str", "true", "bool"],
    ["str", "true", "bytes"],
    ["int", "1", "bytes"],
    ["str", "1.0", "float"],
    ["str", "1e3", "float"],
    ["str", "2024-1-1T00:00:00Z", "time"],
    ["str", "2024-02-30T00:00:00Z", "time"],
    ["str", "2024-01-01T00:00:00.10Z", "time"],
  ] as const)("a %s %s relabelled as %s does not open", (from, text, to) => {
    expect(() => openScalar(key, "a:", retyped(from, text, to))).toThrow(expect.objectContaining({ code: "tampered" }));
  });

  test.each([
    ["int", "-9223372036854775808"],
    ["float", "0.0000001"],
    ["float", "-0"],
    ["float", "NaN"],
    ["float", "+Inf"],
    ["bool", "False"],
    ["time", "2024-02-29T23:59:59.123456789+03:25"],
    ["comment", " anything"],
  ] as const)("%s with the bytes %s is what sops writes", (type, text) => {
    expect(openScalar(key, "a:", sealValue(key, "a:", scalarOf(type, text)))).toEqual(scalarOf(type, text));
  });
});
