/**
 * Does the program ask on the terminal that controls it, wherever its standard streams lead, and leave that terminal as it was?
 *
 * With a real one: `script` runs a shell on a new terminal, and types what we write to it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const keys = path.join(import.meta.dirname, "..", "scripts", "keys");
const folder = mkdtempSync(path.join(tmpdir(), "terminal-"));
const bin = path.join(folder, "bin");
const environment = {
  HOME: folder,
  TERM: "dumb",
  SHELL: "/bin/sh",
  PATH: `${bin}:${process.env["PATH"] ?? ""}`,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};
const prompt = "passphrase for ~/.ssh/id_ed25519: ";

/** Text to wait for, and what is typed or done when it has come. */
type Dialogue = readonly (readonly [text: string, answer: string | ((terminal: ChildProcess) => void)])[];

/** What a shell script, and who types at it, left on the terminal. */
function atTerminal(line: string, dialogue: Dialogue = []): Promise<string> {
  const shell = path.join(folder, "script.sh");
  writeFileSync(shell, line);
  const child = spawn("script", ["-qec", `bash '${shell}'`, "/dev/null"], { cwd: folder, env: environment });
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

const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");

beforeAll(async () => {
  for (const name of ["bin", ".ssh", "secrets"]) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(bin, "secrets"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  for (const end of ["", ".pub"])
    copyFileSync(path.join(keys, `ed25519-passphrase-1${end}`), path.join(folder, ".ssh", `id_ed25519${end}`));
  chmodSync(path.join(folder, ".ssh", "id_ed25519"), 0o600);
  const [kind, key] = read(".ssh/id_ed25519.pub").split(" ");
  writeFileSync(
    path.join(folder, ".sops.yaml"),
    `users: { me: '${kind} ${key}' }\ncreation_rules: [{ path_regex: ^secrets/, readers: [me] }]\n`,
  );
  await atTerminal(
    "git init -q; printf old | secrets set secrets/a.age --value-stdin; echo 'k: 1' > secrets/b.yaml; secrets encrypt -i secrets/b.yaml",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(process.platform === "linux")("a passphrase is asked for on the terminal", () => {
  test.each([
    ["standard input is a pipe", "printf new | secrets set secrets/b.yaml fresh --value-stdin"],
    ["standard input is empty", "secrets get secrets/a.age </dev/null; echo"],
    ["standard error is a file", "secrets get secrets/a.age 2>log; echo"],
    ["all lead elsewhere", "secrets get secrets/a.age </dev/null >out 2>log"],
    ["a loop reads standard input", "ls secrets/a.age | while read -r file; do secrets get $file; done"],
  ])("where %s", async (_, line) => {
    const shown = await atTerminal(`${line}; echo "exit $?"`, [[prompt, "passphrase\r"]]);
    expect(shown).toContain("exit 0");
    expect(shown).not.toContain(`${prompt}passphrase`);
  });

  test("and the answer goes nowhere else", async () => {
    await atTerminal("secrets get secrets/a.age </dev/null >out 2>log", [[prompt, "passphrase\r"]]);
    expect([read("out"), read("log")]).toEqual(["old", ""]);
  });

  test.each([
    ["--no-input", "secrets get --no-input secrets/a.age"],
    ["CI", "CI=true secrets get secrets/a.age"],
    ["no terminal", "setsid -w secrets get secrets/a.age </dev/null 2>&1 | cat; (exit ${PIPESTATUS[0]})"],
  ])("but not with %s", async (_, line) => {
    const shown = await atTerminal(`${line}; echo "exit $?"`);
    expect(shown).toContain("cannot be asked for here");
    expect(shown).toContain("exit 2");
  });
});

describe.runIf(process.platform === "linux")("the terminal is left as it was", () => {
  const around = (line: string): string => `stty -a >before; ${line}; echo "exit $?"; stty -a >after`;
  const same = (): void => expect(read("after")).toBe(read("before"));

  test("after an answer, and what was typed before the question is no part of it", async () => {
    const shown = await atTerminal(around("echo type; read -r line; secrets get secrets/a.age"), [
      ["type\r\n", "a line\rtyped ahead\rand more"],
      [prompt, "passphrase\r"],
    ]);
    expect(shown).toContain("exit 0");
    same();
  });

  test.each([
    ["Ctrl-C", "pass\u0003"],
    ["Ctrl-D", "\u0004"],
    ["Ctrl-D behind text", "pass\u0004"],
  ])("after %s, which is no wrong passphrase", async (_, typed) => {
    const shown = await atTerminal(around("secrets get secrets/a.age"), [[prompt, typed]]);
    expect(shown).toContain("exit 130");
    expect(shown.split("passphrase for")).toHaveLength(2);
    same();
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("after %s", async (signal) => {
    const shown = await atTerminal(around(`bash -c 'echo "$$" >pid; exec secrets get secrets/a.age'`), [
      [prompt, () => process.kill(Number(read("pid")), signal)],
    ]);
    expect(shown).toContain(`exit ${128 + constants.signals[signal]}`);
    same();
  });

  test("while Ctrl-Z has stopped it, and the question goes on behind it", async () => {
    const line = "set -m; secrets get secrets/a.age >out; stty -a >stopped; fg";
    const shown = await atTerminal(around(line), [
      [prompt, "pass\u001a"],
      [prompt, "phrase\r"],
    ]);
    expect(shown).toContain("exit 0");
    expect(read("out")).toBe("old");
    expect(read("stopped")).toBe(read("before"));
    same();
  });
});

test.runIf(process.platform === "linux")(
  "a terminal that is closed in the middle of an edit ends it by SIGHUP",
  async () => {
    writeFileSync(
      path.join(bin, "slow-editor"),
      `#!/bin/sh\nprintf typed >"$1"\necho editor is open\nexec sleep 60\n`,
      { mode: 0o755 },
    );
    // A shell that outlives the terminal, and whose children do not.
    const line = "trap : HUP; EDITOR=slow-editor secrets edit secrets/a.age; echo $? >ended.part; mv ended.part ended";
    await atTerminal(line, [
      [prompt, "passphrase\r"],
      ["editor is open", (terminal) => terminal.kill("SIGKILL")],
    ]);
    await expect.poll(() => existsSync(path.join(folder, "ended")), { timeout: 20_000 }).toBe(true);
    expect(read("ended")).toBe("129\n");
    const rescue = path.join(folder, ".local", "state", "secrets-cli", "rescue");
    expect(readdirSync(rescue)).toEqual([expect.stringMatching(/-a\.age$/)]);
    expect(statSync(rescue).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(rescue, readdirSync(rescue)[0] ?? "")).mode & 0o777).toBe(0o600);
  },
);
