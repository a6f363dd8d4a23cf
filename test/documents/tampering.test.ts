/** What does opening a document say of a change that somebody made without a key? As docs/tampering.md has it. */
import { describe, expect, test } from "vitest";
import { newDataKey } from "../../src/crypto/data-key.ts";
import { openDocument, readDocument } from "../../src/documents/sops/document.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly } from "./ring.ts";

const TEXT = `# above
db:
  password: swordfish
  port: 5
  none: null
  empty: ""
  map: {}
note_unencrypted: ab
more_unencrypted: c
`;

const dataKey = newDataKey();
const sealed = (await freshly({ text: TEXT, format: yaml, dataKey, settings: selectionSettings({}, false) })).text;

/** The refusal's code, or how many warnings it opens with. */
async function opening(text: string): Promise<string> {
  try {
    const { warnings } = await openDocument(readDocument(text, yaml), dataKey);
    return warnings.length === 0 ? "opens" : "opens with a warning";
  } catch (error) {
    return error instanceof Error && "code" in error ? "refused" : String(error);
  }
}

const enc = (key: string) => new RegExp(String.raw`${key}: (ENC\[.*\])`).exec(sealed)?.[1] ?? "";

describe("opening a document that was changed without a key", () => {
  test.each([
    ["nothing was changed", (text: string) => text, "opens"],
    ["a value", (text: string) => text.replace(/(?<=password: ENC\[AES256_GCM,data:)./, other), "refused"],
    ["two values swapped", (text: string) => swapped(text, enc("password"), enc("port")), "refused"],
    ["a value removed", (text: string) => text.replace(/^ +password: .*\n/m, ""), "refused"],
    ["an unencrypted value", (text: string) => text.replace("_unencrypted: ab", "_unencrypted: xy"), "refused"],
    ["an unencrypted value added", (text: string) => text.replace("note_", "new_unencrypted: x\nnote_"), "refused"],
    ["lastmodified", (text: string) => text.replace(/lastmodified: "\d{4}/, 'lastmodified: "2001'), "refused"],
    ["the MAC removed", (text: string) => text.replace(/^ +mac: .*\n/m, ""), "refused"],
    ["the key of an encrypted value", (text: string) => text.replace("password:", "passwort:"), "refused"],
    ["the key of an unencrypted value", (text: string) => text.replace("note_", "remark_"), "opens"],
    [
      "bytes moved to the next value",
      (text: string) => text.replace(": ab\n", ": a\n").replace(": c\n", ": bc\n"),
      "opens",
    ],
    [
      "a mapping made one key",
      (text: string) => text.replace(/^db:\n +password: (.*)\n/m, '"db:password": $1\ndb:\n'),
      "opens",
    ],
    ["a null added", (text: string) => text.replace("none: null", "none: null\n  other: null"), "opens"],
    ["an empty text made null", (text: string) => text.replace('empty: ""', "empty: null"), "opens"],
    ["an empty mapping removed", (text: string) => text.replace("  map: {}\n", ""), "opens"],
    ["the type of a number to text", (text: string) => text.replace("type:int", "type:str"), "opens"],
    ["the type of a text to number", (text: string) => text.replace(/(password: .*)type:str/, "$1type:int"), "refused"],
    [
      "the type of a text to bytes",
      (text: string) => text.replace(/(password: .*)type:str/, "$1type:bytes"),
      "refused",
    ],
    [
      "the type of a text to comment",
      (text: string) => text.replace(/(password: .*)type:str/, "$1type:comment"),
      "refused",
    ],
    ["a comment", (text: string) => text.replace(/(?<=^#ENC\[AES256_GCM,data:)./, other), "opens with a warning"],
    ["a comment removed", (text: string) => text.replace(/^#.*\n/, ""), "opens"],
    ["the version", (text: string) => text.replace(/version: .*/, "version: 99.0.0"), "opens"],
    [
      "a threshold without groups",
      (text: string) => text.replace(/^sops:/m, "sops:\n    shamir_threshold: 1"),
      "opens",
    ],
    [
      "the selection, so that a value would be unencrypted",
      (text: string) => text.replace(/^sops:/m, "sops:\n    encrypted_suffix: word"),
      "refused",
    ],
  ])("%s", async (name, change, expected) => {
    const text = change(sealed);
    if (name !== "nothing was changed") expect(text).not.toBe(sealed);
    expect(await opening(text)).toBe(expected);
  });
});

/** Of base64. */
function other(digit: string): string {
  return digit === "A" ? "B" : "A";
}

function swapped(text: string, one: string, two: string): string {
  return text.replace(one, "\0").replace(two, one).replace("\0", two);
}
