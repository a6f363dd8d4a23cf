/** Do the files that sops 3.9 wrote, one of every format, open, change where they should, and stay as they are elsewhere? */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { formatOfPath, loadFormat } from "../../src/formats/index.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { recognise } from "../../src/documents/recognise.ts";
import { identitiesOf, NOW, opened } from "./ring.ts";

const FOLDER = new URL("../../fixtures/sops/", import.meta.url);
const IDENTITY = readFileSync(new URL("reader.identity", FOLDER), "utf8");

const OPEN: Readonly<Record<string, string>> = {
  yaml: "# a comment\ngreeting: hello\nnumber: 7\nlist:\n    - one\n    - two\nplain_unencrypted: visible\n",
  json: '{\n\t"greeting": "hello",\n\t"number": 7,\n\t"list": [\n\t\t"one",\n\t\t"two"\n\t],\n\t"plain_unencrypted": "visible"\n}',
  env: "# a comment\ngreeting=hello\nlines=one\\ntwo\nplain_unencrypted=visible\n",
  ini: "; a comment\n[main]\ngreeting          = hello\nplain_unencrypted = visible\n",
  bin: "\0\u0001\u00ffhello\n",
};

describe.each(Object.entries(OPEN))("every-format.3.9.%s", (ending, plain) => {
  const name = `every-format.3.9.${ending}`;
  const bytes = readFileSync(new URL(name, FOLDER));
  const open = async () => {
    const format = await loadFormat(formatOfPath(name) ?? "binary");
    return opened(format.decode(bytes, "sealed"), format, await identitiesOf(IDENTITY));
  };

  test("is recognised and opens", async () => {
    expect(recognise(bytes, name)).toEqual({ kind: "sops", format: formatOfPath(name) ?? "binary" });
    expect((await open()).openText).toBe(plain);
  });

  test("stays byte for byte where nothing changes, and changes three lines where one value does", async () => {
    const before = await open();
    expect((await editDocument(before, { text: before.openText, now: NOW })).text).toBe(before.text);
    const after = await editDocument(before, { text: before.openText.replace("hello", "good day"), now: NOW });
    const lines = before.text.split("\n");
    expect(after.text.split("\n").filter((line, index) => line !== lines[index])).toHaveLength(3);
    expect(after.opened.openText).toBe(before.openText.replace("hello", "good day"));
  });
});

describe("key-groups.3.9.yaml, of a time when shares were numbered at random", () => {
  const text = readFileSync(new URL("key-groups.3.9.yaml", FOLDER), "utf8");
  const other = (path: string) => identitiesOf(readFileSync(new URL(path, FOLDER), "utf8"));
  const holders = async () => [
    await identitiesOf(IDENTITY),
    await other("../age/x25519.identity"),
    await other("../../test/scripts/keys/age-1"),
  ];

  test("opens for any two of its three groups, and stays as it is", async () => {
    const [a = [], b = [], c = []] = await holders();
    for (const pair of [
      [a, b],
      [b, c],
      [c, a],
    ]) {
      const before = await opened(text, yaml, pair.flat());
      expect(before.openText).toBe("password: hunter2\n# a comment\nlist:\n    - one\n");
      expect((await editDocument(before, { text: before.openText, now: NOW })).text).toBe(text);
    }
    for (const one of [a, b, c]) {
      await expect(opened(text, yaml, one)).rejects.toMatchObject({
        code: "no-identity",
        message: "it needs 2 of 3 key groups, and the keys here open 1",
      });
    }
  });
});
