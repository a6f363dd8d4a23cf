/**
 * Which documents does the fuzz try?
 *
 * Of every format both what people write and a soup of its marks, in which most documents are odd and some are none.
 */
import fc from "fast-check";
import type { FormatName } from "../../src/formats/format.ts";
import { text as dotenvText } from "../formats/made-dotenv.ts";
import { text as iniText } from "../formats/made-ini.ts";
import { layoutOf } from "../formats/yaml-layouts.ts";

const WORDS = [
  "a",
  "b1",
  "key",
  "x y",
  "é",
  "😀",
  "-",
  "~",
  "0",
  "07",
  "1e3",
  "1.50",
  "true",
  "No",
  "null",
  "ENC[x]",
  "a\\nb",
];
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }) },
);

/** Pieces joined to a text. */
const soup = (pieces: readonly string[], maxLength = 25) =>
  fc
    .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: word }), {
      maxLength,
    })
    .map((parts) => parts.join(""));

const dotenv = fc.oneof(
  dotenvText,
  soup([
    "\n",
    "\n",
    "=",
    "=",
    "#",
    '"',
    "'",
    "\\n",
    "\\",
    " ",
    "\r\n",
    "export ",
    "A=1\n",
    "B=\n",
    "$",
    "\t",
    "sops_",
    "\ufeff",
  ]),
);

const ini = fc.oneof(
  iniText,
  soup([
    "\n",
    "\n",
    "\n[s]\n",
    "[",
    "]",
    "=",
    " = ",
    ":",
    "; c\n",
    "# c\n",
    ";",
    "#",
    '"',
    "'",
    "`",
    '"""',
    "\\",
    "\\\n",
    " ",
    "\t",
    "\r\n",
  ]),
  soup([
    "\nk = v",
    "\n[t]\n",
    "\n[t.u]",
    "\n; c",
    "\n# d",
    " ; e",
    "\nq = `a;b`",
    '\nm = """a\nb"""',
    "\nn = 'x'",
    "\nb",
    "\n",
  ]),
);

const numbers = fc.oneof(
  fc.double().filter(Number.isFinite).map(String),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.constantFrom(
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1.0",
    "1e2",
    "1E400",
    "1e-400",
    "9223372036854775807",
    "9223372036854775808",
    "0.1e1",
    "1e21",
    "1e-7",
  ),
);
const blank = fc.constantFrom("", "", "", " ", "\n", "\t", "  \r\n");
const strings = fc.oneof(
  word.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"\\ud800"',
    '"\\u0000"',
    '"<&>"',
    '"\\u003c"',
    '"\\/"',
    '""',
    '"a\\nb\\n"',
    '"\u2028"',
    '"ENC[AES256_GCM,data:x"',
  ),
);
const { value: jsonValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: strings },
    { weight: 2, arbitrary: numbers },
    { weight: 1, arbitrary: fc.constantFrom("true", "false", "null") },
    {
      weight: 2,
      arbitrary: fc
        .tuple(blank, fc.array(tie("value"), { maxLength: 3 }))
        .map(([gap, items]) => `[${gap}${items.join(`,${gap}`)}${gap}]`),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(blank, entries(tie("value"))).map(([gap, all]) => `{${gap}${all.join(`${gap},`)}${gap}}`),
    },
  ),
}));

function entries(value: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  const entry = fc.tuple(strings, blank, value).map(([key, gap, text]) => [key, `${key}${gap}:${gap}${text}`] as const);
  const distinct = fc.uniqueArray(entry, { maxLength: 5, selector: ([key]) => key });
  return fc
    .oneof({ weight: 9, arbitrary: distinct }, { weight: 1, arbitrary: fc.array(entry, { maxLength: 5 }) })
    .map((all) => all.map(([, text]) => text));
}

const object = fc
  .tuple(blank, entries(jsonValue), blank)
  .map(([before, all, after]) => `${before}{${all.join(",")}}${after}`);
const json = fc.oneof(
  { weight: 6, arbitrary: object },
  {
    weight: 1,
    arbitrary: soup(["{", "}", "[", "]", ",", ":", '"', '"a"', '"a":', "1", "true", "\\", " ", "\n", '{"a":1}']),
  },
  { weight: 1, arbitrary: jsonValue },
);

const layout = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 30 }), fc.boolean(), fc.boolean())
  .map(([seed, lossy, wild]) => layoutOf(seed, { lossy, wild }));
const flowed = fc
  .array(fc.tuple(word, jsonValue), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(([, text], at) => `k${at}: ${text}\n`).join(""));
const plain = fc
  .array(word, { minLength: 1, maxLength: 8 })
  .map((all) => all.map((text, at) => `k${at}: ${text}\n`).join(""));
const yaml = fc.oneof(
  { weight: 4, arbitrary: layout },
  { weight: 2, arbitrary: flowed },
  { weight: 2, arbitrary: plain },
  {
    weight: 2,
    arbitrary: soup([
      "\n",
      "\n",
      "\n  ",
      "\n    ",
      "a: ",
      "b: ",
      "- ",
      "? ",
      ": ",
      "|\n  ",
      ">-\n  ",
      "'",
      '"',
      "{",
      "}",
      "[",
      "]",
      ", ",
      "# c",
      " # c\n",
      "&x ",
      "*x",
      "<<: ",
      "!!str ",
      "!!int ",
      "!t ",
      "---\n",
      "...\n",
      "\t",
      "\r\n",
      "2024-01-01",
      "0x1f",
      ".inf",
      "1_0",
      "yes",
      "sops: ",
    ]),
  },
);

const binary = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc.oneof(json, dotenv, ini).map((text) => Buffer.from(text).toString("latin1")),
  fc.constantFrom("", "\n", "ENC[AES256_GCM,data:x]", '{"data": "x"}', "\u00ef\u00bb\u00bfbom", "\u0000"),
);

/** An open text, as the format decodes it. */
export const documents: Readonly<Record<FormatName, fc.Arbitrary<string>>> = { yaml, json, dotenv, ini, binary };

/** A JSON value to set. */
export const setValues = fc.oneof(jsonValue, strings, strings);
