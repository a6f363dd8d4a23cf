import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRecipient } from "../../src/keys/index.ts";
import { ageRecipients } from "../../src/policy/policy.ts";
import type { Policy, Ruling } from "../../src/policy/policy.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A, B, C, S, S_AS_AGE } from "./keys.ts";

const PEOPLE = `users:\n  alice: ${A}\n  bob: [${B}, ${S} bob@desk]\nhosts:\n  web1: ${C}\n`;

function parse(text: string): Promise<Policy> {
  return parsePolicy(text, ".sops.yaml");
}

async function ruled(text: string, path = "secrets/a.yaml"): Promise<Ruling> {
  const ruling = (await parse(text)).rule(path);
  if (ruling === undefined) throw new Error(`no rule for ${path}`);
  return ruling;
}

function names(ruling: Ruling | undefined): string[] {
  return ruling?.readers.map(({ name }) => name) ?? [];
}

describe("an empty policy", () => {
  test.each(["", "# nothing\n", "---\n", "creation_rules:\n", "users:\nteams: ~\ncreation_rules: []\n"])(
    "rules no path: %j",
    async (text) => {
      const policy = await parse(text);
      expect(policy.rule("secrets/a.yaml")).toBeUndefined();
      expect(policy.members).toEqual([]);
      expect(policy.readerHint).toBe(true);
    },
  );
});

describe("the text of a policy", () => {
  test("may have a byte order mark, Windows line ends and a document start", async () => {
    const policy = await parse(`\uFEFF---\r\nusers:\r\n  alice: ${A}\r\nsecrets:\r\n  a: [alice]\r\n`);
    expect(names(policy.rule("a"))).toEqual(["alice"]);
    expect(policy.rule("a")?.at).toMatchObject({ line: 5, column: 3 });
  });

  test("may have anchors that look like keys, as people write them over their lists", async () => {
    const text = `keys:\n  - &users:\n    - &alice ${A}\n  - &hosts:\n    - &web1 ${C}\ncreation_rules:\n  - age: [*alice, *web1]\n`;
    expect(names(await ruled(text))).toEqual(["alice", "web1"]);
  });

  test("may use an anchor's name again: what follows means the later one", async () => {
    const text = `keys: [&k ${A}, &k ${B}]\ncreation_rules:\n  - age: *k\n`;
    expect(names(await ruled(text))).toEqual([B]);
  });

  test("keeps names and settings as they are written, whatever type YAML gives them", async () => {
    const text = `users: { 0123: ${A}, 1e3: ${B}, null: ${C} }\ncreation_rules:\n  - readers: [0123, 1e3]\n    encrypted_suffix: 010\n`;
    const ruling = await ruled(text.replace(", null", ", no"));
    expect(names(ruling)).toEqual(["0123", "1e3"]);
    expect(ruling.settings.selection?.value).toBe("010");
  });
});

