import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePadded, decodeUnpadded, encodePadded, encodeUnpadded } from "../../src/crypto/base64.ts";

const bytes = fc.uint8Array({ maxLength: 100 });

describe("base64", () => {
  test("comes back as it went, with and without padding", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodePadded(encodePadded(value))?.equals(value)).toBe(true);
        expect(decodeUnpadded(encodeUnpadded(value))?.equals(value)).toBe(true);
      }),
    );
  });

  test.each([
    ["with padding", "YQ=="],
    ["with stray bits", "YR"],
    ["with a blank", "YW Jj"],
    ["with a line end", "YWJj\n"],
    ["of the URL alphabet", "-_-_"],
    ["of an impossible length", "YWJjZ"],
    ["with another character", "YWJ!"],
  ])("unpadded text %s is refused", (_, text) => {
    expect(decodeUnpadded(text)).toBeUndefined();
  });

  test.each([
    ["without padding", "YQ"],
    ["with half its padding", "YQ="],
    ["with stray bits", "YR=="],
    ["with too much padding", "YWJj="],
  ])("padded text %s is refused", (_, text) => {
    expect(decodePadded(text)).toBeUndefined();
  });
});
