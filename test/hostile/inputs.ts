/**
 * What would somebody write to make this program crash, hang or eat the memory?
 *
 * Each kind of file has its families of attacks, most of them a pattern repeated until something gives; a seed chooses the
 * size. `outsized` ones are over a limit, and their error has to say so.
 */
import { pick, randomFrom } from "../policy/made-policies.ts";
import { A } from "../policy/keys.ts";
import { sampled } from "../sample.ts";

export type Kind = "policy" | "yaml" | "json" | "dotenv" | "ini" | "binary" | "age" | "identity" | "settings" | "rules";

export interface Input {
  readonly title: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** Far over a limit. */
  readonly outsized: boolean;
}

/** Real ones to hide attacks in. */
export interface Bases {
  readonly yaml: string;
  readonly json: string;
  readonly dotenv: string;
  readonly ini: string;
  readonly bytes: string;
  /** Binary. */
  readonly age: Uint8Array;
  readonly identity: string;
  readonly sshIdentity: string;
}

type Family = (n: number, bases: Bases) => string | Uint8Array;

const lines = (n: number, line: (index: number) => string) =>
  Array.from({ length: n }, (_, index) => line(index)).join("");
const rule = (expression: string) => `  - path_regex: ${expression}\n    age: ${A}\n`;
const name = (index: number) => `a${index.toString(36)}`;
const doubling = (n: number) =>
  `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${lines(Math.min(n, 60), (i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`)}`;

/** What any YAML reader can be given. */
const YAML: Readonly<Record<string, Family>> = {
  "lists in lists": (n) => "[".repeat(n),
  "mappings in mappings": (n) => "{a: ".repeat(n),
  "dashes in dashes": (n) => "- ".repeat(n),
  "questions in questions": (n) => "? ".repeat(n),
  "keys in keys": (n) => lines(Math.min(n, 3000), (i) => `${" ".repeat(i)}a:\n`),
  "aliases of aliases": doubling,
  "many aliases": (n) => `a: &a x\nb: [${"*a, ".repeat(n)}]\n`,
  "many anchors": (n) => lines(n, (i) => `${name(i)}: &${name(i)} x\n`),
  "merges of merges": (n) =>
    `a: &a {${lines(Math.min(n, 5000), (i) => `${name(i)}: 1, `)}}\n${lines(Math.min(n, 5000), (i) => `m${i}: {<<: *a}\n`)}`,
  "many documents": (n) => "---\n".repeat(n),
  "many values": (n) => `a: [${"a, ".repeat(n)}]\n`,
  "many keys": (n) => lines(n, (i) => `${name(i)}: 1\n`),
  "many comments": (n) => "# a\n".repeat(n),
  "a long key": (n) => `? ${"a".repeat(n)}\n: 1\n`,
  "a long scalar": (n) => `a: ${"b".repeat(n)}\n`,
  "a long block": (n) => `a: |\n${"  b\n".repeat(n)}`,
  "an open quote": (n) => `a: '${"b\n".repeat(n)}`,
  escapes: (n) => `a: "${"\\x41".repeat(n)}"\n`,
  "a long number": (n) => `a: ${"9".repeat(n)}\n`,
  underscores: (n) => `a: 1${"_".repeat(n)}\n`,
  tags: (n) => `a: ${"!a ".repeat(n)}b\n`,
  "an endless tag": (n) => `a: !${"a".repeat(n)} b\n`,
  blanks: (n) => " ".repeat(n),
  "line feeds": (n) => "\n".repeat(n),
  tabs: (n) => "\t".repeat(n),
  separators: (n) => `a: "${"\u2028".repeat(n)}"\n${"b: 'c'\n".repeat(2)}`,
  "control characters": (n) => "\u0001".repeat(n),
  directives: (n) => "%TAG !a! b\n".repeat(n),
  quotes: (n) => '"'.repeat(n),
  commas: (n) => `[${",".repeat(n)}]`,
};