describe("members", () => {
  test("are one key, several keys or a mapping", async () => {
    const { members } = await parse(
      `users:\n  a: ${A}\n  b: [${B}]\n  c: { keys: [${C}], as: ssh }\nhosts:\n  d: { keys: ${S} d@host, as: both }\n`,
    );
    expect(members.map(({ name, kind, as, at }) => [name, kind, as, at.line])).toEqual([
      ["a", "user", "age", 2],
      ["b", "user", "age", 3],
      ["c", "user", "ssh", 4],
      ["d", "host", "both", 6],
    ]);
    expect(members[3]?.keys[0]).toMatchObject({ text: S, comment: "d@host", kind: "ssh-ed25519" });
  });

  test("are named by their anchors where a file of stock sops lists them so", async () => {
    const text = `users:\n  - &alice ${A}\nhosts:\n  - &web1 ${C}\ncreation_rules:\n  - age: [*alice, *web1]\n`;
    const policy = await parse(text);
    expect(policy.members.map(({ name, kind }) => `${kind} ${name}`)).toEqual(["user alice", "host web1"]);
    expect(names(policy.rule("x"))).toEqual(["alice", "web1"]);
  });

  test("may take their keys from anchors elsewhere", async () => {
    const text = `keys:\n  - &alice ${A}\n  - &pair [${B}, ${C}]\nusers: { alice: *alice, bob: *pair }\n`;
    expect((await parse(text)).members.map(({ keys }) => keys.map((key) => key.text))).toEqual([[A], [B, C]]);
  });

  test("are found by either face of their key", async () => {
    const policy = await parse(PEOPLE);
    expect(policy.holder(await parseRecipient(S))?.name).toBe("bob");
    expect(policy.holder(await parseRecipient(S_AS_AGE))?.name).toBe("bob");
    expect(policy.holder(await parseRecipient(`${S} somebody@else`))?.name).toBe("bob");
    expect((await parse("")).holder(await parseRecipient(A))).toBeUndefined();
  });

  test("may have names in any script", async () => {
    const text = `users: { "žofie@example.org": ${A}, "007": ${B} }\nsecrets: { a: [žofie@example.org, 007] }\n`;
    expect(names(await ruled(text, "a"))).toEqual(["žofie@example.org", "007"]);
  });
});

describe("teams", () => {
  const teams = "teams:\n  all: [ops, web1]\n  ops: [alice, bob]\n  twice: [ops, all, ops]\n";

  test("are unions, with the way from the outermost inwards", async () => {
    const ruling = await ruled(`${PEOPLE}${teams}secrets:\n  secrets/a.yaml: [all]\n`);
    expect(ruling.readers.map(({ name, through }) => [name, ...through])).toEqual([
      ["alice", "all", "ops"],
      ["bob", "all", "ops"],
      ["web1", "all"],
    ]);
  });

  test("name each member once, by the first way", async () => {
    const ruling = await ruled(`${PEOPLE}${teams}secrets:\n  secrets/a.yaml: [twice, ops]\n`);
    expect(ruling.readers.map(({ name, through }) => [name, ...through])).toEqual([
      ["alice", "twice", "ops"],
      ["bob", "twice", "ops"],
      ["web1", "twice", "all"],
    ]);
  });

  test("do not stand between a path and somebody who is named himself", async () => {
    const ruling = await ruled(`${PEOPLE}${teams}secrets:\n  secrets/a.yaml: [ops, bob]\n`);
    expect(ruling.readers.map(({ name, through }) => [name, ...through])).toEqual([["alice", "ops"], ["bob"]]);
  });

  test("are told as they are written", async () => {
    expect([...(await parse(`${PEOPLE}${teams}`)).teams]).toEqual([
      ["all", ["ops", "web1"]],
      ["ops", ["alice", "bob"]],
      ["twice", ["ops", "all", "ops"]],
    ]);
  });
});

describe("readers", () => {
  test("are the whole list: age beside them adds nobody", async () => {
    const ruling = await ruled(`${PEOPLE}creation_rules:\n  - readers: [alice]\n    age: ${A},${B}\n`);
    expect(names(ruling)).toEqual(["alice"]);
    expect(ruling).toMatchObject({ plain: false, compiled: "differs" });
  });

  test.each([
    ["agrees", `age: ${S_AS_AGE},${B}, ${A}`],
    ["agrees", `age: [${A}, "${B},${S}"]`],
    ["agrees", `age: [${A}, ${B}, ${S}, ${S_AS_AGE}]`],
    ["absent", "age:"],
    ["absent", 'age: ""'],
    ["absent", "mac_only_encrypted: true"],
    ["differs", `age: ${A}`],
    ["differs", `age: ${A},${B},${S},${C}`],
    ["differs", "age: [alice, bob]"],
    ["differs", "age: age1garbage"],
    ["differs", "age: { a: b }"],
  ])("compare as %s with %s", async (compiled, age) => {
    const text = `${PEOPLE}creation_rules:\n  - readers: [alice, bob]\n    ${age}\n`;
    expect((await ruled(text)).compiled).toBe(compiled);
  });

  test("show a literal recipient by its text, and by its holder's name where it has one", async () => {
    const text = `users: { alice: ${A}, bob: { keys: [${B}, ${S}], as: both } }\nsecrets: { a: [${C}, ${S_AS_AGE}] }\n`;
    const ruling = await ruled(text, "a");
    expect(ruling.readers).toMatchObject([
      { name: C, kind: "literal", as: "age", through: [] },
      { name: "bob", kind: "user", as: "both", keys: [{ text: S }] },
    ]);
  });

  test("join a literal of a member with the member", async () => {
    const ruling = await ruled(`${PEOPLE}secrets: { a: [${S_AS_AGE}, bob] }\n`, "a");
    expect(names(ruling)).toEqual(["bob"]);
    expect(ageRecipients(ruling.readers).map((key) => key.text)).toEqual([S, B]);
  });
});

