/**
 * Does the program ask on the terminal that controls it, wherever its standard streams lead, and leave that terminal as it was?
 *
 * With a real one: `script` runs a shell on a new terminal, and types what we write to it.
 */
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
import { type Dialogue, onTerminal } from "./on-terminal.ts";

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
const rescue = path.join(folder, ".local", "state", "secrets", "rescue");
const prompt = "passphrase for ~/.ssh/id_ed25519: ";

/** What a shell script, and who types at it, left on the terminal. */
const atTerminal = (script: string, dialogue?: Dialogue): Promise<string> =>
  onTerminal(script, { cwd: folder, env: environment, dialogue });

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
    expect(shown).toContain("cannot ask for the passphrase");
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
  ])("after %s, which is not a wrong passphrase", async (_, typed) => {
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

describe.runIf(process.platform === "linux")("an editor owns the terminal", () => {
  /** Says on its standard output that it is there, and which of its streams are terminals, and writes what is typed. */
  const editor = `#!/bin/sh
if [ -t 0 ] && [ -t 1 ]; then echo "editor is open"; read -r line; printf %s "$line" >"$1"; else exit 1; fi
`;
  const edit = "EDITOR=asking-editor secrets edit secrets/e.age";

  test.each([
    ["standard output is a file", `${edit} >out`],
    ["standard output is a pipe", `${edit} | cat >out`],
    ["standard error is a file", `${edit} 2>log`],
  ])("where %s", async (_, line) => {
    writeFileSync(path.join(bin, "asking-editor"), editor, { mode: 0o755 });
    rmSync(path.join(folder, "secrets", "e.age"), { force: true });
    await atTerminal(line, [["editor is open\r\n", "typed\r"]]);
    const shown = await atTerminal("secrets get secrets/e.age", [[prompt, "passphrase\r"]]);
    expect(shown).toContain("typed");
  });

  test("and is not started where standard input brings the content", async () => {
    const started = path.join(folder, "started");
    writeFileSync(path.join(bin, "noting-editor"), `#!/bin/sh\ntouch ${started}\n`, { mode: 0o755 });
    const shown = await atTerminal(
      `export EDITOR=noting-editor; printf piped | secrets edit secrets/p.age; echo "exit $?"; printf again >f; secrets edit secrets/p.age <f; echo "exit $?"
secrets edit secrets/p.age </dev/null; echo "exit $?"; secrets get secrets/p.age >out`,
      [[prompt, "passphrase\r"]],
    );
    expect(shown.match(/exit \d+/g)).toEqual(["exit 0", "exit 0", "exit 6"]);
    expect(read("out")).toBe("again");
    expect(existsSync(started)).toBe(false);
  });
});

describe.runIf(process.platform === "linux")("in a session of its own, which no terminal controls,", () => {
  const alone = (command: string): string => `setsid -w ${command}; echo "exit $?"`;

  test.each([
    ["a passphrase", "secrets get secrets/a.age", "the passphrase"],
    ["a new passphrase", "secrets encrypt -p -o secrets/s.age f", "the passphrase"],
    ["a value", "secrets set secrets/v.age", "the value"],
    ["trust", "secrets trust", "keys"],
  ])("%s is refused at once where no stream is a terminal", async (_, command, what) => {
    writeFileSync(path.join(folder, "f"), "x");
    // A pipe that stays open: who reads it waits for ever.
    const shown = await atTerminal(`mkfifo pipe; exec 9<>pipe; ${alone(`${command} <&9 >log 2>&1`)}; rm pipe; cat log`);
    expect(shown).toContain("exit 2");
    expect(shown).toContain(what);
    expect(shown).toContain("cannot ask");
  });

  test("no editor is waited for", async () => {
    const shown = await atTerminal(alone("secrets edit secrets/n.age </dev/null >log 2>&1") + "; cat log");
    expect(shown).toContain("exit 6");
    expect(shown).toContain("no terminal");
  });

  test("the terminal that its streams lead to is asked", async () => {
    const shown = await atTerminal(alone("secrets get secrets/a.age"), [[prompt, "passphrase\r"]]);
    expect(shown).toContain("exit 0");
  });
});

describe.runIf(process.platform === "linux")("whoever leaves at a question", () => {
  const carol = readFileSync(path.join(keys, "age-2.pub"), "utf8").trim();
  /** A folder under a policy that was changed since its files were written. */
  beforeAll(async () => {
    const drift = path.join(folder, "drift");
    mkdirSync(drift);
    const policy = (readers: string) =>
      `users: { me: '${read(".ssh/id_ed25519.pub").split(" ").slice(0, 2).join(" ")}', carol: ${carol} }\ncreation_rules: [{ readers: [${readers}] }]\n`;
    writeFileSync(path.join(drift, ".sops.yaml"), policy("me"));
    await atTerminal("cd drift; echo 'k: 1' > a.yaml; secrets encrypt -i a.yaml");
    writeFileSync(path.join(drift, ".sops.yaml"), policy("me, carol"));
    writeFileSync(path.join(bin, "breaking-editor"), `#!/bin/sh\necho 'k: [' >"$1"\n`, { mode: 0o755 });
  });

  const questions = [
    ["for a value", "secrets set secrets/v.age", ["value for secrets/v.age: "]],
    ["for a new passphrase", "secrets encrypt -p -o s.age f", ["passphrase for s.age: "]],
    ["for it again", "secrets encrypt -p -o s.age f", ["passphrase for s.age: ", "type it again: "]],
    ["about keys", "secrets trust", ["[y/N] "]],
    ["about readers", "secrets -C drift updatekeys a.yaml", ["Is this okay? [y/N] "]],
    ["about drift", "secrets -C drift set a.yaml k", ["with this write? [y/N] "]],
    ["of an edit", "EDITOR=breaking-editor secrets edit secrets/b.yaml", [prompt, "open the editor again? "]],
  ] as const;

  test.each(
    questions.flatMap(([what, ...given]) => [
      [what, "Ctrl-C", { key: "\u0003", given }] as const,
      [what, "Ctrl-D", { key: "\u0004", given }] as const,
    ]),
  )(
    "%s by %s changes nothing, and leaves the terminal as it was",
    async (_, _name, { key, given: [command, texts] }) => {
      writeFileSync(path.join(folder, "f"), "x");
      rmSync(rescue, { recursive: true, force: true });
      const names = ["secrets/a.age", "secrets/b.yaml", "secrets/v.age", "s.age", "drift/a.yaml", ".sops.yaml"];
      const files = () => names.map((file) => (existsSync(path.join(folder, file)) ? read(file) : undefined));
      const before = files();
      const asked = texts.map((text, at) => [text, at === texts.length - 1 ? key : "passphrase\r"] as const);
      const shown = await atTerminal(`stty -a >before; ${command}; echo "exit $?"; stty -a >after`, asked);
      expect(shown).toContain("exit 130");
      expect(files()).toEqual(before);
      expect(read("after")).toBe(read("before"));
      expect(existsSync(rescue) ? readdirSync(rescue) : []).toHaveLength(command.includes(" edit ") ? 1 : 0);
    },
  );
});

test.runIf(process.platform === "linux")(
  "a terminal that is closed in the middle of an edit ends it by SIGHUP",
  async () => {
    writeFileSync(
      path.join(bin, "slow-editor"),
      `#!/bin/sh\nprintf typed >"$1"\necho editor is open\nexec sleep 60\n`,
      { mode: 0o755 },
    );
    rmSync(rescue, { recursive: true, force: true });
    // A shell that outlives the terminal, and whose children do not.
    const line = "trap : HUP; EDITOR=slow-editor secrets edit secrets/a.age; echo $? >ended.part; mv ended.part ended";
    await atTerminal(line, [
      [prompt, "passphrase\r"],
      ["editor is open", (terminal) => terminal.kill("SIGKILL")],
    ]);
    await expect.poll(() => existsSync(path.join(folder, "ended"))).toBe(true);
    expect(read("ended")).toBe("129\n");
    expect(readdirSync(rescue)).toEqual([expect.stringMatching(/-a\.age$/)]);
    expect(statSync(rescue).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(rescue, readdirSync(rescue)[0] ?? "")).mode & 0o777).toBe(0o600);
  },
);
