/** Which editor is opened, with what, and does it leave copies? */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { chooseEditor, openEditor } from "../../src/io/editor.ts";
import type { ChildOptions, Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { findProgram } from "../../src/io/programs.ts";

const real = nodeHost();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "editor-test-"));
  mkdirSync(join(directory, "bin"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A host whose PATH is `bin` alone; children get no terminal, so that they cannot write to the test's. */
function hostWith(env: Readonly<Record<string, string>> = {}, PATH = join(directory, "bin")): Host {
  return {
    ...real,
    env: { PATH, ...env },
    system: { ...real.system, cwd: directory },
    run: (argv, options) => real.run(argv, { ...options, terminal: "capture" }),
  };
}

function program(name: string, script = "exit 0"): string {
  const path = join(directory, "bin", name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const argvOf = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await chooseEditor(hostWith(env))).argv;

describe("the choice", () => {
  test("goes by SECRETS_EDITOR, SOPS_EDITOR, VISUAL, EDITOR, and skips blank ones", async () => {
    const [one, two, three, four] = ["one", "two", "three", "four"].map((name) => program(name));
    expect(await argvOf({ EDITOR: "four" })).toEqual([four]);
    expect(await argvOf({ EDITOR: "four", VISUAL: "three" })).toEqual([three]);
    expect(await argvOf({ EDITOR: "four", VISUAL: "three", SOPS_EDITOR: "two" })).toEqual([two]);
    expect(await argvOf({ EDITOR: "four", SOPS_EDITOR: "two", SECRETS_EDITOR: "one -x" })).toEqual([one, "-x"]);
    expect(await argvOf({ EDITOR: "four", VISUAL: " ", SOPS_EDITOR: "" })).toEqual([four]);
  });

  test("without any is vim, then nano, then vi", async () => {
    await expect(argvOf({})).rejects.toMatchObject({ code: "editor", hint: expect.stringContaining("EDITOR") });
    const vi = program("vi", "echo other");
    expect(await argvOf({})).toEqual([vi]);
    const nano = program("nano");
    expect((await argvOf({}))[0]).toBe(nano);
    const vim = program("vim");
    expect((await argvOf({}))[0]).toBe(vim);
  });

  test("that is not installed is an editor error, and no other editor is taken", async () => {
    program("vim");
    await expect(argvOf({ EDITOR: "nosuch" })).rejects.toMatchObject({
      code: "editor",
      message: "the editor in EDITOR was not found: nosuch",
    });
  });

  test("with an open quote is a usage error naming the variable", async () => {
    await expect(argvOf({ VISUAL: "vim 'x" })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("VISUAL"),
    });
  });

  test("may have a path with blanks, and one relative to the working directory", async () => {
    mkdirSync(join(directory, "my editors"));
    const path = join(directory, "my editors", "ed");
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o755);
    expect(await argvOf({ EDITOR: `'${path}' -x` })).toEqual([path, "-x"]);
    expect(await argvOf({ EDITOR: "'my editors/ed'" })).toEqual([path]);
  });
});

describe("a program", () => {
  test("is found only in absolute entries of PATH, only if it can be executed, and never if it is a directory", async () => {
    const found = program("tool");
    writeFileSync(join(directory, "tool"), "#!/bin/sh\n", { mode: 0o755 });
    const path = ["", ".", "bin", join(directory, "bin")].join(delimiter);
    expect(await findProgram(hostWith({}, path), "tool")).toBe(found);
    chmodSync(found, 0o644);
    expect(await findProgram(hostWith({}, path), "tool")).toBeUndefined();
    mkdirSync(join(directory, "bin", "folder"));
    expect(await findProgram(hostWith({}, path), "folder")).toBeUndefined();
    expect(await findProgram(hostWith({}, ""), "tool")).toBeUndefined();
  });
});

describe("what is added", () => {
  const vim = ["-n", "-i", "NONE", "-c", expect.stringContaining("silent! set nobackup")];
  test.each<readonly [string, string, readonly unknown[]]>([
    ["vim", "vim -u x", [...vim, "-u", "x"]],
    ["nvim", "nvim", vim],
    ["vim.basic", "vim.basic -- other", [...vim, "--", "other"]],
    ["gvim", "gvim", ["-f", ...vim]],
    ["gvim", "gvim --nofork", [...vim, "--nofork"]],
    ["nano", "nano -l", ["-I", "-l"]],
    ["emacs", "emacs -nw", ["--eval", expect.stringContaining("make-backup-files nil"), "-nw"]],
    ["micro", "micro", ["-backup", "false", "-savehistory", "false", "-saveundo", "false"]],
    ["code", "code", ["--wait"]],
    ["code", "code -w", ["-w"]],
    ["code", "code --wait -n", ["--wait", "-n"]],
    ["codium", "codium", ["--wait"]],
    ["cursor", "cursor", ["--wait"]],
    ["subl", "subl", ["--wait"]],
    ["zed", "zed", ["--wait"]],
    ["kate", "kate", ["--block"]],
    ["hx", "hx", []],
    ["ed", "ed -s", ["-s"]],
  ])("%s, called as %j", async (name, command, args) => {
    const path = program(name);
    expect(await argvOf({ EDITOR: command })).toEqual([path, ...args]);
  });

  test("goes by where the symlinks lead", async () => {
    program("vim.tiny");
    symlinkSync("vim.tiny", join(directory, "bin", "alternative"));
    symlinkSync("alternative", join(directory, "bin", "editor"));
    expect(await argvOf({ EDITOR: "editor" })).toEqual([join(directory, "bin", "editor"), ...vim]);
  });

  test("to a file that is really called vi goes by what it says that it is", async () => {
    const path = program("vi", 'echo "VIM - Vi IMproved 9.0"');
    expect(await argvOf({ EDITOR: "vi" })).toEqual([path, ...vim]);
    program("vi", "echo nvi; exit 1");
    expect(await argvOf({ EDITOR: "vi" })).toEqual([path]);
  });

  test("is a warning where no argument helps", async () => {
    program("code");
    expect((await chooseEditor(hostWith({ EDITOR: "code" }))).warning).toContain("code keeps a local history");
    program("vim");
    expect((await chooseEditor(hostWith({ EDITOR: "vim" }))).warning).toBeUndefined();
  });
});

describe("an opened editor", () => {
  const file = (): string => join(directory, "secret.yaml");

  test("gets the file as its last argument, and a place for temporary files beside it", async () => {
    program("ed", `printf '%s|' "$@" "$TMPDIR" "$TMP" "$TEMP" > "${directory}/seen"`);
    await openEditor(hostWith({ EDITOR: "ed 'a b' -x" }), file());
    expect(readFileSync(join(directory, "seen"), "utf8").split("|")).toEqual([
      "a b",
      "-x",
      file(),
      directory,
      directory,
      directory,
      "",
    ]);
  });

  test("gets the environment without keys and passphrases", async () => {
    let seen: ChildOptions | undefined;
    program("ed");
    const env = {
      EDITOR: "ed",
      LANG: "C",
      SOPS_AGE_KEY: "k",
      SOPS_AGE_KEY_CMD: "k",
      SOPS_AGE_SSH_PRIVATE_KEY_FILE: "k",
      DEPLOY_PRIVATE_KEY: "k",
      AGE_PASSPHRASE: "k",
      NODE_OPTIONS: "--require ./x",
    };
    const host = hostWith(env);
    const watched: Host = { ...host, run: (argv, options) => ((seen = options), host.run(argv, options)) };
    await openEditor(watched, file());
    expect(Object.keys(seen?.env ?? {}).toSorted()).toEqual(["EDITOR", "LANG", "PATH", "TEMP", "TMP", "TMPDIR"]);
    expect(seen?.terminal).toBe("inherit");
  });

  test.each([
    ["exit 1", "exit code 1"],
    ["exit 130", "exit code 130"],
    ["kill -TERM $$", "killed by SIGTERM"],
    ["kill -KILL $$", "killed by SIGKILL"],
  ])("that does %j is an editor error", async (script, words) => {
    program("ed", script);
    await expect(openEditor(hostWith({ EDITOR: "ed" }), file())).rejects.toMatchObject({
      code: "editor",
      message: expect.stringContaining(words),
    });
  });

  test("that cannot be started is an editor error", async () => {
    const path = program("ed");
    writeFileSync(path, "#!/no/such/interpreter\n");
    await expect(openEditor(hostWith({ EDITOR: "ed" }), file())).rejects.toMatchObject({ code: "editor" });
  });

  test("under which we were told to end is an interruption that names the signal", async () => {
    program("ed");
    const host: Host = {
      ...hostWith({ EDITOR: "ed" }),
      run: async () => ({
        code: 0,
        signal: undefined,
        stdout: new Uint8Array(),
        stderr: new Uint8Array(),
        forwarded: "SIGTERM",
      }),
    };
    await expect(openEditor(host, file())).rejects.toMatchObject({ code: "interrupted", cause: "SIGTERM" });
  });
});

/** Settings as people have them, which leave copies all over the home directory. */
const leaky = `set backup writebackup undofile swapfile patchmode=.orig
set backupdir=~/backup undodir=~/undo directory=~/swap
`;

describe.each(["vim.basic", "vim.tiny", "vim", "nvim"])("a real %s", (name) => {
  test("with settings that leak leaves no copy outside, and the edit arrives", async (context) => {
    const path = await findProgram(real, name);
    if (path === undefined) return context.skip(`${name} is not installed`);
    const home = join(directory, "home");
    const scratch = join(directory, "scratch");
    for (const folder of [scratch, home, "backup", "undo", "swap", ".config", ".config/nvim"]) {
      mkdirSync(folder.startsWith("/") ? folder : join(home, folder), { recursive: true });
    }
    writeFileSync(join(home, ".vimrc"), `${leaky}set viminfo='100,<50,s10\n`);
    writeFileSync(join(home, ".config/nvim/init.vim"), `${leaky}set shada='100,<50,s10\n`);
    const before = everyFile(home);
    const file = join(scratch, "s.yaml");
    writeFileSync(file, "CANARY\nsecond\n");
    const host = hostWith({
      EDITOR: `'${path}' -c 'normal! yyp' -c wq`,
      HOME: home,
      TERM: "dumb",
      XDG_STATE_HOME: home,
    });
    await openEditor(host, file);
    expect(readFileSync(file, "utf8")).toBe("CANARY\nCANARY\nsecond\n");
    expect(everyFile(home).filter((entry) => !before.includes(entry) && isLeak(home, entry))).toEqual([]);
    return undefined;
  });
});

function everyFile(root: string): string[] {
  return existsSync(root) ? readdirSync(root, { recursive: true, encoding: "utf8" }) : [];
}

function isLeak(root: string, path: string): boolean {
  try {
    return readFileSync(join(root, path), "latin1").includes("CANARY");
  } catch {
    return false;
  }
}
