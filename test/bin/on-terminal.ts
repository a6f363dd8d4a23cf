/** How does a shell run on a terminal of its own, and somebody type at it? With `script` of util-linux. */
import { type ChildProcess, spawn } from "node:child_process";

/** Text to wait for, and what is typed or done when it has come. */
export type Dialogue = readonly (readonly [text: string, answer: string | ((terminal: ChildProcess) => void)])[];

interface Setting {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly dialogue?: Dialogue | undefined;
}

/** What the bash script, and who types at it, left on the terminal; rejects if a text to wait for never came. */
export function onTerminal(script: string, { cwd, env, dialogue = [] }: Setting): Promise<string> {
  const child = spawn("script", ["-qec", 'bash -c "$SCRIPT"', "/dev/null"], { cwd, env: { ...env, SCRIPT: script } });
  const left = [...dialogue];
  let shown = "";
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    for (let next = left[0]; next !== undefined && shown.includes(next[0], seen); next = left[0]) {
      seen = shown.indexOf(next[0], seen) + next[0].length;
      if (typeof next[1] === "string") child.stdin.write(next[1]);
      else next[1](child);
      left.shift();
    }
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      if (left[0] === undefined) resolve(shown.replaceAll("\r\n", "\n"));
      else reject(new Error(`never shown: ${left[0][0]}\n${shown}`));
    });
  });
}
