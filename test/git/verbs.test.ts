/**
 * Does no verb run anything that a repository brings?
 *
 * Every verb of the registry, with each of its options, in a repository whose configuration tries whatever it can, in a clone with a
 * bare repository among its files, and with entries of PATH that lead into the repository. A new verb is covered by being there.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { verbs } from "../verbs.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { sampled } from "../sample.ts";
import { inProcess } from "../script/in-process.ts";
import { configure, openGround, type Ground } from "./hostile.ts";

const program = inProcess(main, nodeHost());
const keys = path.join(import.meta.dirname, "..", "scripts", "keys");
const ALICE = "age-1";

let ground: Ground;
beforeAll(() => {
  ground = openGround();
  // The programs that may be started: git, and an editor that looks for another by its name.
  mkdirSync(ground.at("safe"));
  const git = (ground.env["PATH"] ?? "").split(path.delimiter).find((entry) => existsSync(path.join(entry, "git")));
  symlinkSync(path.join(git ?? "", "git"), ground.at("safe", "git"));
  ground.write("safe/vim", "#!/bin/sh\npass 2>/dev/null\n");
  chmodSync(ground.at("safe", "vim"), 0o755);
});
afterAll(() => ground.dispose());

const DOCUMENT = "secrets/app.yaml";

/** A repository with a policy, an age secret, a sops document, and plaintext in an older commit. */
async function makeRepository(name: string): Promise<void> {
  mkdirSync(ground.at(name));
  ground.git(name, "init", "--quiet");
  cpSync(path.join(keys, ALICE), ground.at("key"));
  chmodSync(ground.at("key"), 0o600);
  const recipient = readFileSync(path.join(keys, `${ALICE}.pub`), "utf8");
  ground.write(`${name}/.sops.yaml`, `creation_rules:\n  - path_regex: ^secrets/\n    age: ${recipient}\n`);
  ground.write(`${name}/${DOCUMENT}`, "password: hunter2\n");
  ground.write(`${name}/README`, "hello\n");
  commit(name);
  await secrets(name, ["encrypt", "-i", DOCUMENT]);
  await secrets(name, ["set", "secrets/db.age", "--value-stdin"]);
  commit(name);
}

function commit(name: string) {
  ground.git(name, "add", "--all");
  ground.git(name, "commit", "--quiet", "--message", "some");
}

interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function secrets(name: string, argv: readonly string[], { cwd = "", env = {} }: Place = {}) {
  return program({
    argv,
    cwd: ground.at(name, cwd),
    env: { ...ground.env, PATH: ground.at("safe"), SOPS_AGE_KEY_FILE: ground.at("key"), ...env },
    stdin: Buffer.from("value\n"),
    answers: [],
    isTerminal: false,
    hasEditor: false,
    uid: 1000,
    etc: ground.at("tmp"),
  });
}

/** What may stand for the value of an option, whatever it is about. */
const VALUES = ["HEAD~1..HEAD", DOCUMENT, "json"];

/** The verb alone, on a directory and on a file, and each of its options on each. */
function callsOf([line, { options }]: (typeof verbs)[number], directory: string): string[][] {
  const given = options.flatMap(({ flags }) => {
    const flag = /--[a-z-]+/.exec(flags)?.[0] ?? flags;
    return flags.includes("<") ? VALUES.map((value) => [flag, value]) : [[flag]];
  });
  return [[], ...given].flatMap((option) => [
    [...line.split(" "), ...option],
    [...line.split(" "), ...option, directory],
    [...line.split(" "), ...option, DOCUMENT],
  ]);
}

let turn = 0;

/** Runs every call of a verb; before each, git has to look into every file anew. */
async function runAll(
  verb: (typeof verbs)[number],
  name: string,
  { directory = "secrets", ...place }: Place & { directory?: string } = {},
) {
  const started: string[] = [];
  turn += 1;
  // Of the three calls with an option one, another one each time.
  for (const argv of sampled(callsOf(verb, directory), 3, turn)) {
    touch(name);
    await secrets(name, argv, place);
    const sprung = ground.sprung();
    if (sprung.length > 0) started.push(`${argv.join(" ")}: ${sprung.join(", ")}`);
  }
  return started;
}

