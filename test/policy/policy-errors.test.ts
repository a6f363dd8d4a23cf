import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A, B, C, S, S_AS_AGE } from "./keys.ts";

/** What is wrong with this policy: `line:column message | hint`. */
async function problem(text: string): Promise<string> {
  try {
    await parsePolicy(text, "repo/.sops.yaml");
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    expect(error.code).toBe("policy");
    expect(error.at?.file).toBe("repo/.sops.yaml");
    for (const key of [A, B, C, S]) expect(`${error.message}${error.hint}`).not.toContain(key);
    return `${error.at?.line}:${error.at?.column} ${error.message} | ${error.hint}`;
  }
  return "no problem";
}

interface Case {
  readonly what: string;
  readonly text: string;
  readonly problem: string;
}

function table(name: string, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)("$what", async ({ text, problem: wanted }) => {
      expect(await problem(text)).toBe(wanted);
    });
  });
}

table("broken YAML is placed", [
  {
    what: "a bracket that never closes",
    text: `users:\n  alice: [${A}\nteams: {}\n`,
    problem: "3:6 not valid YAML: a comma or a closing bracket is expected here | undefined",
  },
  {
    what: "a tab",
    text: "teams:\n\tops: [a]\n",
    problem: "2:1 not valid YAML: a tab cannot indent | undefined",
  },
  {
    what: "a quote that never closes",
    text: `users:\n  alice: '${A}\n`,
    problem: "2:10 not valid YAML: an unclosed quote | undefined",
  },
  {
    what: "a second document",
    text: "users: {}\n---\nusers: {}\n",
    problem: "2:1 a second document begins here, and a policy is one document | undefined",
  },
  {
    what: "a key that is duplicate",
    text: `users: { alice: ${A} }\nteams: {}\nusers: {}\n`,
    problem: '3:1 duplicate key "users", first on line 1 | undefined',
  },
  {
    what: "a name that is duplicate in users",
    text: `users:\n  alice: ${A}\n  alice: ${B}\n`,
    problem: '3:3 duplicate key "alice", first on line 2 | undefined',
  },
  {
    what: "an alias without an anchor",
    text: `keys:\n  - &alice ${A}\ncreation_rules:\n  - age: [*alcie]\n`,
    problem: "4:11 the alias *alcie is not defined above it | did you mean *alice?",
  },
  {
    what: "an alias without any anchor",
    text: "creation_rules:\n  - age: *zoe\n",
    problem: "2:10 the alias *zoe is not defined above it | define it with &zoe",
  },
  {
    what: "an anchor that contains itself",
    text: "keys: &all\n  - *all\n",
    problem: "2:5 the anchor &all contains itself | undefined",
  },
  {
    what: "a merge of no mapping",
    text: `creation_rules:\n  - <<: ${A}\n`,
    problem: "2:9 << takes a mapping or a list of mappings | undefined",
  },
  {
    what: "a list as a key",
    text: "? [a, b]\n: c\n",
    problem: "1:3 a list cannot be a key here | undefined",
  },
  {
    what: "a list as the whole policy",
    text: "- a\n",
    problem: "1:1 the policy must be a mapping, not a list | it begins with creation_rules: or users:",
  },
]);

const repeated = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

