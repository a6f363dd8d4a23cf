/**
 * Does nothing in a repository run, whatever git is asked there?
 *
 * Each trap is first sprung by plain git, and then not by ours. The questions are broader than those that any verb asks.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { findGit, gitIn } from "../../src/git/git.ts";
import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { configure, openGround, type Ground } from "./hostile.ts";

const real = nodeHost();
let ground: Ground;
beforeEach(() => {
  ground = openGround();
  onTestFinished(() => ground.dispose());
  mkdirSync(ground.at("work"));
  ground.git("work", "init", "--quiet");
  // Without a name, git would refuse before it starts anything.
  configure(ground, "work", { "user.name": "Somebody", "user.email": "somebody@example.org" });
  ground.write("work/file", "one\n");
  ground.git("work", "add", "--all");
  ground.git("work", "commit", "--quiet", "--message", "one");
});

function hostWith(env: Readonly<Record<string, string>> = {}): Host {
  return { ...real, env: { ...ground.env, ...env } };
}

/** The file as it was, but for its time, so that git has to look into it. */
function touch() {
  utimesSync(ground.at("work/file"), 1_000_000_000, 1_000_000_000);
}

const filter = (name: string, script: (trap: string) => string) => () => {
  ground.write("work/.git/info/attributes", "file filter=x diff=x merge=x\n");
  configure(ground, "work", { [name]: script(ground.trap(name)) });
  touch();
};

/** What to set, and what plain git springs it by. */
const traps: Readonly<Record<string, readonly [set: () => void, ...command: string[]]>> = {
  "a file system monitor": [
    () => configure(ground, "work", { "core.fsmonitor": `${ground.trap("fsmonitor")}; false` }),
    "ls-files",
    "--modified",
  ],
  "a clean filter": [filter("filter.x.clean", (trap) => `${trap}; cat`), "ls-files", "--modified"],
  "a clean filter of an included file": [
    () => {
      filter("include.path", () => ground.at("included"))();
      ground.write("included", `[filter "x"]\nclean = "${ground.trap("included")}; cat"\n`);
    },
    "ls-files",
    "--modified",
  ],
  "a filter process": [filter("filter.x.process", (trap) => trap), "ls-files", "--modified"],
  "a smudge filter": [filter("filter.x.smudge", (trap) => `${trap}; cat`), "cat-file", "--filters", "HEAD:file"],
  "a filter with an odd name": [
    () => {
      ground.write("work/.git/info/attributes", "file filter=A.b-'\"$(x)\n");
      ground.write("work/.git/config.odd", `[filter "A.b-'\\"$(x)"]\nclean = "${ground.trap("odd")}; cat"\n`);
      configure(ground, "work", { "include.path": "config.odd" });
      touch();
    },
    "ls-files",
    "--modified",
  ],
  "a difference by a program": [
    () => {
      configure(ground, "work", { "diff.external": ground.trap("external") });
      ground.write("work/file", "two\n");
    },
    "diff",
  ],
  "a difference of an attribute": [
    () => {
      filter("diff.x.command", (trap) => trap)();
      ground.write("work/file", "two\n");
    },
    "diff",
  ],
  "a text conversion": [filter("diff.x.textconv", (trap) => `${trap}; cat`), "cat-file", "--textconv", "HEAD:file"],
  "a merge driver": [
    () => {
      filter("merge.x.driver", (trap) => trap)();
      ground.git("work", "checkout", "--quiet", "-b", "other");
      ground.write("work/file", "two\n");
      ground.git("work", "commit", "--quiet", "--all", "--message", "two");
      ground.git("work", "checkout", "--quiet", "-");
      ground.write("work/file", "three\n");
      ground.git("work", "commit", "--quiet", "--all", "--message", "three");
    },
    "merge",
    "--no-edit",
    "other",
  ],
  "a hook that lies in the repository": [
    () => void ground.program("work/.git/hooks/reference-transaction", "hook"),
    "update-ref",
    "refs/heads/new",
    "HEAD",
  ],
  "hooks that lie elsewhere": [
    () => {
      ground.program("hooks/post-index-change", "hook");
      configure(ground, "work", { "core.hooksPath": ground.at("hooks") });
    },
    "read-tree",
    "HEAD",
  ],
  "an editor": [
    () => configure(ground, "work", { "core.editor": `${ground.trap("editor")}; false` }),
    "commit",
    "--allow-empty",
  ],
  "a signature program": [
    () => configure(ground, "work", { "gpg.program": ground.program("gpg", "gpg", 1) }),
    "commit",
    "--allow-empty",
    "--gpg-sign",
    "--message=x",
  ],
  "a signature program of a format": [
    () =>
      configure(ground, "work", {
        "gpg.format": "ssh",
        "gpg.ssh.program": ground.program("keygen", "keygen", 1),
        "user.signingKey": "key::x",
      }),
    "commit",
    "--allow-empty",
    "--gpg-sign",
    "--message=x",
  ],
  "a command for a signature key": [
    () =>
      configure(ground, "work", {
        "gpg.format": "ssh",
        "gpg.ssh.defaultKeyCommand": ground.program("key", "default-key"),
      }),
    "commit",
    "--allow-empty",
    "--gpg-sign",
    "--message=x",
  ],
  "the references of another object store": [
    () => {
      ground.git("work", "init", "--quiet", "--bare", ground.at("other"));
      ground.write("work/.git/objects/info/alternates", `${ground.at("other", "objects")}\n`);
      configure(ground, "work", { "core.alternateRefsCommand": `${ground.trap("alternate")}; :` });
    },
    "rev-list",
    "--alternate-refs",
    "--max-count=1",
    "HEAD",
  ],
  "a transport that is a command": [
    () => configure(ground, "work", { "protocol.ext.allow": "always" }),
    "ls-remote",
    "ext::sh -c touch% $MARK",
  ],
  "the program at the other end": [
    () => {
      configure(ground, "work", {
        "remote.origin.url": ground.at("work"),
        "remote.origin.uploadpack": `${ground.trap("uploadpack")}; git-upload-pack`,
      });
    },
    "fetch",
  ],
  "an ssh command": [
    () => configure(ground, "work", { "core.sshCommand": ground.trap("ssh") }),
    "ls-remote",
    "ssh://nowhere.invalid/x",
  ],
  "a proxy": [
    () => configure(ground, "work", { "core.gitProxy": ground.program("proxy", "proxy", 1) }),
    "ls-remote",
    "git://nowhere.invalid/x",
  ],
  "an object that has to be fetched": [
    () => {
      configure(ground, "work", {
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": `ext::/bin/sh ${ground.program("fetch", "fetch")}`,
      });
    },
    "cat-file",
    "-e",
    "0123456789012345678901234567890123456789",
  ],
};

