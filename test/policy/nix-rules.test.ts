import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { parseRules } from "../../src/policy/nix-rules.ts";
import type { Policy, Ruling } from "../../src/policy/policy.ts";
import { emptyWorld } from "../nix/world.ts";
import { A, B, C, S, S_AS_AGE } from "./keys.ts";

interface Given {
  /** Beside the rules, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly subject?: string;
}

async function maybe(text: string, { files = {}, env = {}, subject = "" }: Given = {}): Promise<Policy | undefined> {
  const read = (path: string): Promise<string> => {
    const found = files[posix.relative("/r", path)];
    if (found === undefined) return Promise.reject(new SecretsError("not-found", `no such file: ${path}`));
    return Promise.resolve(found);
  };
  const environment = (name: string) => env[name];
  return parseRules(text, "secrets.nix", { ...emptyWorld, read, environment, path: "/r/secrets.nix", subject });
}

async function parse(text: string, given?: Given): Promise<Policy> {
  const policy = await maybe(text, given);
  if (policy === undefined) throw new Error("no policy");
  return policy;
}

async function ruled(text: string, path = "a.age"): Promise<Ruling> {
  const ruling = (await parse(text)).rule(path);
  if (ruling === undefined) throw new Error(`no rule for ${path}`);
  return ruling;
}

async function failure(text: string, path = "a.age"): Promise<SecretsError> {
  try {
    (await parse(text)).rule(path);
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

const names = ({ readers }: Ruling) => readers.map(({ name }) => name);

describe("a key is called by", () => {
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    "its name in the let": [`let alice = "${A}"; in { "a.age".publicKeys = [ alice ]; }`, ["alice"]],
    "its name in a set": [`let users.alice = "${A}"; in { "a.age".publicKeys = [ users.alice ]; }`, ["alice"]],
    "its path, where the last part means two": [
      `let users.x = "${A}"; hosts.x = "${B}"; in { "a.age".publicKeys = [ users.x hosts.x ]; }`,
      ["users.x", "hosts.x"],
    ],
    "the first of two names": [`let a = "${A}"; b = "${A}"; in { "a.age".publicKeys = [ a b ]; }`, ["a"]],
    "a name whose text has several keys": [
      `let alice = "${A}\\n${B}\\n"; in { "a.age".publicKeys = [ alice ]; }`,
      ["alice"],
    ],
    "a name that only a list looks at": [
      `let alice = "${A}"; all = [ alice ]; in { "a.age".publicKeys = all; }`,
      ["alice"],
    ],
    "a name of a let within": [
      `let f = x: let bob = "${B}"; in [ x bob ]; in { "a.age".publicKeys = f "${A}"; }`,
      [A, "bob"],
    ],
    "its comment, where no let has it": [`{ "a.age".publicKeys = [ "${S} sam@desk" ]; }`, ["sam@desk"]],
    "itself, where nothing has it": [`{ "a.age".publicKeys = [ "${A}" ]; }`, [A]],
    "itself, where its name mixes alphabets": [
      `let names."аlice" = "${A}"; in { "a.age".publicKeys = [ names."аlice" ]; }`,
      [A],
    ],
    "themselves, where two names look alike": [
      `let b0b = "${A}"; bob = "${B}"; in { "a.age".publicKeys = [ b0b bob ]; }`,
      [A, B],
    ],
  };

  test.each(Object.entries(cases))("%s", async (_, [text, expected]) => {
    expect(names(await ruled(text))).toEqual(expected);
  });

  test("a name that no rule made Nix look at names nobody", async () => {
    const policy = await parse(`let alice = "${A}"; bob = throw "no"; in { "a.age".publicKeys = [ alice ]; }`);
    expect(policy.members.map(({ name }) => name)).toEqual(["alice"]);
  });

  test("a comment that is the name of somebody else counts for nothing", async () => {
    const text = `let alice = "${A}"; in { "a.age".publicKeys = [ alice "${S} alice" ]; }`;
    expect(names(await ruled(text))).toEqual(["alice", S]);
  });
});

describe("of what is in a set or has a comment", () => {
  test.each([
    [`let hosts.web = "${A}"; in { "a.age".publicKeys = [ hosts.web ]; }`, "host"],
    [`let systems = { web = "${A}"; }; in { "a.age".publicKeys = [ systems.web ]; }`, "host"],
    [`let system1 = "${A}"; in { "a.age".publicKeys = [ system1 ]; }`, "host"],
    [`let web = "${S} root@web"; in { "a.age".publicKeys = [ web ]; }`, "host"],
    [`{ "a.age".publicKeys = [ "${S} root@web" ]; }`, "host"],
    [`let users.web = "${A}"; in { "a.age".publicKeys = [ users.web ]; }`, "user"],
    [`let ghost = "${A}"; in { "a.age".publicKeys = [ ghost ]; }`, "user"],
  ])("%s is a %s", async (text, kind) => {
    expect((await ruled(text)).readers.map((reader) => reader.kind)).toEqual([kind]);
  });
});

describe("a list of keys is a team", () => {
  const TEXT = `let
  alice = "${A}"; bob = "${B}"; web = "${C}";
  ops = [ alice bob ];
  everybody = ops ++ [ web ];
  one = [ alice ];
in {
  "all.age".publicKeys = everybody;
  "ops.age".publicKeys = ops;
  "mixed.age".publicKeys = ops ++ [ "${S}" ];
  "alone.age".publicKeys = one;
}`;

  test("of those that it names, whatever lists it was made from", async () => {
    const { teams } = await parse(TEXT);
    expect(teams.get("ops")).toEqual(["alice", "bob"]);
    expect(teams.get("everybody")).toEqual(["alice", "bob", "web"]);
  });

  test("through which people read, the outermost first", async () => {
    const through = async (path: string) => {
      const { readers } = await ruled(TEXT, path);
      return readers.map(({ name, through: teams }) => [name, ...teams].join(" < "));
    };
    expect(await through("all.age")).toEqual(["alice < everybody < ops", "bob < everybody < ops", "web < everybody"]);
    expect(await through("mixed.age")).toEqual(["alice < ops", "bob < ops", S]);
    expect(await through("alone.age")).toEqual(["alice"]);
  });
});

test("a key counts once, by whichever face", async () => {
  const ruling = await ruled(`{ "a.age".publicKeys = [ "${S} sam" "${S} sam" "${S} again" ]; }`);
  expect(ruling.readers.flatMap(({ keys }) => keys.map(({ text }) => text))).toEqual([S]);
  const both = await ruled(`let sam = "${S}"; twin = "${S_AS_AGE}"; in { "a.age".publicKeys = [ sam twin ]; }`);
  expect(names(both)).toEqual(["sam"]);
});

describe("a rule has a place", () => {
  test.each([
    [`{\n  "a.age".publicKeys = [ "${A}" ];\n}`, 2, 3],
    [`let x = {\n "a.age" = { publicKeys = [ "${A}" ]; }; }; in\n{ } // x`, 2, 2],
    [`builtins.mapAttrs (_: keys: { publicKeys = keys; }) {\n\n    "a.age" = [ "${A}" ];\n}`, 3, 5],
  ])("%s", async (text, line, column) => {
    expect((await ruled(text)).at).toEqual({ file: "secrets.nix", line, column });
  });

  test("that is the file's own, where the name was made", async () => {
    const text = `\nbuiltins.listToAttrs [ { name = "a.age"; value.publicKeys = [ "${A}" ]; } ]`;
    expect((await ruled(text)).at.file).toBe("secrets.nix");
  });

  test("and so has one of another file", async () => {
    const policy = await parse("import ./other.nix", {
      files: { "other.nix": `{\n"a.age".publicKeys = [ "${A}" ]; }` },
    });
    expect(policy.rule("a.age")?.at).toMatchObject({ line: 2, column: 1 });
  });
});

describe("a broken rule", () => {
  const good = `"good.age".publicKeys = [ "${A}" ];`;
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    "a name that nobody knows": ['"a.age".publicKeys = [ nobody ];', "the rule for a.age: undefined variable 'nobody'"],
    "no list": [`"a.age".publicKeys = "${A}";`, "the rule for a.age: expected a list, found a string"],
    "no text": ['"a.age".publicKeys = [ 1 ];', "the rule for a.age: expected a string, found an integer"],
    "an armor that is no Boolean": [
      `"a.age" = { publicKeys = [ "${A}" ]; armor = "yes"; };`,
      "the rule for a.age: expected a Boolean, found a string",
    ],
    "nobody in it": ['"a.age".publicKeys = [ ];', "the rule for a.age names nobody"],
    "a file that is empty": ['"a.age".publicKeys = [ "\\n" ];', "the rule for a.age names nobody"],
    "a key on a security key": [
      `"a.age".publicKeys = [ "${A}" "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t" ];`,
      "key 2 of a.age: ",
    ],
    "a placeholder": ['"a.age".publicKeys = [ "ssh-ed25519 AAAA...replace" ];', "key 1 of a.age: "],
    "an error that it throws": ['"a.age" = throw "not yet";', "the rule for a.age: not yet"],
  };

  test.each(Object.entries(cases))("with %s is one of its own", async (_, [rule, message]) => {
    const text = `{ ${good}\n  ${rule}\n}`;
    const error = await failure(text);
    expect(error.code).toBe("policy");
    expect(error.message).toContain(message);
    expect(error.at).toMatchObject({ file: "secrets.nix", line: 2 });

    const policy = await parse(text);
    expect(policy.broken).toHaveLength(1);
    expect(policy.exactPaths).toEqual(["good.age"]);
    expect(policy.rule("good.age")?.readers).toHaveLength(1);
  });

  test("says more than one thing at once", async () => {
    const policy = await parse('{ "a.age".publicKeys = [ a ]; "b.age".publicKeys = [ b ]; "c.age".publicKeys = [ ]; }');
    expect(policy.broken?.map(({ message }) => message)).toEqual([
      "the rule for a.age: undefined variable 'a'",
      "the rule for b.age: undefined variable 'b'",
      "the rule for c.age names nobody",
    ]);
  });

  test("but what is too much ends the whole file", async () => {
    await expect(parse(`let f = x: f x; in { ${good} "a.age".publicKeys = [ (f 1) ]; }`)).rejects.toMatchObject({
      code: "policy",
    });
  });
});

describe("what is no rule", () => {
  const REST = `"a.age".publicKeys = [ "${A}" ];`;

  test("is noted with its place, and agenix-shell-secrets is not", async () => {
    const { notes } = await parse(
      `{ ${REST}\n  __functor = x: x;\n  note = "x";\n  agenix-shell-secrets.A.file = ./a.age; }`,
    );
    expect(notes).toEqual([
      { at: { file: "secrets.nix", line: 2, column: 3 }, message: "__functor is not a rule" },
      { at: { file: "secrets.nix", line: 3, column: 3 }, message: "note is not a rule" },
    ]);
  });

  test("is read as files by their names in the shell", async () => {
    const text = `{ ${REST} agenix-shell-secrets = { A.file = ./a.age; B.file = "/r/b.age"; C = 1; D = throw "d"; }; }`;
    expect([...((await parse(text)).shellSecrets ?? [])]).toEqual([
      ["A", "/r/a.age"],
      ["B", "/r/b.age"],
    ]);
  });

  test.each(["x: { }", "{ config, ... }: { age.secrets = { }; }", "1", '"text"', "[ ]", "{ a = 1; }", "null"])(
    "%s is no policy at all",
    async (text) => {
      expect(await maybe(text)).toBeUndefined();
    },
  );

  test("a set of nothing is a policy without a rule", async () => {
    const policy = await parse("{ }");
    expect(policy.rule("a.age")).toBeUndefined();
    expect(policy.exactPaths).toEqual([]);
  });
});

describe("a path", () => {
  test.each(["./a.age", "x/../a.age", ".//a.age"])("is %s by another spelling", async (path) => {
    expect((await parse(`{ "${path}".publicKeys = [ "${A}" ]; }`)).exactPaths).toEqual(["a.age"]);
    expect(await ruled(`{ "a.age".publicKeys = [ "${A}" ]; }`, path)).toMatchObject({ path: "a.age" });
  });

  test("counts once, and the first rule for it holds, broken or not", async () => {
    const twice = (first: string, second: string) => parse(`{ ${first} ${second} }`);
    const [good, bad] = [`"a.age".publicKeys = [ "${A}" ];`, '"./a.age".publicKeys = [ nobody ];'];
    const [first, second] = [await twice(good, bad), await twice(bad, good)];
    expect([first.exactPaths, first.broken?.length]).toEqual([["a.age"], 0]);
    expect([second.exactPaths, second.broken?.length]).toEqual([[], 1]);
    for (const { warnings } of [first, second]) expect(warnings.map(({ at }) => at.line)).toEqual([1]);
  });

  test.each([
    ["../a.age", "leads out of its directory, and is ignored"],
    ["x/../../a.age", "leads out of its directory, and is ignored"],
    ["/etc/a.age", "leads out of its directory, and is ignored"],
    ["..", "leads out of its directory, and is ignored"],
    [".", "names no file, and is ignored"],
    ["x/", "names no file, and is ignored"],
    ["аlice.age", "mixes"],
  ])("%s %s", async (path, message) => {
    const policy = await parse(`{ "${path}".publicKeys = [ "${A}" ]; }`);
    expect(policy.exactPaths).toEqual([]);
    expect(policy.warnings.map((warning) => warning.message)).toEqual([expect.stringContaining(message)]);
  });

  test("may have blanks, and need not end in .age", async () => {
    const policy = await parse(
      `{ "with space".publicKeys = [ "${A}" ]; b.publicKeys = [ "${A}" ]; "..c".publicKeys = [ "${A}" ]; }`,
    );
    expect(policy.exactPaths).toEqual(["with space", "b", "..c"]);
  });

  test("that is missing is proposed as Nix writes it", async () => {
    const { line } = (await parse("{ }")).missingRule('a "b" ${c}\\.age');
    expect(line).toBe('"a \\"b\\" \\${c}\\\\.age".publicKeys = [ "age1…" ];');
    const policy = await parse(`{ ${line.replace("age1…", A)} }`);
    expect(policy.exactPaths).toEqual(['a "b" ${c}\\.age']);
  });
});

test("armor is a setting of the rule", async () => {
  expect((await ruled(`{ "a.age" = { publicKeys = [ "${A}" ]; armor = true; }; }`)).settings.armor).toBe(true);
  expect((await ruled(`{ "a.age".publicKeys = [ "${A}" ]; }`)).settings.armor).toBe(false);
});

describe("FILE in the environment", () => {
  const TEXT = `let file = builtins.getEnv "FILE"; in { \${if file == "" then "x" else file}.publicKeys = [ "${A}" ]; }`;

  test("is the path that is asked for, and nothing of the user's", async () => {
    const policy = await parse(TEXT, { subject: "new.age", env: { FILE: "other.age" } });
    expect(policy.exactPaths).toEqual(["new.age"]);
    expect(policy.onlyFor).toBe("new.age");
  });

  test("binds only those rules that ask for it", async () => {
    const policy = await parse(`{ \${builtins.getEnv "USER"}.publicKeys = [ "${A}" ]; }`, {
      env: { USER: "alice" },
    });
    expect(policy.exactPaths).toEqual(["alice"]);
    expect(policy.onlyFor).toBeUndefined();
  });
});

test("an error in a file that it imports is told with that file and the way there", async () => {
  const error = await failure("let\n  keys = import ./keys.nix;\nin keys.x");
  expect(error.at).toMatchObject({ file: "secrets.nix", line: 2 });
  const inside = maybe("let keys = import ./keys.nix; in keys", { files: { "keys.nix": "\n{ a = }" } });
  await expect(inside).rejects.toMatchObject({ code: "policy", at: { line: 2 } });
});

test("a character that turns the order of a line around is refused", async () => {
  const error = await failure(`{\n  # \u202e\n  "a.age".publicKeys = [ "${A}" ]; }`);
  expect(error.at).toMatchObject({ file: "secrets.nix", line: 2 });
});

test("many rules for one key are no duplicates", async () => {
  const policy = await parse(`{ "a.age".publicKeys = [ "${A}" ];\n "b.age".publicKeys = [ "${A}" ]; }`);
  expect(policy.warnings).toEqual([]);
});