const POLICY: Readonly<Record<string, Family>> = {
  "a long expression": (n) => `creation_rules:\n${rule("a".repeat(n))}`,
  "many rules": (n) => `creation_rules:\n${lines(n, (i) => rule(`^x${i}/.*a.*b`))}`,
  "many users": (n) => `users:\n${lines(n, (i) => `  ${name(i)}: ${A}\n`)}`,
  "many groups": (n) => `creation_rules:\n  - key_groups:\n${"    - age: [x]\n".repeat(n)}`,
  "merged groups": (n) => `g: &g {age: [${A}]}\ncreation_rules:\n  - key_groups: [{merge: [${"*g, ".repeat(n)}]}]\n`,
  "groups in groups": (n) =>
    `creation_rules:\n  - key_groups: [${"{merge: [".repeat(n)}{age: [${A}]}${"]}".repeat(n)}]\n`,
  "teams of teams": (n) => `users: {a: ${A}}\nteams:\n${lines(n, (i) => `  t${n - i}: [t${n - i - 1}]\n`)}  t0: [a]\n`,
  "teams that double": (n) =>
    `users: {a: ${A}}\nteams:\n  t0: [a]\n${lines(n, (i) => `  t${i + 1}: [${`t${i}, `.repeat(40)}]\n`)}`,
  "a long list": (n) => `creation_rules:\n  - age: [${`${A}, `.repeat(n)}]\n`,
  "a list of commas": (n) => `creation_rules:\n  - age: "${",".repeat(n)}"\n`,
  "counted repetitions": (n) => `creation_rules:\n${lines(Math.min(n, 500), () => rule(`'${"s{1000}".repeat(9)}'`))}`,
  "counted repetitions in one another": () => `creation_rules:\n${rule("'((((s{30}){30}){30}){30}){30}'")}`,
  "tables of letters": (n) => `creation_rules:\n${lines(Math.min(n, 500), () => rule(`'(?i)${"\\pL".repeat(50)}'`))}`,
  "brackets of an expression": (n) => `creation_rules:\n${rule(`'${"(".repeat(n)}'`)}`,
  "many exact paths": (n) => `users: {a: ${A}}\nsecrets:\n${lines(n, (i) => `  s/${i}: [a]\n`)}`,
  "near keys": (n) => lines(n, (i) => `users${name(i)}: 1\n`),
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n) => Buffer.alloc(n),
};

const withMetadata =
  (family: Family): Family =>
  (n, bases) => {
    const text = Buffer.from(family(n, bases)).toString();
    return text + bases.yaml.slice(bases.yaml.indexOf("sops:"));
  };

const SELECTION = /unencrypted_suffix: \S+/;

const SOPS: Readonly<Record<string, Family>> = {
  ...Object.fromEntries(Object.entries(YAML).map(([title, family]) => [title, withMetadata(family)])),
  "a long expression in the metadata": (n, { yaml }) => yaml.replace(SELECTION, `encrypted_regex: ${"a".repeat(n)}`),
  "repetitions in the metadata": (n, { yaml }) => yaml.replace(SELECTION, `encrypted_regex: ${"a{1000}".repeat(n)}`),
  "many entries": (n, { yaml }) => {
    const entry = /        - recipient:[^]*?-----END AGE ENCRYPTED FILE-----\n/.exec(yaml)?.[0] ?? "";
    return yaml.replace(entry, () => entry.repeat(Math.min(n, 20_000)));
  },
  "many key groups": (n) =>
    `a: b\nsops:\n    key_groups:\n${"        - age: [{recipient: a, enc: b}]\n".repeat(n)}    mac: ''\n    lastmodified: "2026-01-01T00:00:00Z"\n    version: 3.9.0\n`,
  "a long enc": (n, { yaml }) => yaml.replace("-----END", () => `${"A".repeat(n)}\n            -----END`),
  "a cut value": (n, { yaml }) => yaml.replace(/data:[^,]*,/, () => `data:${"A".repeat(n)}\n`),
  "encrypted comments": (n, { yaml }) => `#ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:comment]\n`.repeat(n) + yaml,
  "conflict marks": (n, { yaml }) => "<<<<<<< a\n".repeat(n) + yaml,
  "cut anywhere": (n, { yaml }) => yaml.slice(0, n % yaml.length),
  "twice the block": (_, { yaml }) => yaml + yaml.slice(yaml.indexOf("sops:")),
};

const within = (json: string, entry: string) => json.replace("{", () => `{${entry},`);