table("what is far too much is refused with what it is and how much may be", [
  {
    what: "characters",
    text: "# a\n".repeat(70_000),
    problem: "undefined:undefined more than 262,144 characters in a policy | undefined",
  },
  {
    what: "values",
    text: `a: [${"a,".repeat(60_000)}]`,
    problem: "1:100001 more than 50,000 values in a policy | undefined",
  },
  {
    what: "entries of merge keys",
    text: `a: &a {${repeated(600, (i) => `k${i}: 1, `)}}\n${repeated(100, (i) => `m${i}: {<<: *a}\n`)}`,
    problem: "85:11 more than 50,000 entries merged by << | undefined",
  },
  {
    what: "rules",
    text: `creation_rules:\n${repeated(2001, (i) => `  - path_regex: x${i}\n`)}`,
    problem: "1:1 more than 2,000 creation rules | undefined",
  },
  {
    what: "an expression",
    text: `creation_rules:\n  - path_regex: ${"a".repeat(10_001)}\n`,
    problem: "2:17 more than 10,000 characters and repetitions in a regular expression | undefined",
  },
  {
    what: "an expression that is repeated",
    text: `creation_rules:\n  - path_regex: ${"a{1000}".repeat(10)}\n`,
    problem: "2:17 more than 10,000 characters and repetitions in a regular expression | undefined",
  },
  {
    what: "expressions in all",
    text: `creation_rules:\n${repeated(7, () => `  - path_regex: ${"a".repeat(9_000)}\n`)}`,
    problem: "8:17 more than 60,000 characters and repetitions in the regular expressions of a policy | undefined",
  },
  {
    what: "people",
    text: `users:\n${repeated(2001, (i) => `  a${i}: ${A}\n`)}`,
    problem: "2:3 more than 2,000 users and hosts | undefined",
  },
  {
    what: "teams",
    text: `users: {a: ${A}}\nteams:\n${repeated(1001, (i) => `  t${i}: [a]\n`)}`,
    problem: "3:3 more than 1,000 teams | undefined",
  },
  {
    what: "teams inside one another",
    text: `users: {a: ${A}}\nteams:\n${repeated(40, (i) => `  t${40 - i}: [t${39 - i}]\n`)}  t0: [a]\n`,
    problem: "35:3 more than 32 teams inside one another | undefined",
  },
  {
    what: "readers that teams multiply",
    text: `users: {a: ${A}, b: ${B}}\nteams:\n  t: [a, b]\n  u: &u [${"t, ".repeat(1000)}]\n${repeated(200, (i) => `  t${i}: *u\n`)}`,
    problem: "4:3007 more than 200,000 readers in all teams, groups and rules together | undefined",
  },
  {
    what: "key groups",
    text: `creation_rules:\n  - key_groups:\n${`      - age: [${A}]\n`.repeat(256)}`,
    problem: "2:5 more than 255 key groups | undefined",
  },
]);

table("a slip in a key is told from a key of somebody else", [
  { what: "user", text: "user: {}\n", problem: `1:1 unknown key "user" | did you mean users?` },
  { what: "Teams", text: "\nTeams: {}\n", problem: `2:1 unknown key "Teams" | did you mean teams?` },
  {
    what: "creation-rule",
    text: "creation-rule: []\n",
    problem: `1:1 unknown key "creation-rule" | did you mean creation_rules?`,
  },
  {
    what: "reader",
    text: `creation_rules:\n  - path_regex: a\n    reader: [alice]\n`,
    problem: `3:5 unknown key "reader" | did you mean readers?`,
  },
  {
    what: "filename_regex of the first sops, which every later one ignores",
    text: `creation_rules:\n  - filename_regex: a\n    age: ${A}\n`,
    problem: `2:5 filename_regex is ignored, so this rule matches every path | call it path_regex, as sops does since 3.0`,
  },
  {
    what: "path_regexp",
    text: `creation_rules:\n  - path_regexp: a\n    age: ${A}\n`,
    problem: `2:5 unknown key "path_regexp" | did you mean path_regex?`,
  },
  {
    what: "encypted_regex, which would encrypt everything",
    text: `creation_rules:\n  - encypted_regex: ^data$\n    age: ${A}\n`,
    problem: `2:5 unknown key "encypted_regex" | did you mean encrypted_regex?`,
  },
  {
    what: "a slip inside a key group",
    text: `creation_rules:\n  - key_groups:\n      - ages: [${A}]\n`,
    problem: `3:9 unknown key "ages" | did you mean age?`,
  },
  {
    what: "any unknown key of a member",
    text: `users:\n  alice: { key: ${A} }\n`,
    problem: `2:12 unknown key "key" | did you mean keys?`,
  },
  {
    what: "any unknown key under secrets",
    text: `users: { alice: ${A} }\nsecrets:\n  a.age: { readers: [alice], owner: root }\n`,
    problem: `3:30 unknown key "owner" | known here: readers`,
  },
  {
    what: "keys of others pass",
    text: `keys:\n  - &a ${A}\nstores: { yaml: { indent: 2 } }\nx-note: 1\ndestination_rules: []\ncreation_rules:\n  - age: *a\n    owner: me\n    path_regex: a\n    filename_regex: a\n`,
    problem: "no problem",
  },
]);

