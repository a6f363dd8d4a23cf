import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataKeyBytes } from "../../src/crypto/data-key.ts";
import { wrapDataKey } from "../../src/documents/sops-wrap.ts";
import { rewriteMetadata, sealDocument } from "../../src/documents/sops-seal.ts";
import { loadFormat } from "../../src/formats/index.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { identitiesOf, NOW, opened, recipientsOf } from "./ring.ts";

const HUMPHD = "AGE-SECRET-KEY-1QXRVEJH9S4NQU0FPD6V79ESZQ8S6PXH3L8V40EVPTHFH6KNKD4DQ7SKC4P";
const SOPS_NIX = "AGE-SECRET-KEY-1NJT5YCS2LWU4V4QAJQ6R4JNU7LXPDX602DZ9NUFANVU5GDTGUWCQ5T59M6";
const ANOTHER = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

interface Fixture {
  readonly file: string;
  readonly format: FormatName;
  readonly identity: string;
  /** Hexadecimal; found by another implementation. */
  readonly dataKey: string;
  readonly values: readonly string[];
  /** An edit of one value on the open text, and the key at the beginning of the line that it changes. */
  readonly edit: readonly [string, string];
  readonly line: string;
}

const THREE = ["secret=this is a secret", "string=string", "int=7", "float=3.14", "boolean=True"];
const COMPLEX = ["complex:value=this is a secret", "complex:array=one", "complex:array=two", "complex:array=three"];

const FIXTURES: readonly Fixture[] = [
  {
    file: "three-readers.3.9.json",
    format: "json",
    identity: HUMPHD,
    dataKey: "3179b6f3028d542104273fb29380218e5264913b9daf4551a6a2262cee3de70a",
    values: [...THREE, "0word=gotta match go", ...COMPLEX],
    edit: ['"one"', '"1"'],
    line: '"ENC[',
  },
  {
    file: "three-readers.3.8.yaml",
    format: "yaml",
    identity: HUMPHD,
    dataKey: "81d247290bee0b25484e76101e727f63fc984896953fe4888864f49db529e73a",
    values: [...THREE, ...COMPLEX],
    edit: ["int: 7", "int: 8"],
    line: "int:",
  },
  {
    file: "pgp-beside-age.3.7.yaml",
    format: "yaml",
    identity: SOPS_NIX,
    dataKey: "b9152942b7105527fd1fb9e2d9a1ee9bd03a7bb8edea26d311fda1a2e85056b2",
    values: ["test_key=test_value", "a_list=e1", "a_list=e3", "nested:test:file=another value"],
    edit: ["test_value", "another one"],
    line: "test_key:",
  },
];

describe.each(FIXTURES)("$file, made by sops", ({ file, format: name, identity, dataKey, values, edit, line }) => {
  const text = readFileSync(new URL(`../../fixtures/sops/${file}`, import.meta.url), "utf8");
  const open = async () => opened(text, await loadFormat(name), await identitiesOf(identity));

  it("opens to the known data key and values", async () => {
    const document = await open();
    expect(Buffer.from(dataKeyBytes(document.dataKey)).toString("hex")).toBe(dataKey);
    const leaves = document.leaves.map(
      ({ leaf, scalar }) => `${leaf.path.join(":")}=${Buffer.from(scalar.bytes).toString()}`,
    );
    expect(leaves).toEqual(values);
  });

  it("keeps every byte but one value, the MAC and the timestamp when that value is edited", async () => {
    const previous = await open();
    const { format, metadata, dataKey: key } = previous;
    const edited = previous.openText.replace(...edit);
    expect(edited).not.toBe(previous.openText);
    const sealed = await sealDocument({ text: edited, format, dataKey: key, metadata, previous, now: NOW });
    const lines = text.split("\n");
    const after = sealed.text.split("\n");
    expect(after).toHaveLength(lines.length);
    const changed = after.filter((each, index) => each !== lines[index]).map((each) => each.trim());
    expect(changed).toHaveLength(3);
    expect(changed[0]?.startsWith(line)).toBe(true);
    expect(changed[1]).toMatch(/^"?lastmodified/);
    expect(changed[2]).toMatch(/^"?mac/);
  });

  it("keeps every byte when it is sealed without a change, and every line when a reader is added", async () => {
    const previous = await open();
    const { format, metadata, dataKey: key, openText } = previous;
    expect((await sealDocument({ text: openText, format, dataKey: key, metadata, previous, now: NOW })).text).toBe(
      text,
    );
    const standing = metadata.groups[0]?.age.map(({ recipient }) => recipient) ?? [];
    const wanted = [await recipientsOf(...standing, ANOTHER)];
    const wider = await wrapDataKey({ metadata, dataKey: key, wanted, threshold: 0, isNewKey: false });
    const after = (await rewriteMetadata(previous, wider)).text.split("\n");
    expect(text.split("\n").filter((each) => !after.includes(each))).toEqual([]);
    expect(after.some((each) => each.includes(ANOTHER))).toBe(true);
  });
});
