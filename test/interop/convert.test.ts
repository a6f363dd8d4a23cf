/**
 * Do we print a document in another format as the real sops does, byte for byte?
 *
 * Where the bytes differ, what sops prints must not read back as what it was made from, and what we print must.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { converted, convertedAt } from "../../src/formats/convert.ts";
import type { Content, Format, Step } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly, identitiesOf } from "../documents/ring.ts";
import { corpus, layoutOf } from "../formats/yaml-layouts.ts";
import { describePeer } from "./peer.ts";
import { KEYS, withSops, type Sops } from "./sops-peer.ts";

const other = (format: Format): Format => (format === yaml ? json : yaml);

interface Both {
  readonly ours: string;
  readonly theirs: string;
}

interface Asked {
  readonly text: string;
  readonly from: Format;
  readonly steps?: readonly Step[];
}

/** What we make of a text in the other format, or of one value of it, and what sops does. */
async function both(sops: Sops, { text, from, steps }: Asked): Promise<Both> {
  const recipients = [(await identitiesOf(KEYS.native)).flatMap((each) => each.recipients)];
  const { opened } = await freshly({ text, format: from, recipients });
  const to = other(from);
  const conversion = { parsed: from.parse(opened.openText, "open"), from, to };
  const ours = answer(() =>
    steps === undefined ? converted(conversion).text : Buffer.from(convertedAt(conversion, steps)).toString(),
  );
  const path = steps?.map((step) => `[${JSON.stringify(step)}]`).join("");
  sops.write(`sealed.${from.name}`, opened.text);
  const extract = path === undefined ? [] : ["--extract", path];
  const theirs = answer(() => sops.run(["decrypt", ...extract, "--output-type", to.name, `sealed.${from.name}`]));
  return { ours, theirs };
}

function answer(work: () => string): string {
  try {
    return work();
  } catch {
    return "refused";
  }
}

/** What a text says, with numbers by their bytes alone, since sops prints 1.0 as 1 and -0.0 as -0. */
function said(text: string, format: Format): unknown {
  try {
    return format.read(format.parse(text, "open")).map(plain);
  } catch {
    return "unreadable";
  }
}

function plain(content: Content): unknown {
  if (content.kind === "list") return content.items.map(plain);
  if (content.kind === "map") return { entries: content.entries.map(([key, value]) => [key, plain(value)]) };
  const { type, bytes } = content.scalar;
  const text = Buffer.from(bytes).toString();
  return type === "float" || type === "int" ? `number ${text === "-0" ? "0" : text}` : `${type} ${text}`;
}

const ODD = [
  "<<",
  "=",
  "---",
  "...",
  "---a",
  "~",
  "yes",
  "N",
  "on",
  "0777",
  "1_000",
  "0x1f",
  "1:30",
  "1e3",
  ".5",
  "+.inf",
];
const MORE = ["2024-01-01", "NaN", "- a", "-", "?a", "? a", ":", "a: b", "a #b", "#a", "a#b", "!a", "%a", "@a", "`a"];
const PARTS = [
  " ",
  "  ",
  "\n",
  "\n\n",
  "\t",
  "\r",
  ":",
  "#",
  "'",
  '"',
  "\\",
  ",",
  "[",
  "]",
  "{",
  "}",
  "&",
  "*",
  "|",
  ">",
];
const RARE = ["\u0000", "\u001b", "\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufffe", "😀", "é", "<"];

const strings = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...ODD, ...MORE, ...PARTS, ...RARE, "a", "b<<", "c", "1", "-")) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...ODD, ...MORE), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom("a", "b ", " c", "\n", "\n", "\td"), { minLength: 1 }) },
  )
  .map((parts) => parts.join("").replace(/^<<$/, "< <"));
const keys = fc.oneof(
  { weight: 6, arbitrary: strings },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 150 }).map((length) => "k".repeat(length)) },
);
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.integer({ min: -12, max: 25 }).map((power) => Number(`1e${power}`)),
  fc
    .tuple(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: -9, max: 9 }))
    .map(([a, b]) => Number(`${a}e${b}`)),
);
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: strings.map((text) => JSON.stringify(text)) },
    { weight: 2, arbitrary: numbers.map((number) => JSON.stringify(number)) },
    { weight: 1, arbitrary: fc.constantFrom("null", "true", "false", "1.0", "-0.0", "9223372036854775807") },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`) },
    {
      weight: 3,
      arbitrary: fc
        .uniqueArray(fc.tuple(keys, tie("value")), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${String(value)}`).join(",")}}`),
    },
  ),
}));

/** The stretches of a printed text, one for each case. */
function stretches(text: string): readonly string[] {
  return text.split(/^(?=case \d+\.:)/m);
}

async function generatedJson(sops: Sops): Promise<void> {
  const made = fc.sample(values, { numRuns: 3000, seed: 7 }).map((value, index) => `"case ${index}.": ${value}`);
  const { ours, theirs } = await both(sops, { text: `{${made.join(",\n")}}`, from: json });
  const [our, their] = [stretches(ours), stretches(theirs)];
  const printed = their.map((each, index) => ({ sops: each, ours: our[index] ?? "", index }));
  expect(printed.length).toBe(made.length);
  const different = printed.filter((each) => each.ours !== each.sops);
  const meant = (index: number) => said(`{${made[index] ?? ""}}`, json);
  for (const each of different) {
    expect({ ...each, said: said(each.ours, yaml) }).toEqual({ ...each, said: meant(each.index) });
  }
  // Ours are quoted where parsers other than go-yaml read something else.
  const readBack = different.filter(
    (each) =>
      !/[\u2028\u2029]/.test(each.sops) &&
      each.ours.replaceAll('"="', "=") !== each.sops &&
      JSON.stringify(said(each.sops, yaml)) === JSON.stringify(meant(each.index)),
  );
  expect(readBack).toEqual([]);
  expect(different.length).toBeLessThan(made.length / 5);
  expect(said(ours, yaml)).toEqual(said(`{${made.join(",")}}`, json));
}

const YAML_STEPS: readonly (readonly Step[])[] = [
  ["m"],
  ["l"],
  ["l", 1],
  ["t"],
  ["f"],
  ["n"],
  ["s"],
  ["c"],
  ["e"],
  ["none"],
];
const YAML_TEXT = `# head
m: &m {b: "<&>", a: [], c: {}} # inline
l: [1, {x: *m}]
t: 2024-01-01
f: 1e3
n: null
s: |
  two
  lines