table("members", [
  {
    what: "a text where users belong",
    text: `users: ${A}\n`,
    problem: "1:8 users must be a mapping, not a string | write for example users: { alice: age1… }",
  },
  {
    what: "a list of keys without names",
    text: `hosts:\n  - ${A}\n`,
    problem: "2:5 hosts must be a mapping of names to keys | write for example hosts: { web1: age1… }",
  },
  { what: "no key", text: "users:\n  alice:\n", problem: "2:8 alice has no key | write alice: age1…" },
  {
    what: "an empty list of keys",
    text: "users:\n  alice: []\n",
    problem: "2:10 alice has no key | write alice: age1…",
  },
  {
    what: "a mapping without keys",
    text: "users:\n  alice: { as: ssh }\n",
    problem: "2:3 alice has no key | write alice: age1…",
  },
  {
    what: "a list in the list of keys",
    text: `users:\n  alice: [${A}, [${B}]]\n`,
    problem: `2:${14 + A.length - 1} a key of alice must be a string, not a list | write for example alice: age1…`,
  },
  {
    what: "a malformed key",
    text: `users:\n  alice: ${A.slice(0, -1)}x\n`,
    problem:
      "2:10 the key of alice: malformed age recipient | compare it with its source: every letter counts, and age1… is written in lower case",
  },
  {
    what: "a key of an unusable kind",
    text: "users:\n  alice:\n    - ecdsa-sha2-nistp256 AAAAE2VjZHNh alice@laptop\n",
    problem:
      "3:7 the key of alice: ecdsa SSH keys cannot be used for encryption with age | use an ed25519 or RSA SSH key, or an age key",
  },
  {
    what: "a secret key",
    text: "users:\n  alice: AGE-SECRET-KEY-1QQQQ\n",
    problem:
      "2:10 the key of alice: this is an identity (secret key), not a recipient | use its public half: age1…, or the line of the .pub file; and keep this one out of the repository",
  },
  {
    what: "the same key for two",
    text: `users:\n  alice: ${A}\nhosts:\n  web1: [${B}, ${A}]\n`,
    problem:
      "4:3 alice and web1 have the same key | a key belongs to one name: remove it from one of them (alice is on line 2)",
  },
  {
    what: "the two faces of one key for two",
    text: `users:\n  alice: ${S} alice@laptop\n  bob: ${S_AS_AGE}\n`,
    problem:
      "3:3 alice and bob have the same key | a key belongs to one name: remove it from one of them (alice is on line 2)",
  },
  {
    what: "the same key twice for one",
    text: `users:\n  alice:\n    - ${S} alice@laptop\n    - ${S_AS_AGE}\n`,
    problem:
      "4:7 alice has the same key twice | remove one; an ed25519 SSH key and its age1 form are one key, and as: both writes the two",
  },
  {
    what: "an unknown face",
    text: `users:\n  alice: { keys: [${A}], as: bth }\n`,
    problem: `2:${19 + A.length + 7} unknown key form "bth" under as | did you mean both?`,
  },
  {
    what: "a face like nothing",
    text: `users:\n  alice: { as: pgp-key, keys: ${A} }\n`,
    problem: `2:16 unknown key form "pgp-key" under as | one of age, ssh, both`,
  },
  {
    what: "a name for a user and a host",
    text: `users: { alice: ${A} }\nhosts:\n  alice: ${B}\n`,
    problem: `3:3 the name "alice" is already used on line 1 | users, hosts and teams share one name space: choose another name`,
  },
  {
    what: "a name for a user and a team",
    text: `users: { alice: ${A} }\nteams:\n  alice: [alice]\n`,
    problem: `3:3 the name "alice" is already used on line 1 | users, hosts and teams share one name space: choose another name`,
  },
  {
    what: "a name with a blank",
    text: `users:\n  alice smith: ${A}\n`,
    problem: "2:3 (not shown) is not a valid name | a name has no blanks or commas and does not begin with - or age1",
  },
  {
    what: "a name like a key",
    text: `users:\n  age1bob: ${A}\n`,
    problem: `2:3 "age1bob" is not a valid name | a name has no blanks or commas and does not begin with - or age1`,
  },
]);

