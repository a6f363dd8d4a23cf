import { expect, test } from "vitest";
import { parseRecipient } from "../../src/keys/index.ts";
import { accessNotices, type Access } from "../../src/operations/writing/admit.ts";
import { A, B, C, S, S_AS_AGE } from "../policy/keys.ts";

const keys = (texts: readonly string[]) => Promise.all(texts.map((text) => parseRecipient(text)));
const names = new Map([
  [A, "alice"],
  [B, "bob"],
  [S, "sam"],
  [S_AS_AGE, "sam"],
]);

interface Given {
  readonly file?: string;
  readonly before?: readonly string[];
  readonly unknown?: number;
  readonly after: readonly string[];
}

async function access({ file = "f", before, unknown = 0, after }: Given): Promise<Access> {
  return {
    file,
    recipients: await keys(after),
    standing: before && { known: await keys(before), unknown },
    nameOf: ({ text }) => names.get(text),
  };
}

const said = async (...given: readonly Given[]) =>
  accessNotices(await Promise.all(given.map(access))).map(({ text }) => text);

test("a new file is readable by people, and by keys that nobody has a name for", async () => {
  expect(await said({ after: [B, C, A] })).toEqual([`f: readable by bob, ${C}, alice`]);
  expect(await said({ after: [] })).toEqual(["f: readable by nobody"]);
});

test("new files with the same readers are said once, and many are counted", async () => {
  const files = ["a", "b", "c", "d"].map((file) => ({ file, after: [A, B] }));
  expect(await said(...files.slice(0, 3), { file: "x", after: [A] })).toEqual([
    "a, b, c: readable by alice, bob",
    "x: readable by alice",
  ]);
  expect(await said(...files)).toEqual(["4 files: readable by alice, bob"]);
  expect(accessNotices(await Promise.all(files.map(access)))[0]?.files).toEqual(["a", "b", "c", "d"]);
});

test("nothing is said where nobody gains or loses access", async () => {
  expect(await said({ before: [A, B], after: [B, A] }, { before: [S], after: [S_AS_AGE] })).toEqual([]);
});

test("people who gain and lose access are named, keys of their own told apart", async () => {
  expect(await said({ before: [A], after: [A, B, C] })).toEqual(["bob gains access: f", `${C} gains access: f`]);
  expect(await said({ before: [A, B], after: [A] })).toEqual(["bob loses access: f"]);
  names.set(C, "alice");
  expect(await said({ before: [A, B], after: [B, C] })).toEqual([`the key of alice changes, was ${A}, now ${C}: f`]);
  expect(await said({ before: [A], after: [A, C] })).toEqual([`alice gains access with another key, ${C}: f`]);
  expect(await said({ before: [A, C], after: [A] })).toEqual([`alice loses access with one key, ${C}: f`]);
});

test("where it cannot be told who reads a file, whoever will is named", async () => {
  expect(await said({ before: [A], unknown: 1, after: [A, B] })).toEqual(["f: readable by alice, bob"]);
  expect(await said({ before: [A, B], unknown: 1, after: [A, B] })).toEqual([]);
});
