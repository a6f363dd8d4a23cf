/** A program that commits and is killed, or that commits often: bundled and started by the tests. */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

import { SecretsError } from "../../src/errors.ts";
import { commit } from "../../src/io/commit.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { withScratch } from "../../src/io/scratch.ts";
import { sha256 } from "../../src/io/stream.ts";
import { type Fault, faultyHost } from "./faulty-host.ts";
import { changesOf } from "./repository.ts";

const [task = "", ...args] = process.argv.slice(2);

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

const faults: Readonly<Record<string, Fault>> = {
  before: { before: die },
  after: { after: die },
  torn: { torn: (length) => Math.floor(length / 2), after: die },
};

/** Commits five files and dies at step n; without a step of that number it prints how many there were. */
async function commitAndDie(root: string, state: string, fault: { how: string; at: number }): Promise<void> {
  const { host, steps } = faultyHost(nodeHost(), (n) => (n === fault.at ? faults[fault.how] : undefined));
  await commit(host, changesOf({ root }), { state });
  process.stdout.write(`${steps()}\n`);
}

/** Adds one to the number in a file, `times` times, beginning again when somebody else was faster. */
async function increment(path: string, state: string, times: number): Promise<void> {
  const host = nodeHost();
  for (let done = 0; done < times;) {
    const before = readFileSync(path, "utf8");
    const content = new TextEncoder().encode(String(Number(before) + 1));
    try {
      const change = { path, expected: sha256(before), content, mode: 0o644, verify: async () => undefined };
      const written = await commit(host, [change], { state });
      // None: the other one wrote the same number; that was its increment.
      done += written.length;
    } catch (error) {
      if (!(error instanceof SecretsError) || error.code !== "changed") throw error;
    }
  }
}

/** Opens a scratch file, says where it is, and waits to be ended. */
async function holdScratch(content: string): Promise<void> {
  await withScratch(
    nodeHost(),
    { name: "canary.env.age", bytes: new TextEncoder().encode(content) },
    async (scratch) => {
      process.stdout.write(`${dirname(scratch.path)}\n`);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
  );
}

/** Asks for the commit of a stream that never ends, and says when it began. */
async function commitForever(path: string, state: string): Promise<void> {
  async function* content(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("the beginning");
    process.stdout.write(`${basename(path)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  await commit(
    nodeHost(),
    [{ path, expected: "any", content: content(), mode: 0o600, verify: async () => undefined }],
    {
      state,
    },
  );
}

const [first = "", second = "", third = "", fourth = ""] = args;
if (task === "die") await commitAndDie(first, second, { how: third, at: Number(fourth) });
else if (task === "increment") await increment(first, second, Number(third));
else if (task === "scratch") await holdScratch(first);
else if (task === "forever") await commitForever(first, second);
