/** What does another program, or another command, cost? Data, and the same `main`. */
import { expect, test } from "vitest";
import type { CommandSpec } from "../../src/commands/command.ts";
import { secrets, type FrontEnd } from "../../src/cli/front-end.ts";
import { main } from "../../src/cli/main.ts";
import { SecretsError } from "../../src/errors.ts";
import { nodeHost } from "../../src/io/node-host.ts";

const fail: CommandSpec = {
  name: "fail",
  group: "Look",
  summary: "say something and fail",
  words: [],
  options: [],
  examples: [],
  run: async (context) => {
    context.warn("a warning");
    throw new SecretsError("malformed", "what is wrong", { hint: "what to do" });
  },
};

const other: FrontEnd = {
  name: "other",
  description: "Another program.",
  commands: [fail],
  exitCodes: ["0 done", "42 anything else"],
  exitCodeOf: () => 42,
  unknown: (words) => new SecretsError("usage", `other has no ${words.join(" ")}`),
};

async function run(argv: readonly string[], front: FrontEnd) {
  const real = nodeHost();
  const said = { out: "", err: "" };
  const streams = {
    ...real.streams,
    stdout: async (bytes: Uint8Array) => void (said.out += new TextDecoder().decode(bytes)),
    stderr: (text: string) => void (said.err += text),
  };
  return { code: await main(argv, { ...real, env: {}, streams }, front), ...said };
}

test("another program has its own name, verbs and numbers", async () => {
  expect(await run(["fail"], other)).toEqual({
    code: 42,
    out: "",
    err: "other: a warning\nother: error: what is wrong\nother: hint: what to do\n",
  });
  expect(await run(["get", "x"], other)).toEqual({ code: 42, out: "", err: "other: error: other has no get x\n" });
});

test("its help and its errors of usage say nothing of secrets", async () => {
  const { code, out } = await run(["--help"], other);
  const wrong = await run(["fail", "--nonsense"], other);

  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: other /);
  expect(out).toContain("say something and fail");
  expect(out).toContain("42 anything else");
  expect(out).not.toContain("rekey");
  expect(wrong).toEqual({
    code: 42,
    out: "",
    err: "other: error: unknown option '--nonsense'\nother: hint: other fail --help\n",
  });
});

test("another command is one entry", async () => {
  const front = { ...secrets, commands: [...secrets.commands, fail] };

  expect((await run(["--help"], front)).out).toContain("say something and fail");
  expect(await run(["fail"], front)).toMatchObject({
    code: 4,
    err: expect.stringContaining("secrets: hint: what to do"),
  });
});