const PEOPLE = `users: { alice: ${A}, bob: ${B} }\n`;

table("teams", [
  {
    what: "a text where a list belongs",
    text: `${PEOPLE}teams:\n  ops: alice\n`,
    problem: "3:8 the team ops must be a list, not a string | write for example ops: [alice, bob]",
  },
  {
    what: "a list where teams belong",
    text: `${PEOPLE}teams: [ops]\n`,
    problem: "2:8 teams must be a mapping, not a list | write for example teams: { ops: [alice, bob] }",
  },
  {
    what: "no members",
    text: `${PEOPLE}teams:\n  ops: []\n`,
    problem: "3:3 the team ops has no members | write ops: [alice, bob], or remove the team",
  },
  {
    what: "nothing",
    text: `${PEOPLE}teams:\n  ops:\n`,
    problem: "3:3 the team ops has no members | write ops: [alice, bob], or remove the team",
  },
  {
    what: "an unknown member",
    text: `${PEOPLE}teams:\n  ops: [alice, bbo]\n`,
    problem: `3:16 unknown name "bbo" | did you mean bob?`,
  },
  {
    what: "a member like nobody",
    text: `${PEOPLE}teams:\n  ops: [alice, margarethe]\n`,
    problem: `3:16 unknown name "margarethe" | add it under users:, hosts: or teams:; known: alice, bob, ops`,
  },
  {
    what: "a key as a member",
    text: `${PEOPLE}teams:\n  ops:\n    - ${C}\n`,
    problem:
      "4:7 the team ops contains a key instead of a name | give the key a name under users: or hosts:, and put that name here",
  },
  {
    what: "a team that holds itself",
    text: `${PEOPLE}teams:\n  ops: [alice, ops]\n`,
    problem: "3:16 the team ops contains itself | remove this name from the team",
  },
  {
    what: "a cycle",
    text: `${PEOPLE}teams:\n  all: [ops]\n  ops: [alice, cloud]\n  cloud: [dev]\n  dev: [bob, ops]\n`,
    problem: "6:14 teams contain each other: ops → cloud → dev → ops | remove this name from the team",
  },
]);

