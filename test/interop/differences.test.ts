/**
 * Is everything in docs/sops.md true?
 *
 * Each row has its test: a document or a change with which the real sops and we differ in just this way, or a place where it is held already.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { yaml } from "../../src/formats/yaml.ts";
import { DEFAULT_SETTINGS, selectionSettings } from "../../src/documents/sops/selection.ts";
import { loadFormat } from "../../src/formats/index.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { NAMES, nameOf } from "../fuzz/differences.ts";
import { difference, type Case } from "../fuzz/round.ts";
import { identitiesOf } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { KEYS, withSops, type Sops } from "./sops-peer.ts";

interface Sample extends Partial<Pick<Case, "operation" | "value" | "at" | "settings">> {
  readonly format: FormatName;
  readonly text: string;
  readonly to?: FormatName;
}

/** By row: what shows it. `at` is the place that a change is made at (`placeIn`). */
const SAMPLES: Readonly<Record<string, Sample>> = {
  "nothing to encrypt": { format: "dotenv", text: "" },
  "only comments in YAML": { format: "yaml", text: "# c\n" },
  "duplicate keys": { format: "json", text: '{"a":1,"a":2}' },
  "text after JSON": { format: "json", text: '{"a":1} x' },
  "quotes over lines in dotenv": { format: "dotenv", text: 'A="x\nB=y"\n' },
  "comment marks in INI values": { format: "ini", text: "[s]\na = p#ss\n" },
  "dropped text in INI": { format: "ini", text: "[s] x\na = 1\n" },
  "last comment in INI": { format: "ini", text: "a = 1\n; end\n" },
  "header comment in INI": { format: "ini", text: "[s] ; x\na = 1\n" },
  "two comments in INI": { format: "ini", text: "; one\na = 1 ; two\n" },
  "numbered keys in INI": { format: "ini", text: "- = 1\n" },
  "backquotes in INI keys": { format: "ini", text: "a`b = 1\n" },
  "lists in set": { format: "json", text: '{"a":1}', operation: "set", value: "[1]" },
  "large numbers in set": { format: "json", text: '{"a":1}', operation: "set", value: "1234567890123456789" },
  "numbers in set": { format: "dotenv", text: "A=1\n", operation: "set", value: "5" },
  "structures in dotenv and INI": { format: "ini", text: "[s]\na = 1\n", operation: "set", value: '{"b":1}' },
  "escapes in dotenv": { format: "dotenv", text: "A=1\n", operation: "set", value: String.raw`"a\\nb"` },
  "comments of removed INI keys": { format: "ini", text: "[s]\na = 1\n; of b\nb = 2\n", operation: "unset" },
  "whole INI sections": { format: "ini", text: "[s]\na = 1\n[t]\nb = 2\n", operation: "set", value: "{}", at: 10 },
  "repeated INI sections": { format: "ini", text: "[s]\na = 1\n[s]\nb = 2\n", operation: "unset" },
  "binary is one value": { format: "binary", text: "x", operation: "unset" },
  "null as text": { format: "json", text: '{"a":null}', operation: "convert", to: "dotenv" },
  "bytes as text": { format: "binary", text: "\u00ff", operation: "convert", to: "json" },
  "nested INI": { format: "json", text: '{"a":{"b":{"c":1}}}', operation: "convert", to: "ini" },
  "keys and values of dotenv and INI": { format: "json", text: '{"":1}', operation: "convert", to: "dotenv" },
  "whole floats as text": { format: "json", text: '{"a":1e2}', operation: "convert", to: "dotenv" },
  "comments when converted": { format: "dotenv", text: "# c\nA=1\n", operation: "convert", to: "yaml" },
  "files that sops cannot open": {
    format: "yaml",
    text: "k: -0.0\n",
    settings: selectionSettings({ encrypted_suffix: "_secret" }, false),
  },
  "last block in YAML": {
    format: "yaml",
    text: "k: |\n  a",
    settings: selectionSettings({ encrypted_suffix: "_secret" }, false),
  },
  "indentation digits in YAML": { format: "json", text: '{"l":[" a\\nb"]}', operation: "convert", to: "yaml" },
  "extracted structures": { format: "yaml", text: "m:\n  # c\n  a: 2024-01-01\n", operation: "extract", at: 10 },
};

