import { expect, test } from "vitest";
import { nodeHost } from "../../src/io/node-host.ts";

const host = nodeHost();
const node = (script: string) => [process.execPath, "-e", script];

async function piped(argv: readonly string[], input = "") {
  const pieces: Buffer[] = [];
  const result = await host.run(argv, {
    terminal: "capture",
    env: {},
    input: Buffer.from(input),
    output: (piece) => void pieces.push(Buffer.from(piece)),
  });
  return { ...result, output: Buffer.concat(pieces).toString() };
}

test("the output comes piece by piece, and the input goes in", async () => {
  const result = await piped(node("process.stdin.pipe(process.stdout)"), "x".repeat(300_000));

  expect(result.output).toBe("x".repeat(300_000));
  expect([result.code, result.stdout.length]).toEqual([0, 0]);
});

test("a child waits while a piece is taken", async () => {
  let taking = 0;
  let atOnce = 0;
  await host.run(node("process.stdout.write('x'.repeat(1_000_000))"), {
    terminal: "capture",
    env: {},
    output: async () => {
      taking += 1;
      atOnce = Math.max(atOnce, taking);
      await new Promise((resolve) => setImmediate(resolve));
      taking -= 1;
    },
  });

  expect(atOnce).toBe(1);
});

test("code and error output come back, and a child that reads nothing is no fault", async () => {
  const result = await piped(node("process.stderr.write('no'); process.exitCode = 3"), "x".repeat(300_000));

  expect([result.code, Buffer.from(result.stderr).toString()]).toEqual([3, "no"]);
});

test("a program that is not there is ENOENT, and its command line is not in the words", async () => {
  const failing = piped(["/nowhere/at all", "an argument"]);

  await expect(failing).rejects.toMatchObject({ code: "ENOENT", message: "the program cannot be started" });
});

test("what taking throws ends the child and comes out", async () => {
  const run = host.run(node("setInterval(() => process.stdout.write('x'), 1)"), {
    terminal: "capture",
    env: {},
    output: () => {
      throw new Error("enough");
    },
  });

  await expect(run).rejects.toThrow("enough");
});