table("secrets", [
  {
    what: "a list where paths belong",
    text: `${PEOPLE}secrets: [a.age]\n`,
    problem: "2:10 secrets must be a mapping, not a list | write for example secrets: { secrets/token.age: [alice] }",
  },
  {
    what: "a text where readers belong",
    text: `${PEOPLE}secrets:\n  a.age: alice\n`,
    problem: "3:10 who reads a.age must be a list, not a string | write for example a.age: [alice]",
  },
  {
    what: "nobody",
    text: `${PEOPLE}secrets:\n  a.age: { readers: [] }\n`,
    problem: "3:21 who reads a.age names nobody | write for example a.age: [alice]",
  },
  {
    what: "an absolute path",
    text: `${PEOPLE}secrets:\n  /a.age: [alice]\n`,
    problem: `3:3 the path "/a.age" is absolute | paths under secrets are relative to the policy and written with /, for example secrets/token.age`,
  },
  {
    what: "a path out of the repository",
    text: `${PEOPLE}secrets:\n  a/../../b.age: [alice]\n`,
    problem: `3:3 the path "a/../../b.age" leads out of the policy's directory | paths under secrets are relative to the policy and written with /, for example secrets/token.age`,
  },
  {
    what: "a path of Windows",
    text: `${PEOPLE}secrets:\n  a\\b.age: [alice]\n`,
    problem: `3:3 the path "a\\b.age" has backslashes | paths under secrets are relative to the policy and written with /, for example secrets/token.age`,
  },
  {
    what: "a directory",
    text: `${PEOPLE}secrets:\n  prod/: [alice]\n`,
    problem: `3:3 the path "prod/" names no file | paths under secrets are relative to the policy and written with /, for example secrets/token.age`,
  },
  {
    what: "one path in two spellings",
    text: `${PEOPLE}secrets:\n  a/b.age: [alice]\n  ./a//b.age: [bob]\n`,
    problem: "4:3 duplicate path a/b.age under secrets, first on line 3 | remove one of them",
  },
  {
    what: "an unknown name",
    text: `${PEOPLE}secrets:\n  a.age: [ailce]\n`,
    problem: `3:11 unknown name "ailce" | did you mean alice?`,
  },
]);