let time = 1_000_000_000;
function touch(name: string) {
  time += 10;
  for (const file of ["README", ".sops.yaml", DOCUMENT, "module/README"]) {
    if (existsSync(ground.at(name, file))) utimesSync(ground.at(name, file), time, time);
  }
}

describe("in a repository whose configuration tries everything", () => {
  beforeAll(async () => {
    await makeRepository("work");
    const { trap, at } = ground;
    const script = (name: string) => ground.program(`traps/${name}`, name, 1);
    configure(ground, "work", {
      "core.fsmonitor": `${trap("core.fsmonitor")}; false`,
      "core.hooksPath": at("hooks"),
      "core.attributesFile": at("attributes"),
      "core.pager": trap("core.pager"),
      "core.editor": trap("core.editor"),
      "core.askPass": script("core.askPass"),
      "core.sshCommand": script("core.sshCommand"),
      "core.gitProxy": script("core.gitProxy"),
      "core.alternateRefsCommand": `${trap("core.alternateRefsCommand")}; :`,
      "sequence.editor": trap("sequence.editor"),
      "credential.helper": `!${trap("credential.helper")}; :`,
      "gpg.program": script("gpg.program"),
      "gpg.ssh.program": script("gpg.ssh.program"),
      "log.showSignature": "true",
      "diff.external": trap("diff.external"),
      "diff.x.command": trap("diff.x.command"),
      "diff.x.textconv": `${trap("diff.x.textconv")}; cat`,
      "filter.x.clean": `${trap("filter.x.clean")}; cat`,
      "filter.x.smudge": `${trap("filter.x.smudge")}; cat`,
      "filter.x.required": "true",
      "filter.y.process": trap("filter.y.process"),
      "merge.x.driver": trap("merge.x.driver"),
      "uploadpack.packObjectsHook": script("uploadpack.packObjectsHook"),
      "protocol.ext.allow": "always",
      "extensions.partialClone": "origin",
      "remote.origin.promisor": "true",
      "remote.origin.url": `ext::/bin/sh ${script("remote.origin.url")}`,
      "remote.origin.uploadpack": script("remote.origin.uploadpack"),
      "submodule.recurse": "true",
      "submodule.m.update": `!${trap("submodule.m.update")}`,
      "interactive.diffFilter": trap("interactive.diffFilter"),
      "include.path": at("included"),
    });
    ground.write("included", `[filter "z"]\nclean = "${trap("include.path")}; cat"\n`);
    // A submodule has a configuration of its own.
    ground.git("work", "init", "--quiet", "module");
    ground.write("work/module/README", "hello\n");
    commit("work/module");
    commit("work");
    configure(ground, "work/module", {
      "core.fsmonitor": `${trap("module.fsmonitor")}; false`,
      "filter.m.clean": `${trap("module.clean")}; cat`,
    });
    ground.write("work/module/.git/info/attributes", "* filter=m\n");
    for (const verb of ["ls-files", "config", "diff", "rev-list", "rev-parse", "cat-file", "diff-tree", "ls-tree"]) {
      configure(ground, "work", { [`alias.${verb}`]: `!${trap(`alias.${verb}`)}`, [`pager.${verb}`]: trap("pager") });
    }
    for (const hook of ["post-index-change", "reference-transaction", "pre-auto-gc", "pre-commit", "post-checkout"]) {
      ground.program(`hooks/${hook}`, hook);
      ground.program(`work/.git/hooks/${hook}`, hook);
    }
    ground.write("attributes", "README filter=x diff=x merge=x\n");
    ground.write("work/.git/info/attributes", `${DOCUMENT} filter=y diff=x\n.sops.yaml filter=z\n`);
  });

  test("the traps are set", () => {
    touch("work");
    ground.git("work", "ls-files", "--modified");
    ground.git("work/module", "ls-files", "--modified");
    ground.git("work", "cat-file", "-e", "0123456789012345678901234567890123456789");
    ground.git("work", "read-tree", "HEAD");
    expect(ground.sprung()).toEqual([
      "core.fsmonitor",
      "filter.x.clean",
      "filter.y.process",
      "include.path",
      "module.clean",
      "module.fsmonitor",
      "post-index-change",
      "remote.origin.url",
    ]);
  });

  test.each(verbs)("%s starts nothing", async (...verb) => {
    expect(await runAll(verb, "work")).toEqual([]);
  });

  test("and git was asked all the same", async () => {
    expect(await secrets("work", ["ls"])).toMatchObject({ code: 0 });
    expect((await secrets("work", ["check"])).stderr).toMatch(/in \d+ files/);
    expect((await secrets("work", ["check", "--history"])).stderr).toMatch(/of \d+ commits/);
  });
});