c: yes
e: ""
merged:
  <<: *m
---
second: document
`;
const ONE_DOCUMENT = YAML_TEXT.slice(0, YAML_TEXT.indexOf("---\n"));
const JSON_STEPS: readonly (readonly Step[])[] = [
  ...["m", "l", "f", "n", "s", "q", "e", "i", "none"].map((key) => [key]),
  ["l", 0],
  ["l", 1],
  ["m", "once"],
];
const JSON_TEXT = `{"m": {"b": "a\\nb", "once": 1}, "l": [{"a": [1]}, [], {}], "f": 1e6, "n": null, "s": "x\\n",
"q": "yes", "e": "", "i": 7, "yes": true}`;

/** What sops opens of a text that we, and that sops itself, encrypted in the other format. */
async function encryptedAs(sops: Sops, text: string, from: Format): Promise<Both> {
  const identities = await identitiesOf(KEYS.native);
  const recipients = [identities.flatMap((each) => each.recipients)];
  const to = other(from);
  const carried = converted({ parsed: from.parse(text, "open"), from, to });
  const ours = sops.decrypt(`sealed.${to.name}`, (await freshly({ text: carried.text, format: to, recipients })).text);
  sops.write(`plain.${from.name}`, text);
  const age = identities[0]?.recipients[0]?.text ?? "";
  const sealed = sops.run(["encrypt", "--age", age, "--output-type", to.name, `plain.${from.name}`]);
  return { ours, theirs: sops.decrypt(`sealed.${to.name}`, sealed) };
}

async function corpusToJson(sops: Sops): Promise<void> {
  for (const [name, text] of corpus) {
    const { ours, theirs } = await both(sops, { text, from: yaml });
    expect({ [name]: ours }).toEqual({ [name]: theirs });
    expect(ours === "refused").toBe(/\.inf|\.nan/i.test(text));
  }
}

async function generatedToJson(sops: Sops): Promise<void> {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { ours, theirs } = await both(sops, { text: layoutOf(seed, { lossy: true, wild: false }), from: yaml });
    expect({ [seed]: ours }).toEqual({ [seed]: theirs });
  }
}

async function oneValue(sops: Sops): Promise<void> {
  const asked = [
    ...YAML_STEPS.map((steps) => ({ text: ONE_DOCUMENT, from: yaml, steps })),
    ...JSON_STEPS.map((steps) => ({ text: JSON_TEXT, from: json, steps })),
  ];
  for (const each of asked) {
    const { ours, theirs } = await both(sops, each);
    expect({ [each.steps.join("/")]: ours }).toEqual({ [each.steps.join("/")]: theirs });
  }
}

async function wholeDocuments(sops: Sops): Promise<void> {
  for (const asked of [
    { text: YAML_TEXT, from: yaml },
    { text: JSON_TEXT, from: json },
  ]) {
    const { ours, theirs } = await both(sops, asked);
    expect(ours).toEqual(theirs);
  }
}

async function encryptedElsewhere(sops: Sops): Promise<void> {
  const fromYaml = await encryptedAs(sops, ONE_DOCUMENT, yaml);
  expect(fromYaml.ours).toEqual(fromYaml.theirs);
  const fromJson = await encryptedAs(sops, JSON_TEXT, json);
  expect(fromJson.ours).toEqual(fromJson.theirs);
}

const CHECKS: readonly (readonly [string, (sops: Sops) => Promise<void>])[] = [
  [`${corpus.length} YAML layouts become the JSON that sops prints`, corpusToJson],
  ["60 generated YAML layouts become the JSON that sops prints", generatedToJson],
  ["3,000 generated JSON values become the YAML that sops prints, where that reads back", generatedJson],
  ["one value is extracted in the other format as sops does", oneValue],
  ["of several documents the first is converted; merges stay", wholeDocuments],
  ["what is encrypted in another format opens in sops as what sops encrypted so", encryptedElsewhere],
];

describePeer("sops", (check) => {
  for (const [title, body] of CHECKS) {
    check(title, async (path) => {
      await withSops(path, { native: KEYS.native }, body);
    });
  }
});