table("rules", [
  {
    what: "a mapping where the list belongs",
    text: "creation_rules:\n  path_regex: a\n",
    problem:
      "2:3 creation_rules must be a list, not a mapping | write for example - { path_regex: ^secrets/, readers: [alice] }",
  },
  {
    what: "a text as a rule",
    text: "creation_rules:\n  - ^secrets/\n",
    problem: "2:5 a creation rule must be a mapping | write for example - { path_regex: ^secrets/, readers: [alice] }",
  },
  {
    what: "an expression with look-ahead",
    text: `creation_rules:\n  - path_regex: ^(?!prod)\n    age: ${A}\n`,
    problem:
      "2:17 path_regex is not a Go regular expression (RE2) | RE2 has no look-around: write what must match, and order the rules instead",
  },
  {
    what: "an expression with a back-reference",
    text: `creation_rules:\n  - path_regex: (a)\\1\n    age: ${A}\n`,
    problem:
      "2:17 path_regex is not a Go regular expression (RE2) | RE2 has no back-references: write the alternatives out",
  },
  {
    what: "a glob",
    text: `creation_rules:\n  - path_regex: "*.yaml"\n    age: ${A}\n`,
    problem:
      "2:17 path_regex is not a Go regular expression (RE2) | this is not a glob: a path that ends in .yaml is written \\.yaml$",
  },
  {
    what: "an unbalanced expression",
    text: `creation_rules:\n  - age: ${A}\n    path_regex: (a\n`,
    problem:
      "3:17 path_regex is not a Go regular expression (RE2) | see https://github.com/google/re2/wiki/Syntax, or name the path under secrets: without an expression",
  },
  {
    what: "a list as an expression",
    text: `creation_rules:\n  - path_regex: [a, b]\n    age: ${A}\n`,
    problem: "2:17 path_regex must be a string, not a list | write for example path_regex: ^secrets/",
  },
  {
    what: "a text as readers",
    text: `${PEOPLE}creation_rules:\n  - readers: alice, bob\n`,
    problem: "3:14 readers must be a list, not a string | write for example readers: [alice, ops]",
  },
  {
    what: "empty readers",
    text: `${PEOPLE}creation_rules:\n  - readers:\n    age: ${A}\n`,
    problem: "3:12 readers names nobody | write for example readers: [alice, ops]",
  },
  {
    what: "an unknown reader",
    text: `${PEOPLE}teams: { cloud: [bob] }\ncreation_rules:\n  - readers:\n      - alice\n      - Cluod\n`,
    problem: `6:9 unknown name "Cluod" | did you mean cloud?`,
  },
  {
    what: "a malformed literal reader",
    text: `${PEOPLE}creation_rules:\n  - readers: [alice, age1abc]\n`,
    problem:
      "3:22 this recipient cannot be used: malformed age recipient | compare it with its source: every letter counts, and age1… is written in lower case",
  },
  {
    what: "a secret key as a reader is not shown",
    text: `${PEOPLE}creation_rules:\n  - readers: [alice, AGE-SECRET-KEY-1QQQQ]\n`,
    problem:
      "3:22 this recipient cannot be used: this is an identity (secret key), not a recipient | use its public half: age1…, or the line of the .pub file; and keep this one out of the repository",
  },
  {
    what: "a name under age",
    text: `${PEOPLE}creation_rules:\n  - age: alice\n`,
    problem: `3:10 age takes recipients, and "alice" is a name | write readers: [alice] instead`,
  },
  {
    what: "an empty entry under age",
    text: `creation_rules:\n  - age:\n      - ${A}\n      - ""\n`,
    problem: "4:9 age must be a string, not an empty one | write for example age: age1…,age1…",
  },
  {
    what: "readers beside key_groups",
    text: `${PEOPLE}creation_rules:\n  - readers: [alice]\n    key_groups:\n      - age: [bob]\n`,
    problem:
      "5:7 readers and key_groups cannot be combined | keep readers, or put the names into the age lists of the groups",
  },
  {
    what: "a text as the age of a group",
    text: `${PEOPLE}creation_rules:\n  - key_groups:\n      - age: bob\n`,
    problem: "4:14 age in a key group must be a list, not a string | write for example age: [alice, age1…]",
  },
  {
    what: "an unknown name in a group",
    text: `${PEOPLE}creation_rules:\n  - key_groups:\n      - merge:\n          - age: [bobb]\n`,
    problem: `5:19 unknown name "bobb" | did you mean bob?`,
  },
  {
    what: "a threshold above the groups",
    text: `${PEOPLE}creation_rules:\n  - shamir_threshold: 3\n    key_groups: [{ age: [bob] }, { age: [alice] }]\n`,
    problem: "3:23 shamir_threshold 3 does not fit 2 key groups | write a number from 2 to 2",
  },
  {
    what: "a threshold that is not a number",
    text: `${PEOPLE}creation_rules:\n  - readers: [bob]\n    shamir_threshold: two\n`,
    problem: "4:23 shamir_threshold must be a whole number | write for example shamir_threshold: 2",
  },
  {
    what: "two selection settings",
    text: `${PEOPLE}creation_rules:\n  - encrypted_regex: ^data$\n    readers: [bob]\n    unencrypted_suffix: _x\n`,
    problem:
      "5:5 encrypted_regex and unencrypted_suffix cannot be combined | keep one of them; sops takes at most one per rule",
  },
  {
    what: "a selection expression that sops would silently never match",
    text: `${PEOPLE}creation_rules:\n  - encrypted_regex: ^(data|stringData$\n    readers: [bob]\n`,
    problem:
      "3:22 encrypted_regex is not a Go regular expression (RE2) | see https://github.com/google/re2/wiki/Syntax, or name the path under secrets: without an expression",
  },
  {
    what: "mac_only_encrypted that is neither",
    text: `${PEOPLE}creation_rules:\n  - mac_only_encrypted: maybe\n    readers: [bob]\n`,
    problem: "3:25 mac_only_encrypted must be true or false | write mac_only_encrypted: true",
  },
  {
    what: "reader_hint that is neither",
    text: "reader_hint: 1\n",
    problem: "1:14 reader_hint must be true or false | write reader_hint: true",
  },
]);