const JSON_FAMILIES: Readonly<Record<string, Family>> = {
  "arrays in arrays": (n) => `${"[".repeat(n)}"sops"`,
  "objects in objects": (n, { json }) => within(json, `"x":${'{"a":'.repeat(n)}1${"}".repeat(n)}`),
  "many keys": (n, { json }) => within(json, lines(n, (i) => `"${name(i)}":1,`) + '"z":1'),
  "many values": (n, { json }) => within(json, `"x":[${"1,".repeat(n)}1]`),
  "one key many times": (n, { json }) => within(json, '"a":1,'.repeat(n) + '"a":1'),
  escapes: (n, { json }) => within(json, `"x":"${"\\u0041".repeat(n)}"`),
  "lone surrogates": (n, { json }) => within(json, `"x":"${"\\ud800".repeat(n)}"`),
  "a long number": (n, { json }) => within(json, `"x":${"9".repeat(n)}`),
  "an exponent": (n, { json }) => within(json, `"x":1e${"9".repeat(n)}`),
  blanks: (n, { json }) => " ".repeat(n) + json,
  "an open string": (n, { json }) => `${json.slice(0, -3)}"${"a".repeat(n)}`,
  "cut anywhere": (n, { json }) => json.slice(0, n % json.length),
  backslashes: (n, { json }) => within(json, `"x":"${"\\\\".repeat(n)}`),
};

const FLAT = "__map_a__list_0";

const DOTENV: Readonly<Record<string, Family>> = {
  "many keys": (n, { dotenv }) => lines(n, (i) => `${name(i)}=1\n`) + dotenv,
  "one key many times": (n, { dotenv }) => "a=1\n".repeat(n) + dotenv,
  "many comments": (n, { dotenv }) => "# a\n".repeat(n) + dotenv,
  "encrypted comments": (n, { dotenv }) =>
    "#ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:comment]\n".repeat(n) + dotenv,
  "line feeds": (n, { dotenv }) => "\n".repeat(n) + dotenv,
  "carriage returns": (n, { dotenv }) => "\r".repeat(n) + dotenv,
  "a long key": (n, { dotenv }) => `${"a".repeat(n)}=1\n${dotenv}`,
  "a long value": (n, { dotenv }) => `a=${"b".repeat(n)}\n${dotenv}`,
  "no equals sign": (n, { dotenv }) => `${"a".repeat(n)}\n${dotenv}`,
  "equals signs": (n, { dotenv }) => `${"=".repeat(n)}\n${dotenv}`,
  "open quotes": (n, { dotenv }) => `a="${'b="\n'.repeat(n)}${dotenv}`,
  "escaped line breaks": (n, { dotenv }) => `a=${String.raw`\n`.repeat(n)}\n${dotenv}`,
  "many entries": (n, { dotenv }) => dotenv + lines(n, (i) => `sops_age__list_${i + 9}__map_enc=x\n`),
  "a gap in a list": (n, { dotenv }) => `${dotenv}sops_age__list_${n}__map_enc=x\n`,
  "nested metadata": (n, { dotenv }) => `${dotenv}sops_x${FLAT.repeat(n)}=x\n`,
  "a list that is a mapping": (_, { dotenv }) => `${dotenv}sops_age__map_0=x\n`,
  "metadata twice": (_, { dotenv }) => dotenv + dotenv,
  "metadata without values": (n) => lines(n, (i) => `sops_${name(i)}=\n`),
  "names of objects": (_, { dotenv }) => `__proto__=1\nconstructor=2\nsops___proto____map_x=3\n${dotenv}`,
  "a long expression in the metadata": (n, { dotenv }) => `${dotenv}sops_encrypted_regex=${"a".repeat(n)}\n`,
  "a threshold": (n, { dotenv }) => `${dotenv}sops_shamir_threshold=${"9".repeat(n)}\n`,
  "a cut value": (n, { dotenv }) => dotenv.replace(/data:[^,]*,/, () => `data:${"A".repeat(n)}`),
  "cut anywhere": (n, { dotenv }) => dotenv.slice(0, n % dotenv.length),
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n, { dotenv }) => Buffer.concat([Buffer.alloc(n), Buffer.from(dotenv)]),
  "conflict marks": (n, { dotenv }) => "<<<<<<< a\n".repeat(n) + dotenv,
};

