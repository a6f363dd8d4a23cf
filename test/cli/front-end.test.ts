/** What does another program, or another command, cost? Data, and the same `main`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decrypt } from "../../src/commands/decrypt.ts";
import { edit } from "../../src/commands/edit.ts";
import { rekey } from "../../src/commands/rekey.ts";
import type { CommandFamily, CommandSpec } from "../../src/commands/command.ts";
import type { FrontEnd } from "../../src/cli/front-end.ts";
import { frontEndFor } from "../../src/cli/front-ends/index.ts";
import { secrets } from "../../src/cli/front-ends/secrets.ts";
import { main } from "../../src/cli/main.ts";
import { SecretsError } from "../../src/errors.ts";
import { nodeHost } from "../../src/io/node-host.ts";

const fail: CommandSpec = {
  name: "fail",
  group: "Look",
  summary: "say something and fail",
  words: [],
  options: [{ flags: "--late", description: "say it at last" }],
  examples: [],
  run: async (context) => {
    context.note("a note");
    context.say("what has to be known");
    context.warn("a warning", "how to fix it");
    throw new SecretsError("malformed", "what is wrong", { hint: "what to do" });
  },
};

const other: FrontEnd = {
  name: "other",
  description: "Another program.",
  labels: { program: "other> ", kinds: { note: "", warning: "Beware:", error: "", hint: "Try" } },
  commands: [fail],
  globalOptions: [{ flags: "--quiet", description: "say less" }],
  exitCodes: ["0 done", "42 anything else"],
  exitCodeOf: () => 42,
  unknown: ({ words }) => new SecretsError("usage", `other has no ${words.join(" ")}`),
};

async function run(argv: readonly string[], front: FrontEnd, stdin = "") {
  const real = nodeHost();
  const said = { out: "", err: "" };
  const streams = {
    stdin: async function* () {
      yield Buffer.from(stdin);
    },
    stdout: async (bytes: Uint8Array) => void (said.out += new TextDecoder().decode(bytes)),
    stderr: (text: string) => void (said.err += text),
  };
  const terminal = { ...real.terminal, canAsk: false, canEdit: false, stdinIsTerminal: false };
  return { code: await main(argv, { ...real, env: {}, streams, terminal }, front), ...said };
}

describe("another program", () => {
  test("has its own name, verbs, numbers and labels", async () => {
    expect(await run(["fail"], other)).toEqual({
      code: 42,
      out: "",
      err: `other> a note
other> what has to be known
other> Beware: a warning
other> Try how to fix it
other> what is wrong
other> Try what to do
`,
    });
    expect(await run(["get", "x"], other)).toEqual({ code: 42, out: "", err: "other> other has no get x\n" });
  });

  test("has its own options for every verb, on either side of it", async () => {
    const loud = await run(["fail"], other);
    // Notes go; what has to be known, warnings and errors stay.
    const quiet = { ...loud, err: loud.err.replace("other> a note\n", "") };
    expect(await run(["--quiet", "fail"], other)).toEqual(quiet);
    expect(await run(["fail", "--quiet"], other)).toEqual(quiet);
    expect(await run(["fail", "--verbose"], other)).toEqual({
      code: 42,
      out: "",
      err: "other> unknown option '--verbose'\nother> Try other fail --help\n",
    });
  });

  test("says nothing of secrets in its help and its errors of usage", async () => {
    const { code, out } = await run(["--help"], other);

    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: other /);
    expect(out).toContain("say something and fail");
    expect(out).toContain("42 anything else");
    expect(out).not.toMatch(/rekey|secrets/);
    expect((await run(["fail", "--help"], other)).out).toContain("explained by other --help:\n  --quiet\n");
    expect(await run(["fail", "--lat"], other)).toEqual({
      code: 42,
      out: "",
      err: "other> unknown option '--lat'\nother> Try did you mean --late?\n",
    });
  });
});

/** As agenix reads its command line: no verbs, one option says what to do. */
const agenix: FrontEnd = {
  ...other,
  name: "agenix",
  labels: { program: "", kinds: { note: "", warning: "warning:", error: "error:", hint: "" } },
  commands: [],
  globalOptions: [],
  bare: {
    words: [],
    options: [
      { flags: "-e, --edit <file>", description: "edit FILE" },
      { flags: "-d, --decrypt <file>", description: "decrypt FILE to standard output" },
      { flags: "-r, --rekey", description: "re-encrypt all" },
      { flags: "-i, --identity <file>", description: "open with it", repeatable: true },
    ],
    examples: [["agenix -e a.age", "opens an editor"]],
    meaning: ({ options }) => {
      const { edit: edited, decrypt: decrypted, rekey: isAll, identity } = options;
      const given = [edited, decrypted, isAll].filter((option) => option !== undefined);
      if (given.length > 1) throw new SecretsError("usage", "only one of -e, -d and -r");
      if (typeof edited === "string") return { command: edit, words: [edited], options: { identity } };
      if (typeof decrypted === "string") return { command: decrypt, words: [decrypted], options: { identity } };
      return isAll === true ? { command: rekey, words: [], options: { identity } } : undefined;
    },
  },
};

