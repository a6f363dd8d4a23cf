/**
 * Do the real sops and we add and delete key groups alike, and does each open what the other left?
 */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { changeReaders, type WantedReaders } from "../../src/documents/sops/verbs.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { keyring } from "../../src/keys/index.ts";
import type { Identity, Recipient } from "../../src/keys/recipient.ts";
import { freshly, identitiesOf, NOW, opened } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { withSops, type Sops } from "./sops-peer.ts";

const FILE = "groups.yaml";
const TEXT = "# a comment\npassword: hunter2\nlist:\n    - one\n";

interface Person {
  readonly key: string;
  readonly identities: readonly Identity[];
  readonly recipient: Recipient;
}

async function person(number: number): Promise<Person> {
  const key = readFileSync(new URL(`../scripts/keys/age-${number}`, import.meta.url), "utf8");
  const identities = await identitiesOf(key);
  const recipient = identities[0]?.recipients[0];
  if (recipient === undefined) throw new Error("no recipient");
  return { key, identities, recipient };
}

const [alice, bob, carol] = await Promise.all([person(1), person(2), person(3)]);

const withKeysOf = (path: string, people: readonly Person[], body: (sops: Sops) => Promise<void>) =>
  withSops(path, { native: people.map(({ key }) => key).join("") }, body);
const open = (text: string, ...people: readonly Person[]) =>
  opened(
    text,
    yaml,
    people.flatMap(({ identities }) => identities),
  );

async function ours(groups: readonly (readonly Person[])[], threshold = 0): Promise<string> {
  const recipients = groups.map((group) => group.map(({ recipient }) => recipient));
  return (await freshly({ text: TEXT, format: yaml, recipients, threshold })).text;
}

async function regrouped(text: string, by: readonly Person[], readers: WantedReaders): Promise<string> {
  return (await changeReaders(await open(text, ...by), { readers, keyring, now: NOW })).opened.text;
}

/** Every two of the three open it, and nobody alone. */
async function expectTwoOfThree(path: string, text: string): Promise<void> {
  for (const pair of [
    [alice, bob],
    [bob, carol],
    [carol, alice],
  ]) {
    expect((await open(text, ...pair)).openText).toBe(TEXT);
    await withKeysOf(path, pair, async (sops) => expect(sops.decrypt(FILE, text)).toBe(TEXT));
  }
  await expect(open(text, carol)).rejects.toMatchObject({
    message: "it needs 2 of 3 key groups, and the keys here open 1",
  });
  await withKeysOf(path, [carol], async (sops) => expect(() => sops.decrypt(FILE, text)).toThrow("data key"));
}

async function theyChangeGroups(path: string): Promise<void> {
  let text = await ours([[alice]]);
  const values = text.split("\nsops:")[0];
  await withKeysOf(path, [alice, bob], async (sops) => {
    for (const { recipient } of [bob, carol]) {
      const add = (file: string) => ["groups", "add", "-f", file, "-i", "--age", recipient.text];
      text = sops.change(FILE, text, (file) => [...add(file), "--shamir-secret-sharing-threshold", "2"]);
    }
  });
  expect(text.split("\nsops:")[0]).toBe(values);
  await expectTwoOfThree(path, text);
  await withKeysOf(path, [alice, bob], async (sops) => {
    text = sops.change(FILE, text, (file) => ["groups", "delete", "-f", file, "-i", "0"]);
    expect((await open(text, bob, carol)).openText).toBe(TEXT);
    await expect(open(text, alice, bob)).rejects.toMatchObject({ code: "no-identity" });
  });
  await withKeysOf(path, [bob, carol], async (sops) => {
    const one = ["--shamir-secret-sharing-threshold", "1"];
    text = sops.change(FILE, text, (file) => ["groups", "delete", "-f", file, "-i", ...one, "1"]);
    expect((await open(text, bob)).openText).toBe(TEXT);
  });
}

async function weChangeGroups(path: string): Promise<void> {
  const before = await ours([[alice]]);
  const groups = [alice, bob, carol].map(({ recipient }) => [recipient]);
  const text = await regrouped(before, [alice], { groups, threshold: 2 });
  expect(text.split("\nsops:")[0]).toBe(before.split("\nsops:")[0]);
  await expectTwoOfThree(path, text);
  // Who is in no group any more does not know the new data key.
  const less = await regrouped(text, [alice, bob], { groups: groups.slice(1), threshold: 2 });
  expect(less.split("\nsops:")[0]).not.toBe(text.split("\nsops:")[0]);
  await withKeysOf(path, [bob, carol], async (sops) => expect(sops.decrypt(FILE, less)).toBe(TEXT));
  await withKeysOf(path, [alice, bob], async (sops) => expect(() => sops.decrypt(FILE, less)).toThrow("data key"));
  const one = await regrouped(less, [bob, carol], { groups: groups.slice(2), threshold: 1 });
  await withKeysOf(path, [carol], async (sops) => expect(sops.decrypt(FILE, one)).toBe(TEXT));
}

async function bothChangeValues(path: string): Promise<void> {
  let text = await ours([[alice, bob], [carol]]);
  await withKeysOf(path, [bob, carol], async (sops) => {
    text = sops.change(FILE, text, (file) => ["rotate", "-i", file]);
    text = sops.change(FILE, text, (file) => ["set", file, '["list"][0]', '"two"']);
  });
  expect((await open(text, alice, carol)).openText).toBe(TEXT.replace("one", "two"));
  await expect(open(text, alice, bob)).rejects.toMatchObject({ code: "no-identity" });
}

describePeer("sops", (check) => {
  check("groups that sops adds and deletes are those that we read", theyChangeGroups);
  check("groups that we add and delete are those that sops reads", weChangeGroups);
  check("a group of several takes one of them, and groups of both programs share a file", bothChangeValues);
});
