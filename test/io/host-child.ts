/** A program that does one thing with the real host: bundled and started by the tests. */
import { writeFileSync } from "node:fs";

import { hardenProcess, nodeHost } from "../../src/io/node-host.ts";

const [task = "", first = "", ...rest] = process.argv.slice(2);
const host = nodeHost();

async function cleanUpOnExit(): Promise<void> {
  host.onExit(() => writeFileSync(`${first}/one`, ""));
  host.onExit(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    writeFileSync(`${first}/two`, "");
  });
  const forget = host.onExit(() => writeFileSync(`${first}/never`, ""));
  forget();
  process.stdout.write("ready\n");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

/** Runs the rest of the arguments with our terminal and prints how it ended. */
async function runInherited(): Promise<void> {
  const { code, signal, forwarded } = await host.run([first, ...rest], { terminal: "inherit" });
  process.stdout.write(`${JSON.stringify({ code, signal, forwarded })}\n`);
}

/** Runs what hangs twice, its output taken piece by piece and as a whole, and prints "ready" once both have begun. */
async function runHanging(): Promise<void> {
  const waiting = new Set(["one", "two"]);
  const begun = (name: string) => {
    waiting.delete(name);
    if (waiting.size === 0) process.stdout.write("ready\n");
  };
  const script = (name: string) =>
    `process.on('SIGTERM',()=>{require('fs').writeFileSync('${first}/${name}','');process.exit()});` +
    `process.stdout.write('x');require('fs').writeFileSync('${first}/${name}-begun','');setTimeout(()=>{},60000)`;
  const begins = async (name: string) => {
    while ((await host.files.stat(`${first}/${name}-begun`)) === undefined) await new Promise(setImmediate);
    begun(name);
  };
  const argv = (name: string) => [process.execPath, "-e", script(name)];
  await Promise.all([
    host.run(argv("one"), { terminal: "capture", output: () => begun("one") }),
    host.run(argv("two"), { terminal: "capture" }),
    begins("two"),
  ]);
}

async function writeUntilClosed(): Promise<void> {
  const chunk = new Uint8Array(65_536);
  try {
    for (;;) await host.streams.stdout(chunk);
  } catch (error) {
    host.streams.stderr(`${String((error as { code?: unknown }).code)}\n`);
  }
}

async function echo(): Promise<void> {
  for await (const chunk of host.streams.stdin()) await host.streams.stdout(chunk);
}

async function harden(): Promise<void> {
  hardenProcess();
  process.stdout.write("ready\n");
  await new Promise((resolve) => setTimeout(resolve, Number(first)));
}

if (task === "exit") await cleanUpOnExit();
else if (task === "run") await runInherited();
else if (task === "hang") await runHanging();
else if (task === "flood") await writeUntilClosed();
else if (task === "echo") await echo();
else if (task === "harden") await harden();