const INI: Readonly<Record<string, Family>> = {
  "many keys": (n, { ini }) => lines(n, (i) => `${name(i)} = 1\n`) + ini,
  "one key many times": (n, { ini }) => "a = 1\n".repeat(n) + ini,
  "many sections": (n, { ini }) => lines(n, (i) => `[${name(i)}]\n`) + ini,
  "one section many times": (n, { ini }) => "[a]\n".repeat(n) + ini,
  "many comments": (n, { ini }) => "; a\n".repeat(n) + ini,
  "comments of keys": (n, { ini }) => lines(n, (i) => `; a\n${name(i)} = 1 \n`) + ini,
  "encrypted comments": (n, { ini }) => "; ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:comment]\n".repeat(n) + ini,
  "a comment behind a key": (n, { ini }) => `a = 1 ; ${";".repeat(n)}\n${ini}`,
  "line feeds": (n, { ini }) => "\n".repeat(n) + ini,
  blanks: (n, { ini }) => " ".repeat(n) + ini,
  "a long key": (n, { ini }) => `${"a".repeat(n)} = 1\n${ini}`,
  "a long value": (n, { ini }) => `a = ${"b".repeat(n)}\n${ini}`,
  "a long section": (n, { ini }) => `[${"[".repeat(n)}]\n${ini}`,
  "brackets without end": (n, { ini }) => "[\n".repeat(n) + ini,
  "continued lines": (n, { ini }) => `a = ${"b\\\n".repeat(n)}\n${ini}`,
  "continued keys": (n, { ini }) => "a = b\\\n".repeat(n) + ini,
  "an open quote": (n, { ini }) => `a = """${"b\n".repeat(n)}${ini}`,
  "many quotes": (n, { ini }) => `a = ${'"'.repeat(n)}\n${ini}`,
  "many backquotes": (n, { ini }) => `a = ${"`".repeat(n)}\n${ini}`,
  "quoted keys": (n, { ini }) => lines(n, (i) => `"${name(i)}" = 1\n`) + ini,
  "numbered keys": (n, { ini }) => "- = 1\n".repeat(n) + ini,
  "many entries": (n, { ini }) => `${ini}\n${lines(n, (i) => `age__list_${i + 9}__map_enc = x\n`)}`,
  "nested metadata": (n, { ini }) => `${ini}\nx${FLAT.repeat(n)} = x\n`,
  "metadata twice": (_, { ini }) => `${ini}\n[sops]\nmac = x\n`,
  "names of objects": (_, { ini }) => `[__proto__]\n__proto__ = 1\n[constructor]\nlength = 2\n${ini}`,
  "a cut value": (n, { ini }) => ini.replace(/data:[^,]*,/, () => `data:${"A".repeat(n)}`),
  "cut anywhere": (n, { ini }) => ini.slice(0, n % ini.length),
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n, { ini }) => Buffer.concat([Buffer.alloc(n), Buffer.from(ini)]),
};

const DATA = /"data": "[^"]*"/;

const BINARY: Readonly<Record<string, Family>> = {
  "a long value": (n, { bytes }) => bytes.replace(/data:[^,]*,/, () => `data:${"AAAA".repeat(n)},`),
  "a value without end": (n, { bytes }) => bytes.replace(DATA, () => `"data": "ENC[AES256_GCM,data:${"A".repeat(n)}`),
  "a long iv": (n, { bytes }) => bytes.replace(/iv:[^,]*,/, () => `iv:${"AAAA".repeat(n)},`),
  "a long tag": (n, { bytes }) => bytes.replace(/tag:[^,]*,/, () => `tag:${"AAAA".repeat(n)},`),
  "a long type": (n, { bytes }) => bytes.replace("type:str", () => `type:${"s".repeat(n)}`),
  "a value that is plain": (n, { bytes }) => bytes.replace(DATA, () => `"data": "${"a".repeat(n)}"`),
  "a number": (n, { bytes }) => bytes.replace(DATA, () => `"data": ${"9".repeat(n)}`),
  "a list": (n, { bytes }) => bytes.replace(DATA, () => `"data": [${"1,".repeat(n)}1]`),
  "lists in lists": (n, { bytes }) => bytes.replace(DATA, () => `"data": ${"[".repeat(n)}${"]".repeat(n)}`),
  "many values": (n, { bytes }) => bytes.replace(DATA, (data) => `${data},`.repeat(n) + data),
  "other values": (n, { bytes }) => bytes.replace(DATA, (data) => lines(n, (i) => `"${name(i)}": 1,`) + data),
  "no value": (_, { bytes }) => bytes.replace(DATA, '"x": null'),
  "many entries": (n, { bytes }) =>
    bytes.replace('"age": [', () => `"age": [${'{"recipient":"a","enc":"b"},'.repeat(n)}`),
  "unknown metadata": (n, { bytes }) =>
    bytes.replace('"sops": {', () => `"sops": {${lines(n, (i) => `"${name(i)}":1,`)}`),
  "metadata in metadata": (n, { bytes }) =>
    bytes.replace('"sops": {', () => `"sops": {"x":${'{"a":'.repeat(n)}1${"}".repeat(n)},`),
  "a rule that no whole value has": (n, { bytes }) =>
    bytes.replace('"sops": {', () => `"sops": {"encrypted_regex":"${"a".repeat(n)}",`),
  "something behind": (n, { bytes }) => bytes + "{}".repeat(n),
  "cut anywhere": (n, { bytes }) => bytes.slice(0, n % bytes.length),
  twice: (_, { bytes }) => bytes + bytes,
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n, { bytes }) => Buffer.concat([Buffer.from(bytes), Buffer.alloc(n)]),
};