test.each(Object.entries(traps))("%s is not started", async (_, [set, ...command]) => {
  set();
  const args = command.map((word) => word.replace("$MARK", ground.at("marks", "ext")));
  const git = await gitIn(hostWith(), ground.at("work"));
  await git.ask(args).catch(() => undefined);
  expect(ground.sprung()).toEqual([]);

  ground.git("work", ...args);
  expect(ground.sprung()).not.toEqual([]);
});

test("a filter that must succeed does not stop git from answering", async () => {
  filter("filter.x.clean", (trap) => `${trap}; cat`)();
  configure(ground, "work", { "filter.x.required": "true" });
  const git = await gitIn(hostWith(), ground.at("work"));
  expect((await git.ask(["ls-files", "--modified"])).toString()).toBe("");
});

test("what a partial clone lacks is missing, and nobody tries to fetch it", async () => {
  configure(ground, "work", {
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "remote.origin.url": ground.at("nowhere"),
  });
  const said: string[] = [];
  const host: Host = {
    ...hostWith(),
    run: async (argv, options) => {
      const child = await real.run(argv, options);
      said.push(Buffer.from(child.stderr).toString());
      return child;
    },
  };
  const oid = "0123456789012345678901234567890123456789";
  const git = await gitIn(host, ground.at("work"));
  expect((await git.ask(["cat-file", "--batch"], Buffer.from(`${oid}\n`))).toString()).toBe(`${oid} missing\n`);
  expect(said.join("")).not.toMatch(/fatal|not allowed/);
});

test("objects are those that were committed, whatever was put in their place here", async () => {
  ground.write("work/file", "two\n");
  ground.git("work", "commit", "--quiet", "--all", "--message", "two");
  const [two = "", one = ""] = ground.git("work", "rev-list", "HEAD").said.split("\n");
  const git = await gitIn(hostWith(), ground.at("work"));
  const shown = async () => [
    (await git.ask(["rev-list", "--count", "HEAD"])).toString(),
    (await git.ask(["cat-file", "blob", "HEAD:file"])).toString(),
  ];

  ground.git("work", "replace", two, one);
  expect(await shown()).toEqual(["2\n", "two\n"]);
  ground.git("work", "replace", "--delete", two);
  ground.write("work/.git/info/grafts", `${two}\n`);
  expect(ground.git("work", "rev-list", "--count", "HEAD").said).toContain("1\n");
  expect(await shown()).toEqual(["2\n", "two\n"]);
});

test("the index stays as it is", async () => {
  touch();
  const index = ground.at("work", ".git", "index");
  const before = readFileSync(index);
  const git = await gitIn(hostWith(), ground.at("work"));
  await git.ask(["status"]);
  expect(readFileSync(index).equals(before)).toBe(true);
  ground.git("work", "status");
  expect(readFileSync(index).equals(before)).toBe(false);
});

