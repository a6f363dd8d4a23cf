import { expect, test } from "vitest";
import { textOf } from "../../src/formats/text.ts";

test("UTF-8 is read as it is, its byte order mark included", () => {
  expect(textOf(Buffer.from("\uFEFFé😀\n"))).toBe("\uFEFFé😀\n");
});

test("anything else is refused with its line", () => {
  const bytes = Buffer.concat([Buffer.from("a: é\nb: "), Buffer.from([0xff]), Buffer.from("\nc: 1\n")]);
  expect(() => textOf(bytes)).toThrow(
    expect.objectContaining({ code: "malformed", at: expect.objectContaining({ line: 2 }) }),
  );
});
