import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binary } from "../../src/formats/binary.ts";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { settingsIn } from "../../src/agreement/wanted-settings.ts";
import { DEFAULT_SETTINGS } from "../../src/documents/sops/selection.ts";
import { freshly, NOW } from "../documents/ring.ts";

const settings = settingsIn(binary, DEFAULT_SETTINGS);
const sealed = (bytes: Uint8Array) => freshly({ text: binary.decode(bytes, "open"), format: binary, settings });

test("any bytes come back as they were, and unchanged bytes change nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
      const { opened, text } = await sealed(bytes);
      expect(binary.encode(opened.openText)).toEqual(bytes);
      expect((await editDocument(opened, { text: opened.openText, now: NOW })).text).toBe(text);
    }),
  );
});

test("a change is in the value and the MAC", async () => {
  const { opened } = await sealed(Buffer.from("old"));
  const after = await editDocument(opened, { text: "new", now: NOW });

  const before = opened.text.split("\n");
  const differing = after.text.split("\n").filter((line, index) => line !== before[index]);
  expect(differing.map((line) => /"(\w+)"/.exec(line)?.[1])).toEqual(["data", "mac"]);
});

test("no setting of a selection is written", async () => {
  expect((await sealed(Buffer.from("x"))).text).not.toMatch(/suffix|regex|mac_only/);
});

describe("a sealed text that is not an envelope is refused", () => {
  test.each([
    '{"a": "x"}',
    '{"data": 5}',
    '{"data": "x", "more": "y"}',
    "{}",
    '{"data": {"data": "x"}}',
    '{"data": ["x"]}',
  ])("%s", (text) => {
    expect(() => binary.parse(text, "sealed")).toThrow(expect.objectContaining({ code: "malformed" }));
  });
});
