import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { sameDataKey } from "../../src/crypto/data-key.ts";
import { readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { selectionSettings, DEFAULT_SETTINGS } from "../../src/documents/sops/selection.ts";
import { changeReaders, editDocument, encryptText, openWith, rotateDocument } from "../../src/documents/sops/verbs.ts";
import { json } from "../../src/formats/json.ts";
import { keyring } from "../../src/keys/index.ts";
import { identitiesOf, NOW, recipientsOf, ringOf } from "./ring.ts";

async function person() {
  const text = await generateX25519Identity();
  return { ring: ringOf(await identitiesOf(text)), recipients: await recipientsOf(await identityToRecipient(text)) };
}

const [alice, bob] = await Promise.all([person(), person()]);
const TEXT = '{\n  "a": "x",\n  "b": [1, 1.50]\n}\n';
const readers = (...people: (typeof alice)[]) => ({
  groups: [people.flatMap((each) => each.recipients)],
  threshold: 0,
});

async function encrypted(...people: (typeof alice)[]): Promise<OpenedDocument> {
  const { text } = await encryptText({
    text: TEXT,
    format: json,
    readers: readers(...people),
    settings: DEFAULT_SETTINGS,
    keyring,
    now: NOW,
  });
  return openWith(readDocument(text, json), alice.ring);
}

describe("a document", () => {
  test("is encrypted for its readers and edited by any of them", async () => {
    const document = await encrypted(alice, bob);
    const edited = await editDocument(document, { text: TEXT.replace("x", "y"), now: NOW });
    const seen = await openWith(readDocument(edited.text, json), bob.ring);
    expect(seen.openText).toBe(TEXT.replace("x", "y"));
  });

  test("takes another selection with the next edit", async () => {
    const document = await encrypted(alice);
    const settings = selectionSettings({ encrypted_regex: "^a$" }, false);
    const edited = await editDocument(document, { text: TEXT, settings, now: NOW });
    expect(edited.text).toContain('"b": [1, 1.50]');
    expect(edited.opened.metadata.settings).toEqual(settings);
  });

  test("keeps values and MAC where a reader is added", async () => {
    const document = await encrypted(alice);
    const { opened, newDataKey } = await changeReaders(document, { readers: readers(alice, bob), keyring, now: NOW });
    expect(newDataKey).toBe(false);
    expect(opened.metadata.mac).toBe(document.metadata.mac);
    expect((await openWith(readDocument(opened.text, json), bob.ring)).openText).toBe(TEXT);
  });

  test("gets a new data key where a reader is removed, unless told otherwise", async () => {
    const document = await encrypted(alice, bob);
    const removed = await changeReaders(document, { readers: readers(alice), keyring, now: NOW });
    expect(removed.newDataKey).toBe(true);
    expect(sameDataKey(removed.opened.dataKey, document.dataKey)).toBe(false);
    await expect(openWith(removed.opened, bob.ring)).rejects.toMatchObject({ code: "no-identity" });
    const kept = await changeReaders(document, { readers: readers(alice), keepDataKey: true, keyring, now: NOW });
    expect(kept.newDataKey).toBe(false);
    expect(kept.opened.metadata.mac).toBe(document.metadata.mac);
  });

  test("is the same object where the readers are the same", async () => {
    const document = await encrypted(alice, bob);
    expect((await changeReaders(document, { readers: readers(bob, alice), keyring, now: NOW })).opened).toBe(document);
  });

  test("is rotated for the readers that it has", async () => {
    const document = await encrypted(alice, bob);
    const rotated = await rotateDocument(document, { keyring, now: NOW });
    expect(rotated.exact).toBe(true);
    for (const { ring } of [alice, bob]) expect((await openWith(rotated.opened, ring)).openText).toBe(TEXT);
    expect(rotated.opened.leaves.map(({ sealed }) => sealed?.enc)).not.toEqual(
      document.leaves.map(({ sealed }) => sealed?.enc),
    );
  });

  test("is rotated to one entry for each reader", async () => {
    const document = await encrypted(alice, bob);
    const { groups } = document.metadata;
    const twice = groups.map((group) => ({ ...group, age: [...group.age, ...group.age] }));
    const rotated = await rotateDocument(
      { ...document, metadata: { ...document.metadata, groups: twice } },
      { keyring, now: NOW },
    );
    expect(rotated.opened.metadata.groups.map(({ age }) => age.map(({ recipient }) => recipient))).toEqual(
      groups.map(({ age }) => age.map(({ recipient }) => recipient)),
    );
  });
});
