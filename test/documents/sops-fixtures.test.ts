import { readFileSync } from "node:fs";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { wrapDataKey } from "../../src/documents/sops/wrap.ts";
import { rewriteMetadata, sealDocument } from "../../src/documents/sops/seal.ts";
import { loadFormat } from "../../src/formats/index.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { keyring } from "../../src/keys/index.ts";
import { identitiesOf, NOW, opened, recipientsOf } from "./ring.ts";

const FOLDER = new URL("../../fixtures/sops/", import.meta.url);
const IDENTITY = /^AGE-SECRET-KEY-.*$/m.exec(readFileSync(new URL("reader.identity", FOLDER), "utf8"))?.[0] ?? "";

interface Fixture {
  readonly file: string;
  readonly format: FormatName;
  readonly values: readonly string[];
  /** An edit of one value on the open text, and the key at the beginning of the line that it changes. */
  readonly edit: readonly [string, string];
  readonly line: string;
}

const THREE = ["secret=this is a secret", "string=string", "int=7", "float=3.14", "boolean=True"];
const COMPLEX = ["complex:value=this is a secret", "complex:array=one", "complex:array=two", "complex:array=three"];

const FIXTURES: readonly Fixture[] = [
  {
    file: "three-readers.3.8.json",
    format: "json",
    values: [...THREE, "0word=gotta match go", ...COMPLEX],
    edit: ['"one"', '"1"'],
    line: '"ENC[',
  },
  {
    file: "three-readers.3.8.yaml",
    format: "yaml",
    values: [...THREE, ...COMPLEX],
    edit: ["int: 7", "int: 8"],
    line: "int:",
  },
  {
    file: "pgp-beside-age.3.8.yaml",
    format: "yaml",
    values: ["test_key=test_value", "a_list=e1", "a_list=e3", "nested:test:file=another value"],
    edit: ["test_value", "another one"],
    line: "test_key:",
  },
];

describe.each(FIXTURES)("$file, made by sops", ({ file, format: name, values, edit, line }) => {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const open = async () => opened(text, await loadFormat(name), await identitiesOf(IDENTITY));

  test("opens to the values that were sealed", async () => {
    const document = await open();
    const leaves = document.leaves.map(
      ({ leaf, scalar }) => `${leaf.path.join(":")}=${Buffer.from(scalar.bytes).toString()}`,
    );
    expect(leaves).toEqual(values);
  });

  test("keeps every byte but one value, the MAC and the timestamp when that value is edited", async () => {
    const previous = await open();
    const { format, metadata, dataKey: key } = previous;
    const edited = previous.openText.replace(...edit);
    expect(edited).not.toBe(previous.openText);
    const sealed = await sealDocument({ text: edited, format, dataKey: key, metadata, earlier: [previous], now: NOW });
    const lines = text.split("\n");
    const after = sealed.text.split("\n");
    expect(after).toHaveLength(lines.length);
    const changed = after.filter((each, index) => each !== lines[index]).map((each) => each.trim());
    expect(changed).toHaveLength(3);
    expect(changed[0]?.startsWith(line)).toBe(true);
    expect(changed[1]).toMatch(/^"?lastmodified/);
    expect(changed[2]).toMatch(/^"?mac/);
  });

  test("keeps every byte when it is sealed without a change, and every line when a reader is added", async () => {
    const previous = await open();
    const { format, metadata, dataKey: key, openText } = previous;
    expect(
      (await sealDocument({ text: openText, format, dataKey: key, metadata, earlier: [previous], now: NOW })).text,
    ).toBe(text);
    const another = await identityToRecipient(await generateX25519Identity());
    const standing = metadata.groups[0]?.age.map(({ recipient }) => recipient) ?? [];
    const wanted = [await recipientsOf(...standing, another)];
    const wider = await wrapDataKey({ metadata, dataKey: key, wanted, threshold: 0, isNewKey: false, keyring });
    const after = (await rewriteMetadata(previous, wider)).text.split("\n");
    expect(text.split("\n").filter((each) => !after.includes(each))).toEqual([]);
    expect(after.some((each) => each.includes(another))).toBe(true);
  });
});