describe("a plain rule of sops", () => {
  test.each([
    ["a text with commas and blanks", `age: ${A}, ${B},`],
    ["a folded text", `age: >-\n      ${A},\n      ${B}`],
    ["a list", `age:\n      - ${A}\n      - ${B}`],
    ["a list with commas", `age: ["${A},${B}"]`],
    ["one key group", `key_groups:\n      - age: [${A}, ${B}]`],
    ["a key group that wins over age", `age: ${C}\n    key_groups:\n      - age: [${A}, ${B}]`],
  ])("takes its recipients from %s", async (_, age) => {
    const ruling = await ruled(`creation_rules:\n  - path_regex: a\n    ${age}\n`);
    expect(names(ruling)).toEqual([A, B]);
    expect(ruling).toMatchObject({ plain: true, compiled: "agrees", settings: { foreign: [] } });
    expect(ruling.settings.groups).toBeUndefined();
  });

  test("keeps an SSH key in the face in which it stands there", async () => {
    const faces = async (age: string): Promise<unknown> =>
      (await ruled(`users: { bob: ${S} }\ncreation_rules:\n  - age: ${age}\n`)).readers.map(({ name, as }) => [
        name,
        as,
      ]);
    expect(await faces(S)).toEqual([["bob", "ssh"]]);
    expect(await faces(S_AS_AGE)).toEqual([["bob", "age"]]);
    expect(await faces(`${S},${S_AS_AGE}`)).toEqual([["bob", "both"]]);
    expect(await faces(`${A},${S}`)).toEqual([
      [A, "age"],
      ["bob", "ssh"],
    ]);
  });

  test("may name no key: then sops takes those of the command line", async () => {
    const ruling = await ruled("creation_rules:\n  - encrypted_regex: ^data$\n");
    expect(ruling).toMatchObject({ readers: [], plain: true, settings: { selection: { value: "^data$" } } });
  });

  test("says which keys of other kinds it asks for", async () => {
    const text = `creation_rules:\n  - age: ${A}\n    pgp: [ABCD]\n    kms: ""\n    gcp_kms: []\n    aws_profile: me\n    azure_keyvault: x\n`;
    expect((await ruled(text)).settings.foreign.map(({ text }) => text)).toEqual(["Azure key x", "PGP key ABCD"]);
  });
});

