import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newDataKey, type DataKey } from "../../src/crypto/data-key.ts";
import { openDocument, readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { metadataTree, type Metadata } from "../../src/documents/sops/metadata.ts";
import { rewriteMetadata, sealDocument } from "../../src/documents/sops/seal.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import type { Tree } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly } from "./ring.ts";

const LATER = new Date("2027-01-01T00:00:00Z");

/** Opens what is in the text, as another run would. */
async function reopened(text: string, dataKey: DataKey): Promise<OpenedDocument> {
  return openDocument(readDocument(text, json), dataKey);
}

async function edited(
  previous: OpenedDocument,
  text: string,
  more: Partial<{ dataKey: DataKey; metadata: Metadata; earlier: readonly OpenedDocument[] }> = {},
) {
  const { dataKey, metadata } = previous;
  return sealDocument({ text, format: json, dataKey, metadata, earlier: [previous], now: LATER, ...more });
}

async function first(text: string, dataKey = newDataKey()): Promise<OpenedDocument> {
  const sealed = await freshly({ text, format: json, dataKey });
  return reopened(sealed.text, dataKey);
}

/** The lines of `after` that are not in `before`. */
const newLines = (before: string, after: string) =>
  after.split("\n").filter((line) => !before.split("\n").includes(line));

const PLAIN = '{\n  "a": "x",\n  "b": [1, 2, 2, 2],\n  "c": {"d": "x"},\n  "e_unencrypted": 1.50\n}\n';

describe("an edit", () => {
  test("without a change gives the same text, and the same object", async () => {
    const before = await first(PLAIN);
    const after = await edited(before, before.openText);
    expect(after.text).toBe(before.text);
    expect(after.opened).toBe(before);
  });

  test("of one value changes its line, the MAC and the timestamp", async () => {
    const before = await first(PLAIN);
    const after = await edited(before, PLAIN.replace('"x",', '"y",'));
    expect(newLines(before.text, after.text).map((line) => line.trim().split(":")[0])).toEqual([
      '"a"',
      '"lastmodified"',
      '"mac"',
    ]);
    expect((await reopened(after.text, before.dataKey)).openText).toBe(PLAIN.replace('"x",', '"y",'));
  });

  test("keeps the ENC texts of list elements that moved, also of equal ones, each once", async () => {
    const before = await first(PLAIN);
    const encs = (opened: OpenedDocument) =>
      opened.leaves.filter(({ leaf }) => leaf.path[0] === "b").map((each) => each.sealed?.enc);
    const after = await edited(before, PLAIN.replace("[1, 2, 2, 2]", "[2, 7, 1, 2, 2, 2]"));
    const [one, two, three, four] = encs(before);
    const now = encs(after.opened);
    expect([now[0], now[2], now[3], now[4]]).toEqual([two, one, three, four]);
    expect(new Set(now).size).toBe(6);
  });

  test("of a merge keeps the ENC texts of both sides, and each of them once", async () => {
    const base = await first(PLAIN);
    const ours = (await edited(base, PLAIN.replace('"x",', '"ours",'))).opened;
    const theirs = (await edited(base, PLAIN.replace('{"d": "x"}', '{"d": "theirs"}'))).opened;
    const merged = PLAIN.replace('"x",', '"ours",')
      .replace('{"d": "x"}', '{"d": "theirs"}')
      .replace("[1, 2,", "[1, 2, 2,");
    const { opened } = await edited(ours, merged, { earlier: [ours, theirs] });
    const enc = (from: OpenedDocument, ...path: string[]) =>
      from.leaves.filter(({ leaf }) => leaf.path.join() === path.join()).map((each) => each.sealed?.enc);
    expect(enc(opened, "a")).toEqual(enc(ours, "a"));
    expect(enc(opened, "c", "d")).toEqual(enc(theirs, "c", "d"));
    expect(enc(opened, "b").slice(0, 4)).toEqual(enc(base, "b"));
    expect(new Set(enc(opened, "b")).size).toBe(5);
    expect((await reopened(opened.text, base.dataKey)).openText).toBe(merged);
  });

  test("keeps the ENC text of a value that is only spelled anew", async () => {
    const before = await first('{"a": "é"}');
    const after = await edited(before, '{"a": "\\u00e9"}');
    expect(after.opened.leaves[0]?.sealed?.enc).toBe(before.leaves[0]?.sealed?.enc);
    expect(after.opened.openText).toBe('{"a": "\\u00e9"}');
  });

  test("never keeps an ENC text under another type or path", async () => {
    const before = await first('{"a": "1"}');
    const retyped = await edited(before, '{"a": 1}');
    const moved = await edited(before, '{"b": "1"}');
    for (const { opened } of [retyped, moved]) {
      expect(opened.leaves[0]?.sealed?.enc.slice(0, 60)).not.toBe(before.leaves[0]?.sealed?.enc.slice(0, 60));
    }
  });

  test("keeps the type that a value had where its text did not change", async () => {
    // Before 3.13.2 sops typed every JSON number as a float.
    const dataKey = newDataKey();
    const before = await first('{"n": 7.0, "m": "x"}', dataKey);
    const { secrets_spelling: _, ...fields } = Object.fromEntries(metadataTree(before.metadata) as Map<string, Tree>);
    const old = await reopened(json.print(before.parsed, [], new Map(Object.entries(fields))), dataKey);
    expect(old.openText).toBe('{"n": 7, "m": "x"}');
    const after = await edited(old, '{"n": 7, "m": "y"}');
    expect(after.opened.leaves[0]?.scalar.type).toBe("float");
    const rotated = await edited(old, old.openText, { dataKey: newDataKey() });
    expect(rotated.opened.leaves[0]?.scalar.type).toBe("float");
  });

  test("that empties the document or fills an empty one works", async () => {
    const before = await first(PLAIN);
    const empty = await edited(before, "{}");
    expect(empty.opened.openText).toBe("{}");
    const full = await edited(empty.opened, '{"z": "new"}');
    expect(full.opened.openText).toBe('{"z": "new"}');
  });

  test("keeps a metadata block that others wrote as it stands", async () => {
    const dataKey = newDataKey();
    const before = await first('{\n  "a": "x"\n}', dataKey);
    const odd = before.text.replace('"age": [', '"pgp":   [] ,\n "kms":null,   "age":  [').replace("  }\n}", "   }\n}");
    const opened = await reopened(odd, dataKey);
    const after = await edited(opened, opened.openText.replace('"x"', '"y"'));
    const same = (text: string) => text.replace(/"(a|mac|lastmodified)": "[^"]+"/g, "$1");
    expect(same(after.text)).toBe(same(odd));
  });
});

describe("a new data key", () => {
  test("seals every value anew and keeps the open text", async () => {
    const before = await first(PLAIN);
    const after = await edited(before, before.openText, { dataKey: newDataKey() });
    expect(after.opened.openText).toBe(PLAIN);
    const ivs = (text: string) => new Set([...text.matchAll(/iv:([^,]+)/g)].map(([, iv]) => iv));
    const [old, now] = [ivs(before.text), ivs(after.text)];
    expect([...now].filter((iv) => old.has(iv))).toEqual([]);
  });
});

describe("other settings", () => {
  test("seal and unseal what they now cover", async () => {
    const before = await first(PLAIN);
    const settings = selectionSettings({ encrypted_regex: "^a$" }, false);
    const after = await edited(before, before.openText, { metadata: { ...before.metadata, settings } });
    expect(after.text).toContain('"c": {"d": "x"}');
    expect(after.text).not.toContain('"_unencrypted"');
    expect(after.opened.openText).toBe(PLAIN);
  });
});

describe("other readers", () => {
  test("change nothing but the list of readers", async () => {
    const before = await first(PLAIN);
    const [group] = before.metadata.groups;
    const age = [...(group?.age ?? []), { recipient: "age1new", enc: "for the new one\n", tree: undefined }];
    const after = await rewriteMetadata(before, { ...before.metadata, groups: [{ age, others: new Map() }] });
    expect(newLines(before.text, after.text).map((line) => line.trim())).toEqual([
      "},",
      '"enc": "for the new one\\n",',
      '"recipient": "age1new"',
    ]);
    expect(await rewriteMetadata(before, before.metadata)).toBe(before);
  });
});

describe("what cannot be sealed", () => {
  test("a text with metadata is refused as encrypted already", async () => {
    const { text } = await first(PLAIN);
    await expect(freshly({ text, format: json })).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("already"),
    });
  });

  test("a text with a key named sops is refused", async () => {
    await expect(freshly({ text: '{"sops": 1}', format: json })).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("reserved"),
    });
  });

  test("an invalid expression seals nothing and is an error", async () => {
    const settings = selectionSettings({ encrypted_regex: "[" }, false);
    await expect(freshly({ text: PLAIN, format: json, settings })).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("duplicate keys", () => {
  const TWICE = '{"a": 1, "b": {"x": 2, "x": 3}, "a": 4}';

  test("are refused where they are new, with the place of the second one", async () => {
    const error = { code: "malformed", message: expect.stringContaining("duplicate key b/x") };
    await expect(first(TWICE)).rejects.toMatchObject({ ...error, at: { line: 1, column: 29 } });
    await expect(edited(await first('{"a": 1}'), TWICE)).rejects.toMatchObject(error);
  });

  test("are refused where a mapping is duplicate whose keys differ", async () => {
    await expect(first('{"a": {"x": 1}, "a": {"y": 1}}')).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("spellings", () => {
  test("that the value does not tell come back", async () => {
    const odd = '{"a": 1.10, "b": "\\u00e9\\/", "c": 1e3, "d": -0, "e": "\\ud800", "f": [1.0, 1.00]}';
    const opened = await first(odd);
    expect(opened.openText).toBe(odd);
    expect(opened.metadata.spelling).not.toBe("");
  });

  test("are not written where there are none", async () => {
    expect((await first(PLAIN)).metadata.spelling).toBe("");
  });

  test("keep their ciphertext while they do not change", async () => {
    const before = await first('{"a": 1.10, "b": "x"}');
    const after = await edited(before, '{"a": 1.10, "b": "y"}');
    expect(after.opened.metadata.spelling).toBe(before.metadata.spelling);
  });

  test("that became stale are left out", async () => {
    const dataKey = newDataKey();
    const before = await first('{"a": 1.10, "b": "x"}', dataKey);
    const other = await first('{"a": 2.5, "b": "x"}', dataKey);
    const metadata = { ...other.metadata, spelling: before.metadata.spelling };
    const text = json.print(other.parsed, [], metadataTree(metadata));
    expect((await reopened(text, dataKey)).openText).toBe('{"a": 2.5, "b": "x"}');
  });
});

const RUNS = Number(process.env["SECRETS_PROPERTY_RUNS"] ?? 100);

describe("for any JSON document", () => {
  const key = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 6 }),
    fc.constantFrom("a", "b", "x_unencrypted", "2", "1"),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "grapheme" }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  })).value;
  const document = fc
    .tuple(
      fc.array(fc.tuple(key, value), { maxLength: 6 }),
      fc.constantFrom(undefined, 1, 2, "\t"),
      fc.constantFrom("", "\n", "\r\n"),
    )
    .map(([entries, indent, end]) => {
      const text = JSON.stringify(Object.fromEntries(entries.filter(([name]) => name !== "sops")), null, indent);
      return (end === "\r\n" ? text.replaceAll("\n", "\r\n") : text) + end;
    });

  test("decrypt(encrypt(f)) is f, byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        const opened = await first(text);
        expect(opened.openText).toBe(text);
        expect(
          opened.leaves.every(
            ({ state, scalar, leaf }) =>
              state === "sealed" ||
              scalar.bytes.length === 0 ||
              leaf.path.some((step) => step.endsWith("_unencrypted")),
          ),
        ).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  test("an edit to any other document gives that document, and keeps what can be kept", async () => {
    await fc.assert(
      fc.asyncProperty(document, document, async (one, two) => {
        const before = await first(one);
        const after = await edited(before, two);
        expect((await reopened(after.text, before.dataKey)).openText).toBe(two);
        const back = await edited(after.opened, two);
        expect(back.text).toBe(after.text);
      }),
      { numRuns: RUNS },
    );
  });
});

test.each(["|", ">", "|+", "|2", "| # why", "!!str |"])(
  "a last %s block that stays needs a line break after it",
  async (header) => {
    const settings = selectionSettings({ encrypted_regex: "^a$" }, false);
    const text = `a: secret\nb: ${header}\n  x\n  y`;

    await expect(freshly({ text, format: yaml, settings })).rejects.toMatchObject({
      code: "malformed",
      at: { line: 2 },
    });
    expect((await freshly({ text: `${text}\n`, format: yaml, settings })).exact).toBe(true);
    expect((await freshly({ text, format: yaml })).exact).toBe(true);
    const stripped = text.replace(/[|>]\+?/, "$&-").replace("+-", "-");
    expect((await freshly({ text: stripped, format: yaml, settings })).exact).toBe(true);
  },
);

test("so does a last block that is a key, whatever is encrypted", async () => {
  const text = "a: secret\n? |\n  b";
  await expect(freshly({ text, format: yaml })).rejects.toMatchObject({
    code: "malformed",
    message: "this key would become another one",
  });
  expect((await freshly({ text: `${text}\n`, format: yaml })).exact).toBe(true);
});
