import { describe, expect, test } from "vitest";
import type { Peer } from "../../src/io/host.ts";
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

test("code and error output come back, and a child that reads nothing is not a fault", async () => {
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

describe("a conversation", () => {
  /** Answers every line in capitals, and the line `end` by its end. */
  const shouting = node(`
    const lines = require("node:readline").createInterface({ input: process.stdin });
    lines.on("line", (line) => {
      if (line === "end") process.exit(4);
      process.stdout.write(line.toUpperCase() + "\\n");
    });`);

  test("goes line by line, whatever pieces the lines come in", async () => {
    const said = await host.converse(shouting, { env: {} }, async ({ read, write }) => {
      const answers: (string | undefined)[] = [];
      for (const piece of ["é", "ins\nzw", "ei\n", `${"x".repeat(200_000)}\n`]) {
        await write(piece);
        if (piece.includes("\n")) answers.push(await read());
      }
      return answers;
    });

    expect(said).toMatchObject({ code: 0, answer: ["ÉINS", "ZWEI", "X".repeat(200_000)] });
  });

  test("whose child ends has no more lines, and its code comes back", async () => {
    const said = await host.converse(shouting, { env: {} }, async ({ read, write }) => {
      await write("end\n");
      return read();
    });

    expect(said).toMatchObject({ code: 4, answer: undefined });
  });

  test("that is over closes the input of the child", async () => {
    const said = await host.converse(
      node("process.stdin.resume().on('end', () => process.exit(5))"),
      {},
      async () => 1,
    );

    expect(said).toMatchObject({ code: 5, answer: 1 });
  });

  test("that throws ends the child, and comes out", async () => {
    const talk = host.converse(node("setInterval(() => {}, 1000)"), { env: {} }, async () => {
      throw new Error("enough");
    });

    await expect(talk).rejects.toThrow("enough");
  });

  test("with a line that never ends is broken off", async () => {
    const endless = node("const x = 'x'.repeat(65536); const more = () => process.stdout.write(x, more); more()");

    await expect(host.converse(endless, { env: {} }, ({ read }) => read())).rejects.toThrow("a line without an end");
  });

  test("with a program that is not there is ENOENT, whether anything is said to it or not", async () => {
    const failure = { code: "ENOENT", message: "the program cannot be started" };
    const talks = [async () => {}, ({ write }: Peer) => write("x".repeat(300_000))];
    for (const talk of talks) await expect(host.converse(["/nowhere/at all"], {}, talk)).rejects.toMatchObject(failure);
    await expect(host.converse(["cat"], {}, async () => {})).rejects.toThrow("absolute path");
  });
});
