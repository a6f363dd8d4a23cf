/**
 * What does a new kind of key, or of an entry of sops, touch? Its own file and the registry, and no other.
 */
import { expect, test } from "vitest";
import { entryKinds } from "../src/keys/entries/index.ts";
import { keyKinds } from "../src/keys/index.ts";
import { PASSPHRASE_STANZA } from "../src/keys/passphrase.ts";
import { readSources, withoutComments } from "./source-graph.ts";

const sources = [...readSources()].map(([file, text]) => [file, withoutComments(text)] as const);

/** The files whose code has one of these words as a literal of its own. */
function filesWith(words: readonly (string | undefined)[]): string[] {
  const wanted = words.flatMap((word) => word ?? []).map((word) => word.replaceAll(/[^\w]/g, String.raw`\$&`));
  const literal = new RegExp(`(["'\`])(?:${wanted.join("|")})\\1`);
  return sources.filter(([, text]) => literal.test(text)).map(([file]) => file);
}

test.each(keyKinds)("the kind $name is one file and one entry of the registry", ({ name, stanza }) => {
  expect(filesWith([name, stanza])).toEqual(["keys/index.ts", `keys/kinds/${name}.ts`]);
});

test("a passphrase is told by one word in one place", () => {
  expect(filesWith([PASSPHRASE_STANZA])).toEqual(["keys/passphrase.ts"]);
});

test("only the registry loads a kind; what makes and takes passphrases loads theirs", () => {
  const loads = (pattern: RegExp) => sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);
  expect(loads(/kinds\/(?!scrypt)[\w-]+\.ts"/)).toEqual(["keys/index.ts"]);
});

/** `age` is also a kind of file, a face of a key and an option. */
const foreign = entryKinds.filter(({ type }) => type !== "age");

test.each(foreign)("the entry $type of sops is one file and one line of the registry", ({ type, inRule, inGroup }) => {
  expect(filesWith([type, inRule, inGroup])).toEqual([`keys/entries/${type.replaceAll("_", "-")}.ts`]);
});

test("the kinds do not share prefixes, stanzas or lists", () => {
  const all = [
    ...keyKinds.flatMap(({ name, stanza }) => [...new Set([name, stanza])]).filter((word) => word !== undefined),
    PASSPHRASE_STANZA,
  ];
  expect(new Set(all).size).toBe(all.length);
  for (const place of ["type", "inRule", "inGroup"] as const) {
    expect(new Set(entryKinds.map((kind) => kind[place])).size).toBe(entryKinds.length);
  }
});