/** By row: the file of tests that holds it, and words in it. */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  layout: ["interop/yaml-changes.test.ts", "one edit changes one value"],
  "comments in lists": ["interop/sops-comments.test.ts", "cannot open its own file"],
  "comments that are lost": ["scripts/encrypt/comments-decide-what-is-encrypted.txtar", "JSON has none"],
  "comments that no longer count": [
    "scripts/edit/comments-go-on-deciding-what-is-encrypted.txtar",
    "unset public.yaml",
  ],
  "expressions that match encrypted comments": ["documents/leaf-selection.test.ts", "by chance"],
  "aliases that copy comments": ["documents/leaf-selection.test.ts", "an alias copies comments"],
  "groups under a rule": ["scripts/groups/under-a-rule-the-policy-says.txtar", "the policy decides"],
  "deleted groups": ["interop/sops-groups.test.ts", "does not know the new data key"],
  "groups that lock out": ["scripts/groups/adds-and-deletes-key-groups.txtar", "--allow-lockout"],
  "in place": ["scripts/groups/adds-and-deletes-key-groups.txtar", "groups add secrets.yaml"],
  "list positions": ["interop/differences.test.ts", "counts the values of a list"],
  "unknown formats": ["scripts/decrypt/prints-another-format.txtar", "unknown format"],
  "nearest policy": ["scripts/every-verb/the-nearest-policy-within-the-repository-applies.txtar", "secrets"],
  "broken policy": ["scripts/every-verb/a-broken-policy-stops-writes-and-warns-on-reads.txtar", "exit 2 secrets set"],
  "broken expressions": ["policy/policy-errors.test.ts", "_regex"],
  filename_regex: ["policy/policy-errors.test.ts", "filename_regex of the first sops"],
  "other names of the policy": ["scripts/every-verb/without-a-policy.txtar", ".sops.yml"],
  "removed readers": ["scripts/rekey/removing-a-reader-makes-a-new-data-key.txtar", "rekey"],
  publishing: ["scripts/decrypt/stores-and-indent-lay-out-what-is-printed.txtar", "destination_rules"],
  stores: ["interop/stores.test.ts", "indentation under"],
};

const DOCS = readFileSync(join(import.meta.dirname, "..", "..", "docs", "sops.md"), "utf8");
const ROWS = [...DOCS.matchAll(/^\| (?!name |---)([^|]+) \|/gm)].map(([, name = ""]) => name);

describe("the rows of docs/sops.md", () => {
  test("have a test each, and the fuzz knows no others", () => {
    const tested = [...Object.keys(SAMPLES), ...Object.keys(ELSEWHERE)];
    expect([...ROWS].sort((a, b) => a.localeCompare(b))).toEqual(tested.sort((a, b) => a.localeCompare(b)));
    expect(NAMES.filter((name) => !ROWS.includes(name))).toEqual([]);
  });

  test.each(Object.entries(ELSEWHERE))("%s is held where it is said to be", (_, [file, words]) => {
    expect(readFileSync(join(import.meta.dirname, "..", file), "utf8")).toContain(words);
  });
});

async function differs(sops: Sops, row: string, { format, to = "json", ...sample }: Sample): Promise<void> {
  const [own, other] = await Promise.all([loadFormat(format), loadFormat(to)]);
  const given: Case = {
    operation: "rotate",
    value: "1",
    at: 1,
    other: "",
    settings: DEFAULT_SETTINGS,
    ...sample,
    format: own,
    to: other,
  };
  const found = await difference({ sops, identities: await identitiesOf(KEYS.native) }, given);
  expect({ found, row: found && nameOf(found, given) }).toEqual({ found: expect.anything(), row });
}

async function listPositions(sops: Sops): Promise<void> {
  const age = (await identitiesOf(KEYS.native))[0]?.recipients[0]?.text ?? "";
  const text = "a:\n  - one\n  # c\n  - two\n";
  sops.write("l.yaml", text);
  sops.write("s.yaml", sops.run(["encrypt", "--age", age, "l.yaml"]));
  expect(sops.run(["decrypt", "--extract", '["a"][2]', "s.yaml"])).toBe("two");
  expect(Buffer.from(yaml.extract(yaml.parse(text, "open"), ["a", 1])).toString()).toBe("two");
}

describePeer("sops", (check) => {
  for (const [row, sample] of Object.entries(SAMPLES)) {
    check(`we differ as docs/sops.md says: ${row}`, (path) =>
      withSops(path, { native: KEYS.native }, (sops) => differs(sops, row, sample)),
    );
  }
  check("sops counts the comments in a list, and ours counts the values of a list", (path) =>
    withSops(path, { native: KEYS.native }, listPositions),
  );
});
