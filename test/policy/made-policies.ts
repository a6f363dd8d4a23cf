/**
 * Policies that a seed makes: every choice of layout, spelling and sharing that a policy can have; and the same with a few
 * characters changed.
 */
import { A, B, C, S } from "./keys.ts";

const KEYS = [A, B, C, S];

type Random = () => number;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  const found = choices[Math.floor(random() * choices.length)];
  if (found === undefined) throw new RangeError("nothing to choose from");
  return found;
}

const some = (random: Random, most: number, make: () => string) =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make);

function spelled(random: Random, text: string): string {
  return pick(random, [
    text,
    text,
    text,
    `"${text.replaceAll("\\", "\\\\")}"`,
    `'${text}'`,
    `!!str ${text}`,
    `&${pick(random, ["a", "b"])} ${text}`,
    `"${text.replaceAll("\\", "\\\\").replace("e", "\\x65")}"`,
  ]);
}

function recipients(random: Random): string {
  const keys = [pick(random, KEYS), ...some(random, 2, () => pick(random, KEYS))];
  const comma = pick(random, [",", ", ", " ,", ",,"]);
  const lines = (indent: string) => keys.map((key) => `\n      ${indent}${key}`);
  return pick(random, [
    () => spelled(random, keys.join(comma)),
    () => `"${keys.join(comma)}${pick(random, ["", ",", "\\n", " ", "\\t", "\\u00a0"])}"`,
    () => `[${keys.map((key) => spelled(random, key)).join(", ")}${pick(random, ["", "", "", ",", ", ~"])}]`,
    () => lines("- ").join(pick(random, ["", " # note", "\n      # note", "\n"])),
    () => `${pick(random, [">", "|", ">-", "|+", "|2", "> # x"])}${lines("").join(pick(random, [",", "", ",\n"]))}`,
    () => keys.join(",\n      "),
    () => pick(random, ["*a", "*b", "[*a]", "[*a, *b]", "[*a, *b]"]),
  ])();
}

function group(random: Random): string {
  const list = () => `[${[pick(random, KEYS), ...some(random, 2, () => pick(random, KEYS))].join(", ")}]`;
  return pick(random, [
    () => `{ age: ${list()} }`,
    () => `{ merge: [{ age: ${list()} }], age: ${list()} }`,
    () => `{ merge: [${group(random)}] }`,
    () => pick(random, ["{ age: [*a] }", "{ <<: *g }", "{ age: [*b, *a], pgp: [] }", "{}", "*a"]),
  ])();
}

const EXPRESSIONS = [
  "^secrets/",
  "json$",
  "x\\.json",
  "",
  "~",
  "^other",
  ".*",
  "[^/]+\\.(ya?ml|json)$",
  "(?i)SECRETS",
  "true",
];

const ODDITIES: readonly ((random: Random) => string)[] = [
  (random) => `<<: ${pick(random, ["*m", "*n", "[*m]", "[*m, *n]", "{ path_regex: json }", "*a"])}`,
  (random) => `shamir_threshold: ${pick(random, ["0", "1", "2", "3", "02", "~", '"2"', "2.0"])}`,
  (random) => `mac_only_encrypted: ${pick(random, ["true", "yes", "On", "n", '"no"', "~", "0"])}`,
  (random) =>
    `${pick(random, ["encrypted_regex", "unencrypted_suffix"])}: ${spelled(random, pick(random, ["^d$", "_x"]))}`,
  (random) => pick(random, ["owner: me", "x: [1, {y: 2}]", "aws_profile: p", "# note", "pgp: ''", "kms: []", "Age: q"]),
  (random) => `age: ${recipients(random)}`,
  (random) => `key_groups: [${[group(random), ...some(random, 2, () => group(random))].join(", ")}]`,
];

function rule(random: Random): string {
  const expression = () => `path_regex: ${spelled(random, pick(random, EXPRESSIONS))}`;
  const first = pick(random, [
    () => [`age: ${recipients(random)}`],
    () => [`age: ${recipients(random)}`, expression()],
    () => [expression(), `age: ${recipients(random)}`],
    () => [expression(), `key_groups: [${group(random)}, ${group(random)}]`],
    () => ["<<: *m"],
  ])();
  const settings = random() < 0.4 ? [...first, pick(random, ODDITIES)(random)] : first;
  const inline = settings.every((each) => !/[\n#]/.test(each)) && random() < 0.3;
  if (inline) return `  - { ${settings.join(", ")} }\n`;
  return `  - ${settings.join(pick(random, ["\n    ", "\n    ", "\n\n    ", "\n    # c\n    "]))}\n`;
}

/** Its anchors `a` and `b` are keys, `m` and `n` rules. */
export function madePolicy(seed: number): string {
  const random = randomFrom(seed);
  const rules = [rule(random), ...some(random, 2, () => rule(random))];
  const text = [
    pick(random, ["", "", "---\n", "# note\n", "\uFEFF"]),
    `keys:\n  - &a ${pick(random, KEYS)}\n  - &b ${pick(random, KEYS)}\n`,
    `g: &g { age: [${pick(random, KEYS)}] }\nm: &m { age: ${pick(random, KEYS)}, path_regex: ^secrets/ }\nn: &n { age: ${pick(random, KEYS)} }\n`,
    `creation_rules:${pick(random, ["", " # c"])}\n${rules.join(pick(random, ["", "", "\n", "  # c\n", "# c\n"]))}`,
    pick(random, ["", "", "stores: {}\n", "...\n", "# end"]),
  ].join("");
  return random() < 0.15 ? text.replaceAll("\n", "\r\n") : text;
}

const SNIPPETS = [
  ..."\n \r \t # : - , [ ] { } & * ! | > ' \" % @ ` ? ~ < = \\ 0 a".split(" "),
  " ",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u00a0",
  "\uFEFF",
  "\0",
  "\n    ",
  "\n  - ",
  ": ",
  " #",
  "#\u2028    age: ",
  "\n---\n",
  "\n...\n",
  "<<: ",
  "!!binary ",
  "*a",
  "&a ",
];

/** A made policy with one to three characters added, removed or doubled. */
export function mutatedPolicy(seed: number): string {
  const random = randomFrom(seed ^ 0x5eed);
  let text = madePolicy(seed);
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes -= 1) {
    const at = Math.floor(random() * text.length);
    const cut = random() < 0.4 ? 1 + Math.floor(random() * 4) : 0;
    const add = cut === 0 || random() < 0.3 ? pick(random, SNIPPETS) : "";
    text = text.slice(0, at) + add + text.slice(at + cut);
  }
  return text;
}