describe("key groups", () => {
  const groups = `${PEOPLE}teams: { ops: [alice, bob] }\ncreation_rules:\n  - key_groups:\n`;

  test("hold names and recipients, and imply no threshold", async () => {
    const { settings, readers } = await ruled(`${groups}      - age: [ops]\n      - age: [web1, ${S_AS_AGE}]\n`);
    expect(settings.groups?.map((group) => group.map(({ name }) => name))).toEqual([
      ["alice", "bob"],
      ["web1", "bob"],
    ]);
    expect(readers.map(({ name }) => name)).toEqual(["alice", "bob", "web1"]);
    expect(settings.threshold).toBeUndefined();
  });

  test("merge other groups first, depth first, without duplicates", async () => {
    const text = `${groups}      - age: [web1, "${B},${A}"]\n        pgp: [X]\n        merge:\n          - age: [${C}]\n            merge: [{ age: [${A}] }]\n            hc_vault: [x]\n      - pgp: [Y]\n`;
    const { settings } = await ruled(text);
    expect(settings.groups?.map((group) => group.map(({ name }) => name))).toEqual([["alice", "web1", "bob"], []]);
    expect(settings.foreign.map(({ text }) => text)).toEqual(["Vault key x", "PGP key X", "PGP key Y"]);
  });

  test("that merge each other many times over are read once", async () => {
    const layers = Array.from({ length: 40 }, (_, n) => `  - &g${n + 1} { merge: [*g${n}, *g${n}, *g${n}] }\n`).join(
      "",
    );
    const text = `x:\n  - &g0 { age: [${A}] }\n${layers}creation_rules:\n  - key_groups: [*g40]\n`;
    expect(names(await ruled(text))).toEqual([A]);
  });
});

describe("settings", () => {
  test("come from merge keys too, and what the rule says itself wins", async () => {
    const text = `x: &x { encrypted_suffix: _s, mac_only_encrypted: yes, age: ${A} }\ny: &y { age: ${B}, path_regex: zzz }\ncreation_rules:\n  - path_regex: a\n    <<: [*x, *y]\n    encrypted_suffix: _t\n`;
    const ruling = await ruled(text);
    expect(ruling.title).toBe("a");
    expect(names(ruling)).toEqual([A]);
    expect(ruling.settings).toMatchObject({
      selection: { kind: "encrypted_suffix", value: "_t" },
      macOnlyEncrypted: true,
    });
  });

  test("are undefined where nothing is written, and 0 and empty text are nothing", async () => {
    const { settings } = await ruled(
      `creation_rules:\n  - age: ${A}\n    shamir_threshold: 0\n    encrypted_regex: ""\n    unencrypted_suffix: _x\n`,
    );
    expect(settings).toEqual({ selection: { kind: "unencrypted_suffix", value: "_x" }, foreign: [] });
  });

  test("for an exact path come from the first rule that matches too; its readers and keys do not", async () => {
    const text = `${PEOPLE}secrets: { a/b.yaml: [web1] }\ncreation_rules:\n  - path_regex: zzz\n    readers: [bob]\n  - path_regex: ^a/\n    encrypted_regex: ^data$\n    mac_only_encrypted: true\n    readers: [alice]\n    pgp: X\n    age: ${B}\n  - readers: [bob]\n`;
    const ruling = await ruled(text, "./a//b.yaml");
    expect(names(ruling)).toEqual(["web1"]);
    expect(ruling).toMatchObject({
      path: "a/b.yaml",
      kind: "secrets",
      title: "a/b.yaml",
      compiled: "agrees",
      at: { file: ".sops.yaml", line: 6, column: 12 },
      shadowed: [{ line: 10 }, { line: 16 }],
    });
    expect(ruling.settings).toEqual({
      selection: { kind: "encrypted_regex", value: "^data$" },
      macOnlyEncrypted: true,
      foreign: [],
    });
  });
});

describe("path_regex", () => {
  test.each([
    ["secrets", "a/secrets/b.yaml", true],
    ["^secrets", "a/secrets/b.yaml", false],
    ["\\Asecrets/.*\\z", "secrets/b.yaml", true],
    ["(?i)PROD", "secrets/prod.yaml", true],
    ["^[[:alpha:]]+$", "abc", true],
    ["^[[:alpha:]]+$", "a1", false],
    ["\\Q.yaml\\E$", "ayaml", false],
    [".yaml$", "ayaml", true],
    ["^$", "", true],
  ])("%s, searched for in %s as Go does, gives %s", async (pattern, path, matches) => {
    const policy = await parse(`creation_rules:\n  - path_regex: '${pattern}'\n    age: ${A}\n`);
    expect(policy.rule(path) !== undefined).toBe(matches);
    expect(policy.creationRules[0]?.title).toBe(pattern);
  });

  test("that is absent or empty takes every path", async () => {
    expect((await ruled(`creation_rules:\n  - age: ${A}\n`)).title).toBe("every path");
    expect((await ruled(`creation_rules:\n  - age: ${A}\n    path_regex: ""\n`)).title).toBe("every path");
  });
});

