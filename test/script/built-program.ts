/** How is the built program called? As a child, with the real world and no terminal. */

import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
import path from "node:path";
import type { Call, Outcome } from "./stage.ts";

const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");

export async function builtProgram({ argv, cwd, env, stdin, isTerminal, hasEditor }: Call): Promise<Outcome> {
  if (isTerminal || hasEditor) throw new Error("the built program has no terminal here: leave out [program]");
  // A session of its own: the terminal that the tests run in is not to be asked.
  const options = { cwd, detached: true, env: { ...env, NODE_DISABLE_COMPILE_CACHE: "1" } };
  const child = spawn(process.execPath, [bin, ...argv], options);
  child.stdin.on("error", () => {}); // it need not read what it is given
  child.stdin.end(stdin);
  const closed = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  const [code, stdout, stderr] = await Promise.all([closed, buffer(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