test("a name that cannot be given on a command line is an error", async () => {
  ground.write("work/.git/config.odd", `[filter "a=b"]\nclean = ${ground.trap("odd")}\n`);
  configure(ground, "work", { "include.path": "config.odd" });
  await expect(gitIn(hostWith(), ground.at("work"))).rejects.toMatchObject({ code: "io" });

  writeFileSync(ground.at("work", ".git", "config.odd"), Buffer.from(`[filter "\xff"]\nclean = x\n`, "latin1"));
  await expect(gitIn(hostWith(), ground.at("work"))).rejects.toMatchObject({ code: "io" });
});

test("the working tree is the one that was asked for, whatever the configuration says", async () => {
  mkdirSync(ground.at("elsewhere"));
  ground.write("elsewhere/other", "");
  configure(ground, "work", { "core.worktree": ground.at("elsewhere") });
  const git = await gitIn(hostWith(), ground.at("work"));
  expect((await git.ask(["rev-parse", "--show-toplevel"])).toString().trim()).toBe(ground.at("work"));
  configure(ground, "work", { "core.bare": "true" });
  expect((await git.ask(["ls-files", "--others"])).toString()).toBe("");
});

test("a repository of another user is refused, with the command that trusts it", async () => {
  mkdirSync(ground.at("it's work"));
  ground.git("it's work", "init", "--quiet");
  const besides = { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
  const git = await gitIn(hostWith(), ground.at("it's work"), { besides });
  const error = await git.ask(["ls-files"]).catch((refused: unknown) => refused);
  expect(error).toMatchObject({ code: "io", message: expect.stringContaining("dubious ownership") });
  const hint = error instanceof SecretsError ? error.hint : undefined;
  spawnSync("sh", ["-c", hint?.split("trust it: ")[1] ?? "false"], { env: ground.env });
  expect((await git.ask(["ls-files"])).toString()).toBe("");
});

test("a repository further up is not taken for one that is broken", async () => {
  mkdirSync(ground.at("work", "inner", ".git"), { recursive: true });
  const git = gitIn(hostWith(), ground.at("work", "inner"));
  await expect(git.then(({ ask }) => ask(["ls-files"]))).rejects.toMatchObject({ code: "io" });
});

test("a working tree is not taken for a bare repository, and a bare one that was asked for is", async () => {
  ground.git("work", "init", "--quiet", "--bare", ground.at("both"));
  const bare = await gitIn(hostWith(), ground.at("both"), { isBare: true });
  expect((await bare.ask(["rev-parse", "--is-bare-repository"])).toString()).toBe("true\n");

  mkdirSync(ground.at("both", ".git"));
  const git = gitIn(hostWith(), ground.at("both"));
  await expect(git.then(({ ask }) => ask(["rev-parse", "--git-dir"]))).rejects.toMatchObject({ code: "io" });
});

test("no variable of an outer git counts, but for those that are handed on", async () => {
  const env = { GIT_DIR: ground.at("nowhere"), GIT_EXTERNAL_DIFF: ground.trap("external"), GIT_INDEX_FILE: "nothing" };
  ground.write("work/file", "two\n");
  const git = await gitIn(hostWith(env), ground.at("work"));
  expect((await git.ask(["diff", "--name-only"])).toString()).toBe("file\n");
  await git.ask(["diff"]);
  expect(ground.sprung()).toEqual([]);

  const other = await gitIn(hostWith(env), ground.at("work"), { besides: { GIT_INDEX_FILE: ground.at("none") } });
  expect((await other.ask(["ls-files"])).toString()).toBe("");
});

test("git answers in English, whatever the user speaks", async () => {
  const git = await gitIn(hostWith({ LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" }), ground.at("work"));
  expect((await git.ask(["-c", "alias.locale=!printenv LC_ALL", "locale"])).toString()).toBe("C\n");
});

test("git is found in an absolute entry of PATH, and not in the working tree", async () => {
  const bin = ground.at("work", "bin");
  ground.program("work/bin/git", "git");
  ground.program("work/git", "git");
  const { PATH = "" } = ground.env;
  for (const entry of [bin, "", ".", "bin", `${ground.at("tmp")}/../work/bin`, "/proc/self/cwd/bin"]) {
    const git = await gitIn(hostWith({ PATH: `${entry}${path.delimiter}${PATH}` }), ground.at("work"));
    expect((await git.ask(["ls-files", "file"])).toString()).toBe("file\n");
    expect(await findGit(hostWith({ PATH: entry }), ground.at("work"))).toBeUndefined();
  }
  expect(ground.sprung()).toEqual([]);
});

test("a git of the outer repository is not asked in a submodule either", async () => {
  ground.program("work/bin/git", "git");
  mkdirSync(ground.at("work", "module"));
  ground.git("work/module", "init", "--quiet");
  expect(await findGit(hostWith({ PATH: ground.at("work", "bin") }), ground.at("work", "module"))).toBeUndefined();
  expect(ground.sprung()).toEqual([]);
});