describe("warnings", () => {
  test("name the rules that no path reaches", async () => {
    const rule = (pattern: string): string => `  - path_regex: ${pattern}\n    age: ${A}\n`;
    const text = `creation_rules:\n${rule("^a/")}${rule("^b/")}${rule("^a/")}  - age: ${A}\n${rule("^c/")}`;
    expect((await parse(text)).warnings).toEqual([
      {
        at: { file: ".sops.yaml", line: 6, column: 5 },
        message: "no path reaches this rule: the one on line 2 comes first",
      },
      {
        at: { file: ".sops.yaml", line: 9, column: 5 },
        message: "no path reaches this rule: the one on line 8 comes first",
      },
    ]);
  });
});

describe("properties", () => {
  const segment = fc.constantFrom("a", "b", "prod", "dev", "x.yaml", "y.age");
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const pattern = fc.constantFrom("^a/", "b", "prod/", "\\.yaml$", "\\.age$", "^(a|dev)/", "x", "");
  const rule = fc.record({ pattern, reader: fc.constantFrom("alice", "bob", "web1") });
  const written = (rules: readonly { pattern: string; reader: string }[]): string =>
    `${PEOPLE}creation_rules:\n${rules.map((r) => `  - path_regex: '${r.pattern}'\n    readers: [${r.reader}]\n`).join("")}`;

  test("a rule added at the end never changes a path that a rule before it matches", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 5 }), rule, path, async (rules, added, one) => {
        const before = (await parse(written(rules))).rule(one);
        const after = (await parse(written([...rules, added]))).rule(one);
        expect(JSON.stringify(after)).toBe(JSON.stringify(before ?? after));
      }),
    );
  });

  test("the first rule that matches decides", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 5 }), path, async (rules, one) => {
        const first = rules.find((r) => new RegExp(r.pattern).test(one));
        const ruling = (await parse(written(rules))).rule(one);
        expect(names(ruling)).toEqual(first === undefined ? [] : [first.reader]);
      }),
    );
  });

  test("an exact path is ruled by its line alone, whatever rules there are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 5 }), path, async (rules, one) => {
        const policy = await parse(
          `${written(rules)}secrets:\n  ${one}: [web1]\n`.replace("rules:\nsecrets", "rules: []\nsecrets"),
        );
        expect(names(policy.rule(one))).toEqual(["web1"]);
        expect(policy.rule(one)?.shadowed).toHaveLength(rules.filter((r) => new RegExp(r.pattern).test(one)).length);
      }),
    );
  });

  test("nesting teams deeper never changes who reads", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom("alice", "bob", "web1"), { minLength: 1 }), async (held) => {
        const text = `${PEOPLE}teams:\n  t0: [${held.join(", ")}]\n  t1: [t0]\n  t2: [t1, t0]\nsecrets: { deep: [t2], flat: [${held.join(", ")}] }\n`;
        const policy = await parse(text);
        expect(names(policy.rule("deep"))).toEqual(names(policy.rule("flat")));
      }),
    );
  });
});

test("a recipient that one list names twice is a warning with its line", async () => {
  const twice = `creation_rules:\n  - path_regex: a\n    age: >-\n      ${A},\n      ${A}\n`;
  const warned = async (text: string) => (await parse(text)).warnings.map(({ at, message }) => [at.line, message]);
  expect(await warned(twice)).toEqual([[5, "duplicate recipient in this list"]]);
  expect(await warned(`${twice.replace(`${A}\n`, `${B}\n`)}  - age: ${A}\n`)).toEqual([]);
});