describe("in a clone with a bare repository among its files", () => {
  const inner = "secrets/inner";

  beforeAll(async () => {
    await makeRepository("origin");
    const { at, trap } = ground;
    ground.git("origin", "init", "--quiet", "--bare", inner);
    ground.program(`origin/${inner}/hooks/post-index-change`, "hook");
    configure(ground, `origin/${inner}`, {
      "core.bare": "false",
      "core.worktree": ".",
      "core.fsmonitor": `${trap("core.fsmonitor")}; false`,
      "filter.x.clean": `${trap("filter.x.clean")}; cat`,
    });
    ground.write(`origin/${inner}/.gitattributes`, "* filter=x\n");
    for (const empty of ["objects", "refs"]) writeFileSync(at("origin", inner, empty, "keep"), "");
    commit("origin");
    ground.git(".", "clone", "--quiet", at("origin"), at("clone"));
  });

  test("the trap is set", () => {
    ground.git(`clone/${inner}`, "ls-files");
    expect(ground.sprung()).toEqual(["core.fsmonitor"]);
  });

  test.each(verbs)("%s starts nothing", async (...verb) => {
    expect(await runAll(verb, "clone", { directory: inner })).toEqual([]);
    expect(await runAll(verb, "clone", { cwd: inner, directory: "." })).toEqual([]);
  });

  test("and its files are those of the repository around it", async () => {
    expect(await secrets("clone", ["ls", "."], { cwd: "secrets" })).toMatchObject({ code: 0 });
    expect(await secrets("clone", ["ls", inner])).toMatchObject({ code: 0 });
    const history = await secrets("clone", ["check", "--history"], { cwd: inner });
    expect(history.stderr + history.stdout).toContain(
      "this is a bare repository among the files of another repository",
    );
  });
});

describe("with entries of PATH that lead into the repository", () => {
  const names = ["git", "vim", "nano", "vi", "ssh-keygen", "pass", "sh", "age-plugin-x", "ps"];
  const entries = [".", "", "bin", "./bin", "..", "../path/bin"];

  beforeAll(async () => {
    await makeRepository("path");
    for (const name of names) {
      for (const place of ["path", "path/bin", "path/secrets", "path/secrets/bin"]) {
        ground.program(`${place}/${name}`, `${place}/${name}`.replaceAll("/", " "));
      }
    }
  });

  const placed = () => ({
    PATH: [...entries, ground.at("safe")].join(path.delimiter),
    SOPS_AGE_KEY_FILE: ground.at("nothing"),
    SOPS_AGE_KEY_CMD: "pass show key",
  });

  test.each(verbs)("%s starts none of them", async (...verb) => {
    expect(await runAll(verb, "path", { env: placed() })).toEqual([]);
    expect(await runAll(verb, "path", { cwd: "secrets", directory: ".", env: placed() })).toEqual([]);
  });

  test("and git was asked all the same, an absolute entry of the repository passed over", async () => {
    const env = { PATH: [ground.at("path", "bin"), ground.at("safe")].join(path.delimiter) };
    ground.write("path/.gitignore", "ignored.age\n");
    cpSync(ground.at("path", "secrets", "db.age"), ground.at("path", "ignored.age"));
    const { code, stdout } = await secrets("path", ["ls"], { env });
    expect([code, stdout.toString().includes("ignored.age"), ground.sprung()]).toEqual([0, false, []]);
  });
});