const stanza = `-> X25519 ${"A".repeat(43)}\n${"A".repeat(43)}\n`;
const HEADER = "age-encryption.org/v1\n";

const AGE: Readonly<Record<string, Family>> = {
  "many stanzas": (n) => `${HEADER}${stanza.repeat(n)}--- ${"A".repeat(43)}\n`,
  "a long stanza": (n) => `${HEADER}-> x ${"a".repeat(n)}\n\n--- ${"A".repeat(43)}\n`,
  "a long body": (n) => `${HEADER}-> x\n${`${"A".repeat(64)}\n`.repeat(n)}\n--- ${"A".repeat(43)}\n`,
  "many arguments": (n) => `${HEADER}-> ${"a ".repeat(n)}\n\n--- ${"A".repeat(43)}\n`,
  "no end": (n) => HEADER + "a".repeat(n),
  "a costly passphrase": (n) => `${HEADER}-> scrypt ${"A".repeat(22)} ${n}\n${"A".repeat(43)}\n--- ${"A".repeat(43)}\n`,
  "cut anywhere": (n, { age }) => age.subarray(0, n % age.length),
  "something behind": (n, { age }) => Buffer.concat([age, Buffer.alloc(n, 0x41)]),
  "zeros behind": (n) => Buffer.concat([Buffer.from(HEADER), Buffer.alloc(n)]),
  armor: (n, { age }) =>
    `-----BEGIN AGE ENCRYPTED FILE-----\n${Buffer.from(age).toString("base64")}\n${"A".repeat(n)}\n-----END AGE ENCRYPTED FILE-----\n`,
  "armor of blanks": (n) => `${" ".repeat(n)}-----BEGIN AGE ENCRYPTED FILE-----\n`,
  "armor of line feeds": (n) => `-----BEGIN AGE ENCRYPTED FILE-----\n${"\n".repeat(n)}`,
  "armor without end": (n) => `-----BEGIN AGE ENCRYPTED FILE-----\n${`${"QUFB".repeat(16)}\n`.repeat(n)}`,
  "armor of long lines": (n) => `-----BEGIN AGE ENCRYPTED FILE-----\n${"A".repeat(n)}`,
};

