import { describe, expect, test } from "vitest";
import {
  changeLine,
  compareKeys,
  EMPTY_PIN,
  isPinned,
  keysOfPolicy,
  keysOfRule,
  parsePin,
  pinOf,
  pinText,
} from "../../src/policy/key-pin.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A, B, C, S, S_AS_AGE } from "./keys.ts";

const keysOf = async (text: string) => keysOfPolicy(await parsePolicy(text, ".sops.yaml"), ".sops.yaml");

async function changes(before: string, after: string): Promise<string[]> {
  const pin = await parsePin(pinText(pinOf(await keysOf(before)), "/repo"), "pin.json");
  return compareKeys(pin, await keysOf(after)).map(changeLine);
}

test.each([
  ["nothing", `users: { bob: ${A} }`, `users: { bob: ${A} }`, []],
  ["a new person", `users: { bob: ${A} }`, `users: { bob: ${A}, carol: ${B} }`, [`+ carol: ${B}`]],
  ["a second key", `users: { bob: ${A} }`, `users: { bob: [${A}, ${B}] }`, [`+ bob: another key, ${B}`]],
  ["another key", `users: { bob: ${A} }`, `users: { bob: ${B} }`, [`~ bob: key changed, was ${A}, now ${B}`]],
  ["a key that goes", `users: { bob: [${A}, ${B}] }`, `users: { bob: ${A} }`, [`- bob: ${B}`]],
  ["somebody who goes", `users: { bob: ${A}, al: ${B} }`, `users: { bob: ${A} }`, [`- al: ${B}`]],
  [
    "keys that change their owners",
    `users: { bob: ${A}, carol: ${B} }`,
    `users: { bob: ${B}, carol: ${A} }`,
    [`~ bob: key changed, was ${A}, now ${B}`, `~ carol: key changed, was ${B}, now ${A}`],
  ],
  ["a host for a user of the same name", `users: { web: ${A} }`, `hosts: { web: ${A} }`, []],
  ["the other face of a key", `users: { bob: "${S}" }`, `users: { bob: ${S_AS_AGE} }`, []],
  [
    "a literal recipient of a rule",
    `creation_rules: [{ path_regex: ^a/, age: ${A} }]`,
    `creation_rules: [{ path_regex: ^a/, age: "${A},${B}" }]`,
    [`+ .sops.yaml: ^a/: another key, ${B}`],
  ],
  [
    "a literal recipient under another rule",
    `creation_rules: [{ path_regex: ^a/, age: ${A} }]`,
    `creation_rules: [{ path_regex: ^a/, age: ${A} }, { age: ${A} }]`,
    [`+ .sops.yaml: every path: ${A}`],
  ],
  [
    "a literal recipient of an exact path, and of a key group",
    `users: { bob: ${C} }`,
    `users: { bob: ${C} }\nsecrets: { a.age: [bob, ${A}] }\ncreation_rules: [{ key_groups: [{ age: [bob] }, { age: [${B}] }] }]`,
    [`+ .sops.yaml: a.age: ${A}`, `+ .sops.yaml: every path: ${B}`],
  ],
  ["a name that objects have", `users: { bob: ${A} }`, `users: { bob: ${A}, __proto__: ${B} }`, [`+ __proto__: ${B}`]],
])("%s is told from what was confirmed", async (...[, before, after, lines]) => {
  expect(await changes(before, after)).toEqual(lines);
});

test("an SSH key is shown by the fingerprint that ssh-keygen prints", async () => {
  const [change] = compareKeys(EMPTY_PIN, await keysOf(`users: { bob: "${S} bob@laptop" }`));
  expect(change && changeLine(change)).toBe(
    "+ bob: ssh-ed25519 SHA256:YYP4nistQ5Rlor4P3SUIdnT5LoI3qbavpvglkvzbs0M (bob@laptop)",
  );
});

test("a rule asks for its own keys only, each under its own name", async () => {
  const policy = await parsePolicy(`users: { bob: ${A} }\ncreation_rules: [{ readers: [bob, ${B}] }]`, ".sops.yaml");
  const rule = policy.rule("x");
  const keys = rule === undefined ? [] : keysOfRule(rule, ".sops.yaml");
  expect(keys.map(({ owner, kind }) => `${kind} ${owner}`)).toEqual(["name bob", "rule .sops.yaml: every path"]);
  const pin = pinOf(await keysOf(`users: { bob: ${B} }`));
  expect(keys.map((key) => isPinned(pin, key))).toEqual([false, false]);
});

describe("what is not a pin is refused", () => {
  test.each([
    "",
    "[]",
    "null",
    `{"version":2,"names":{},"rules":{}}`,
    `{"version":1,"names":{}}`,
    `{"version":1,"names":[],"rules":{}}`,
    `{"version":1,"names":{"bob":"${A}"},"rules":{}}`,
    `{"version":1,"names":{"bob":[1]},"rules":{}}`,
    `{"version":1,"names":{"bob":["${A}x"]},"rules":{}}`,
    `{"version":1,"names":{},"rules":{}}{`,
  ])("%s", async (text) => {
    await expect(parsePin(text, "pin.json")).rejects.toMatchObject({ code: "policy", at: { file: "pin.json" } });
  });
});