describe("a program without verbs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "front-end-"));
  const at = (name: string) => path.join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));
  const pair = (name: string) => readFileSync(path.join(import.meta.dirname, "..", "scripts", "keys", name), "utf8");

  test("gives our verbs their words and options from its own", async () => {
    writeFileSync(at("key"), pair("age-1"), { mode: 0o600 });
    writeFileSync(at(".sops.yaml"), `creation_rules: [{ path_regex: age$, age: "${pair("age-1.pub").trim()}" }]\n`);

    expect(await run(["-e", at("a.age")], agenix, "hello\n")).toEqual({
      code: 0,
      out: "",
      err: expect.stringMatching(/^created .*a\.age\n$/m),
    });
    expect(await run(["-d", at("a.age"), "-i", at("key")], agenix)).toEqual({ code: 0, out: "hello\n", err: "" });
    expect(await run(["-d", at("a.age"), "-i", at("nothing")], agenix)).toMatchObject({
      code: 42,
      out: "",
      err: expect.stringMatching(/^error: .*nothing/),
    });
    expect(await run(["-r", "-d", "x"], agenix)).toMatchObject({ code: 42, err: "error: only one of -e, -d and -r\n" });
  });

  test("shows its help where it is asked for nothing", async () => {
    const { code, out, err } = await run([], agenix);

    expect([code, out]).toEqual([42, ""]);
    expect(err).toMatch(/^Examples:\n {2}agenix -e a\.age\n {6}opens an editor\n\nUsage: agenix \[options\]\n/);
    expect(err).toMatch(/^ {2}-r, --rekey +re-encrypt all$/m);
    expect(err).not.toMatch(/Commands|COMMAND|secrets/);
    expect(await run(["--help"], agenix)).toEqual({ code: 0, out: err, err: "" });
    expect(await run(["get"], agenix)).toMatchObject({ code: 42, err: expect.stringMatching(/^error: too many arg/) });
  });
});

test.each(["secrets", "/usr/bin/secrets", String.raw`C:\bin\secrets.js`, "/x/sekrets", ""])(
  "%j starts secrets",
  async (file) => expect(await frontEndFor(file)).toBe(secrets),
);

test("another command is one entry", async () => {
  const front = { ...secrets, commands: [...secrets.commands, fail] };

  expect((await run(["--help"], front)).out).toContain("say something and fail");
  expect(await run(["fail"], front)).toMatchObject({
    code: 4,
    err: expect.stringContaining("secrets: hint: what to do"),
  });
});

describe("a command with commands of its own", () => {
  const more: CommandFamily = {
    name: "more",
    group: "Look",
    summary: "do more",
    commands: [
      fail,
      {
        name: "add",
        summary: "add a word",
        words: ["<word>"],
        options: [{ flags: "--by <name>", description: "who adds it", repeatable: true }],
        examples: [["secrets more add x", "adds x"]],
        run: async ({ out }, { words, options }) => {
          await out(JSON.stringify([words, options["by"], options["identity"]]));
          return 0;
        },
      },
    ],
  };
  const front = { ...secrets, commands: [...secrets.commands, more] };

  test("gives each its words and options, with those of every command at any place", async () => {
    const argv = [
      "--identity",
      "a",
      "more",
      "--identity",
      "b",
      "add",
      "x",
      "--by",
      "y",
      "--identity",
      "c",
      "--by",
      "z",
    ];

    expect(await run(argv, front)).toEqual({ code: 0, out: '[["x"],["y","z"],["a","b","c"]]', err: "" });
  });

  test("lists them in its help, and each has a help", async () => {
    expect((await run(["--help"], front)).out).toMatch(/^ {2}more \[options\] \[command\] +do more$/m);
    const { out } = await run(["more", "--help"], front);
    expect(out).toMatch(/^Examples:\n {2}secrets more add x\n/);
    expect(out).toMatch(/^ {2}add \[options\] <word> +add a word$/m);
    const help = await run(["more", "add", "--help"], front);
    expect(help.out).toContain("Usage: secrets more add [options] <word>\n\nAdd a word.\n");
    expect(await run(["more", "help", "add"], front)).toEqual(help);
  });

  test.each([
    [["more"], "secrets more needs a command: fail, add", "secrets more --help"],
    [["more", "--quiet"], "secrets more needs a command: fail, add", "secrets more --help"],
    [
      ["more", "ad", "x y"],
      "unknown command 'more ad'; secrets more takes fail, add",
      "did you mean: secrets more add 'x y'",
    ],
    [["more", "edit"], "unknown command 'more edit'; secrets more takes fail, add", "secrets more --help"],
    [["more", "add"], "missing required argument 'word'", "secrets more add --help"],
    [["mroe", "add"], "unknown command 'mroe'", "did you mean: secrets more add"],
  ])("%j is an error of usage", async (argv, message, hint) => {
    expect(await run(argv, front)).toEqual({
      code: 2,
      out: "",
      err: `secrets: error: ${message}\nsecrets: hint: ${hint}\n`,
    });
  });
});