const IDENTITY: Readonly<Record<string, Family>> = {
  "many identities": (n, { identity }) => `${/AGE-SECRET-KEY\S+/.exec(identity)?.[0]}\n`.repeat(n),
  "many bad identities": (n) => "AGE-SECRET-KEY-1QQQQ\n".repeat(n),
  "many comments": (n) => "# a\n".repeat(n),
  "a long line": (n) => `AGE-SECRET-KEY-1${"Q".repeat(n)}`,
  "a long plugin": (n) => `AGE-PLUGIN-${"A".repeat(n)}-1QQQQ`,
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n) => Buffer.alloc(n),
  "a key cut anywhere": (n, { sshIdentity }) => sshIdentity.slice(0, n % sshIdentity.length),
  "a long key": (n, { sshIdentity }) => sshIdentity.replace("-----END", () => `${"A".repeat(n)}\n-----END`),
  "a key of line feeds": (n) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${"\n".repeat(n)}-----END OPENSSH PRIVATE KEY-----\n`,
  "a key of another kind": (n) =>
    `-----BEGIN RSA PRIVATE KEY-----\n${"QUFB".repeat(n)}\n-----END RSA PRIVATE KEY-----\n`,
  "an encrypted one": (n) => `${HEADER}-> scrypt ${"A".repeat(22)} 30\n${"A".repeat(43)}\n--- ${"A".repeat(n)}\n`,
};

const SETTINGS: Readonly<Record<string, Family>> = {
  ...YAML,
  "many allowances": (n) => `allow:\n${lines(n, (i) => `  - { rule: SEC007, path: x${i}, reason: "a test of it" }\n`)}`,
  "many paths": (n) => `allow: [{ rule: SEC007, paths: [${'"**/a*b/**", '.repeat(n)}], reason: "a test of it" }]\n`,
  "a long glob": (n) => `allow: [{ rule: SEC007, path: "${"*a".repeat(n)}", reason: "a test of it" }]\n`,
  stars: (n) => `allow: [{ rule: SEC007, path: "${"**/".repeat(n)}x", reason: "a test of it" }]\n`,
};

/** What an expression can do between its head and its rule. */
const nix = (before: string, keys = `[ "${A}" ]`) => `let ${before} in { "x.age".publicKeys = ${keys}; }`;
const doubled = "f = n: s: if n == 0 then s else f (n - 1) (s + s);";

const RULES: Readonly<Record<string, Family>> = {
  "many rules": (n) => `{ ${lines(n, (i) => `"s/${i}".publicKeys = [ "${A}" ];\n`)} }`,
  "many rules that are made": (n) =>
    `builtins.listToAttrs (builtins.genList (i: { name = "s/\${toString i}"; value.publicKeys = [ "${A}" ]; }) ${n})`,
  "many broken rules": (n) => `{ ${lines(n, (i) => `"s/${i}".publicKeys = [ nobody ];\n`)} }`,
  "many rules that lead out": (n) => `{ ${lines(n, (i) => `"../s/${i}".publicKeys = [ ];\n`)} }`,
  "many attributes": (n) => `{ "x.age".publicKeys = [ "${A}" ]; ${lines(n, (i) => `${name(i)} = 1;\n`)} }`,
  "many keys of one rule": (n) => nix("", `builtins.genList (i: "${A}") ${n}`),
  "many lines of one key": (n) => nix("", `[ (builtins.concatStringsSep "\\n" (builtins.genList (i: "${A}") ${n})) ]`),
  "many names of one key": (n) =>
    nix(
      lines(n, (i) => `${name(i)} = "${A}";\n`),
      `[ ${lines(n, (i) => `${name(i)} `)} ]`,
    ),
  "names that look alike": (n) =>
    nix(
      lines(n, (i) => `l${i.toString(2).replaceAll("0", "O")} = "${A}";\n`),
      `[ ${lines(n, (i) => `l${i.toString(2).replaceAll("0", "O")} `)} ]`,
    ),
  "many lists of keys": (n) =>
    nix(
      `a = "${A}"; ${lines(n, (i) => `${name(i + 40)} = [ a ];\n`)}`,
      `${lines(n, (i) => `${name(i + 40)} ++ `)} [ ]`,
    ),
  "sets of people in sets": (n) =>
    nix(`p = ${"{ a = ".repeat(n)} "${A}"; ${"}; ".repeat(n - 1)} };`, `[ p${".a".repeat(n)} ]`),
  "a function that calls itself": () => nix("f = x: f (x + 1);", "f 0"),
  "a sum without an end": () => nix("f = x: x + f x;", "f 0"),
  "a value that is itself": () => nix("x = x;", "x"),
  "a text that doubles": (n) => nix(doubled, `[ (f ${n} "aaaaaaaa") ]`),
  "a list that doubles": (n) => nix(doubled.replace("s + s", "s ++ s"), `f ${n} [ "${A}" ]`),
  "a set that doubles": (n) =>
    nix(`f = n: if n == 0 then 1 else { a = f (n - 1); b = f (n - 1); };`, `builtins.deepSeq (f ${n}) [ ]`),
  "a fold": (n) => nix("", `[ (builtins.foldl' (a: b: a + b) "" (builtins.genList toString ${n})) ]`),
  "a sort": (n) => nix("", `builtins.sort (a: b: true) (builtins.genList toString ${n})`),
  "many replacements": (n) =>
    nix(
      doubled,
      `[ (builtins.replaceStrings (builtins.genList toString ${n}) (builtins.genList toString ${n}) (f 16 "1")) ]`,
    ),
  "an expression that goes back": (n) => nix("", `builtins.match "(a*)*b" "${"a".repeat(n)}"`),
  "a long expression": (n) => nix("", `builtins.match "${"(a|b)*".repeat(n)}" "ab"`),
  "JSON in JSON": (n) => nix("", `builtins.fromJSON ''${"[".repeat(n)}''`),
  "TOML in TOML": (n) => nix("", `builtins.fromTOML ''a = ${"[".repeat(n)}''`),
  "lists in lists": (n) => nix("", "[".repeat(n)),
  "sets in sets": (n) => "{ a = ".repeat(n),
  parentheses: (n) => "(".repeat(n),
  "functions of functions": (n) => "x: ".repeat(n),
  "with within with": (n) => `${"with { }; ".repeat(n)} x`,
  "let within let": (n) => `${"let a = 1; in ".repeat(n)} { }`,
  sums: (n) => nix("", `[ (${"1 + ".repeat(n)} 1) ]`),
  negations: (n) => "!".repeat(n),
  "texts in texts": (n) => '"${'.repeat(n),
  "an open text": (n) => `{ a = ''${"b\n".repeat(n)}`,
  "an open comment": (n) => `/* ${"/* ".repeat(n)}`,
  "many comments": (n) => "# a\n".repeat(n),
  "a path of attributes": (n) => `{ ${"a.".repeat(n)}a = 1; }`,
  "a file of the system": () => nix("", "[ (builtins.readFile /etc/passwd) ]"),
  "a device": () => nix("", "[ (builtins.readFile /dev/zero) ]"),
  itself: () => "import ./secrets.nix",
  "itself within itself": () => nix("", '(import ./secrets.nix)."x.age".publicKeys'),
  "another directory as a file": () => nix("", "[ (builtins.readFile ./.) ]"),
  "what only Nix can do": () => nix("", "[ (derivation { }) ]"),
  "what it throws": (n) => nix("", `throw "${"a".repeat(n)}"`),
  bytes: (n) => Buffer.alloc(n, 0xff),
  zeros: (n) => Buffer.alloc(n),
};

const FAMILIES: Readonly<Record<Kind, Readonly<Record<string, Family>>>> = {
  policy: { ...YAML, ...POLICY },
  yaml: SOPS,
  json: JSON_FAMILIES,
  dotenv: DOTENV,
  ini: INI,
  binary: BINARY,
  age: AGE,
  identity: IDENTITY,
  settings: SETTINGS,
  rules: RULES,
};

const SIZES = [7, 100, 3_000, 20_000];
/** Of what is far too much. */
const OUTSIZE = 700_000;

/** What is certain to be over a limit at that size. */
const OUTSIZED: Partial<Record<Kind, readonly string[]>> = {
  policy: ["a long expression", "many rules", "many users", "many comments", "blanks", "many keys", "a list of commas"],
  yaml: ["many documents", "many values", "many comments", "a long expression in the metadata"],
  json: ["many keys", "many values", "one key many times"],
  settings: ["blanks", "many allowances"],
  rules: ["a fold", "many rules that are made"],
};

const KINDS: readonly Kind[] = [
  "policy",
  "yaml",
  "json",
  "dotenv",
  "ini",
  "binary",
  "age",
  "identity",
  "settings",
  "rules",
];

/** Every family in two sizes that the seed chooses, or in one of them, and those over a limit. */
export function hostileInputs(seed: number, bases: Bases): Input[] {
  const random = randomFrom(seed);
  const inputOf = (kind: Kind, title: string, n: number): Input => {
    const bytes = Buffer.from(FAMILIES[kind][title]?.(n, bases) ?? "");
    return { title: `${kind}: ${title}, ${n}`, kind, bytes, outsized: n === OUTSIZE };
  };
  return KINDS.flatMap((kind) =>
    Object.keys(FAMILIES[kind]).flatMap((title, index) => {
      const small = inputOf(kind, title, pick(random, SIZES.slice(0, 2)));
      const large = inputOf(kind, title, pick(random, SIZES.slice(2)));
      const some = sampled([small, large], 2, index);
      return (OUTSIZED[kind] ?? []).includes(title) ? [...some, inputOf(kind, title, OUTSIZE)] : some;
    }),
  );
}
