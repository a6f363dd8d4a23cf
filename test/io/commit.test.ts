/** What does a commit promise when nothing goes wrong, and when somebody else is in the way? */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { checkWritable, commit } from "../../src/io/commit.ts";
import type { Change } from "../../src/io/stage.ts";
import { recover } from "../../src/io/recover.ts";
import type { Files, Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { sha256 } from "../../src/io/stream.ts";
import { bundled, type Program } from "./child.ts";
import { systemError } from "./faulty-host.ts";
import { changesOf, makeRepository, modeOf, names, overall, type Repository, strays } from "./repository.ts";

const host = nodeHost();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fine = async (): Promise<void> => undefined;

let repository: Repository;
let state: string;
beforeEach(() => {
  repository = makeRepository();
  state = repository.state;
});
afterEach(() => repository.remove());

function change(path: string, content: string, rest: Partial<Change> = {}): Change {
  const full = join(repository.root, path);
  const expected = existsSync(full) && statSync(full).isFile() ? sha256(readFileSync(full)) : "absent";
  return { path: full, expected, content: bytes(content), mode: 0o644, verify: fine, ...rest };
}

const at = (path: string): string => join(repository.root, path);
const text = (path: string): string => readFileSync(at(path), "utf8");

describe("a commit", () => {
  test("writes all files, keeps the modes of those that exist, and leaves nothing else", async () => {
    const result = await commit(host, changesOf(repository), { state });
    expect(result).toEqual(names.map((name) => at(name)));
    expect(overall(repository)).toBe("new");
    expect(strays(repository)).toEqual([]);
    expect(modeOf(at("a.yaml"))).toBe(0o640);
    expect(modeOf(at("d.json"))).toBe(0o644);
    expect(modeOf(at("new/dir"))).toBe(0o755);
    expect(existsSync(state)).toBe(false);
  });

  test("gives a staged file the permissions of its target before the target is replaced", async () => {
    chmodSync(at("a.yaml"), 0o600);
    const modes: number[] = [];
    const watched: Host = {
      ...host,
      files: {
        ...host.files,
        rename: async (from, to) => {
          modes.push(modeOf(from));
          await host.files.rename(from, to);
        },
      },
    };
    await commit(watched, [change("a.yaml", "x"), change("own.age", "y", { mode: 0o600 })], { state });
    expect(modes.slice(1)).toEqual([0o600, 0o600]);
    expect(modeOf(at("own.age"))).toBe(0o600);
  });

  test("does not touch a file that has the content already", async () => {
    const before = statSync(at("a.yaml"), { bigint: true });
    const same = text("a.yaml");
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield bytes(same);
    }
    for (const content of [bytes(same), stream()]) {
      const result = await commit(host, [change("a.yaml", same, { content })], { state });
      expect(result).toEqual([]);
    }
    const after = statSync(at("a.yaml"), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(strays(repository)).toEqual([]);
  });

  test("writes a stream chunk by chunk and proves what it reads back from the disk", async () => {
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 50; part += 1) yield new Uint8Array(10_000).fill(part);
    }
    let proved = 0;
    const verify = async (staged: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const chunk of staged) proved += chunk.length;
    };
    await commit(host, [change("big.age", "", { content: content(), verify })], { state });
    expect(proved).toBe(500_000);
    expect(statSync(at("big.age")).size).toBe(500_000);
  });

  test("changes nothing when one file's proof fails", async () => {
    const changes = changesOf(repository).map((entry, index) =>
      index === 4 ? { ...entry, verify: () => Promise.reject(new Error("does not open")) } : entry,
    );
    await expect(commit(host, changes, { state })).rejects.toThrow("does not open");
    expect(overall(repository)).toBe("old");
    expect(strays(repository)).toEqual([]);
  });

  test("changes nothing when the stream of one file fails", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes("half");
      throw new Error("the source broke");
    }
    const changes = [...changesOf(repository).slice(0, 4), change("new/e.age", "", { content: broken() })];
    await expect(commit(host, changes, { state })).rejects.toThrow("the source broke");
    expect(overall(repository)).toBe("old");
    expect(strays(repository)).toEqual([]);
  });

  test("changes nothing when one of the files is not what was read", async () => {
    const changes = changesOf(repository);
    writeFileSync(at("sub/c.env"), "somebody else's\n");
    await expect(commit(host, changes, { state })).rejects.toMatchObject({
      code: "changed",
      at: { file: at("sub/c.env") },
    });
    expect(text("sub/c.env")).toBe("somebody else's\n");
    expect(text("a.yaml")).toMatch(/^old/);
    expect(strays(repository)).toEqual([]);
  });

  test("notices a file that appeared, and one that vanished", async () => {
    const appearing = change("late.age", "x");
    writeFileSync(at("late.age"), "first");
    await expect(commit(host, [appearing], { state })).rejects.toMatchObject({ code: "changed" });
    const vanishing = change("a.yaml", "x");
    rmSync(at("a.yaml"));
    await expect(commit(host, [vanishing], { state })).rejects.toMatchObject({ code: "changed" });
    expect(existsSync(at("a.yaml"))).toBe(false);
  });

  test("notices a change that came while it was staging", async () => {
    const verify = async (): Promise<void> => writeFileSync(at("a.yaml"), "meanwhile");
    await expect(commit(host, [change("a.yaml", "x", { verify })], { state })).rejects.toMatchObject({
      code: "changed",
    });
    expect(text("a.yaml")).toBe("meanwhile");
  });

  test("replaces whatever is there when told so", async () => {
    await commit(host, [change("a.yaml", "x", { expected: "any" }), change("z", "y", { expected: "any" })], { state });
    expect([text("a.yaml"), text("z")]).toEqual(["x", "y"]);
  });

  test("fits the longest file name there can be", async () => {
    const name = "ä".repeat(127);
    await commit(host, [change(name, "x")], { state });
    expect(text(name)).toBe("x");
  });

  describe("over a file of somebody else", () => {
    /** The old file is theirs; `chown` is allowed for what `may` says. */
    function theirs(may: (uid: number, gid: number) => boolean): { host: Host; given: string[] } {
      const [uid, gid] = [host.system.uid ?? 0, 7];
      const given: string[] = [];
      const stat: Files["stat"] = async (path, options) => {
        const found = await host.files.stat(path, options);
        return found && (path.endsWith("a.yaml") ? { ...found, uid: uid + 1, gid: gid + 1 } : { ...found, uid, gid });
      };
      const chown: Files["chown"] = async (_, toUid, toGid) => {
        if (!may(toUid, toGid)) throw systemError("EPERM");
        given.push(`${toUid - uid} ${toGid - gid}`);
      };
      return { host: { ...host, files: { ...host.files, stat, chown } }, given };
    }

    async function write(other: Host, mode: number): Promise<string[]> {
      const told: string[] = [];
      chmodSync(at("a.yaml"), mode);
      await commit(other, [change("a.yaml", "x")], { state, warn: (line) => told.push(line) });
      expect(text("a.yaml")).toBe("x");
      return told;
    }

    test("keeps owner and group where that is allowed", async () => {
      const { host: other, given } = theirs(() => true);
      expect(await write(other, 0o640)).toEqual([]);
      expect(given).toEqual(["1 1"]);
      expect(modeOf(at("a.yaml"))).toBe(0o640);
    });

    test("keeps the group for its members, and says whose it was", async () => {
      const { host: other, given } = theirs((uid) => uid === host.system.uid);
      expect(await write(other, 0o640)).toEqual([expect.stringContaining("a.yaml: belonged to user")]);
      expect(given).toEqual(["0 1"]);
      expect(modeOf(at("a.yaml"))).toBe(0o640);
    });

    test("gives another group no more than everybody has", async () => {
      const { host: other } = theirs(() => false);
      expect(await write(other, 0o664)).toEqual([expect.stringContaining("a.yaml: belonged to user")]);
      expect(modeOf(at("a.yaml"))).toBe(0o644);
    });

    test.runIf(process.getuid?.() === 0)("as root leaves it theirs", async () => {
      chownSync(at("a.yaml"), 1234, 2345);
      await commit(host, [change("a.yaml", "x")], { state });
      expect(statSync(at("a.yaml"))).toMatchObject({ uid: 1234, gid: 2345 });
      expect(modeOf(at("a.yaml"))).toBe(0o640);
    });
  });

  test("syncs a file before it is renamed, and its directory after", async () => {
    const steps: string[] = [];
    const watched: Host = {
      ...host,
      files: {
        ...host.files,
        open: async (path, how, mode) => {
          const file = await host.files.open(path, how, mode);
          return { ...file, sync: async () => (steps.push(`sync ${basename(path).replace(/.*\./, "")}`), file.sync()) };
        },
        rename: async (from, to) => (steps.push("rename"), host.files.rename(from, to)),
        syncDirectory: async (path) => (steps.push(`sync ${path}`), host.files.syncDirectory(path)),
      },
    };
    await commit(watched, [change("a.yaml", "x")], { state });
    const ours = steps.filter((step) => /secrets-tmp$|^rename/.test(step) || step.endsWith(repository.root));
    expect(ours).toEqual(["sync secrets-tmp", "rename", `sync ${repository.root}`]);
  });
});

describe("plaintext", () => {
  const secret = (path: string, verify: Change["verify"]): Change => change(path, "plain", { plaintext: true, verify });
  /** What is staged where, in the middle of a commit. */
  async function staged(machine: Host): Promise<{ beside: number; hidden: number }> {
    const count = (directory: string): number =>
      readdirSync(directory).filter((name) => name.endsWith("secrets-tmp")).length;
    let found = { beside: -1, hidden: -1 };
    const look = async (): Promise<void> => {
      found = { beside: count(at("sub")), hidden: count(state) };
    };
    await commit(machine, [secret("sub/c.env", look)], { state });
    expect(text("sub/c.env")).toBe("plain");
    expect(strays(repository)).toEqual([]);
    return found;
  }

  test("is staged where git takes nothing from", async () => {
    expect(await staged(host)).toEqual({ beside: 0, hidden: 1 });
  });

  test("is staged beside its target where that is on another file system", async () => {
    const rename: Files["rename"] = (from, to) =>
      from.startsWith(state) && !to.startsWith(state)
        ? Promise.reject(systemError("EXDEV"))
        : host.files.rename(from, to);
    expect(await staged({ ...host, files: { ...host.files, rename } })).toEqual({ beside: 1, hidden: 0 });
  });

  test("of several files is written by the next run where the first could not", async () => {
    const rename: Files["rename"] = (from, to) =>
      statSync(from).size > 0 && !to.endsWith("journal")
        ? Promise.reject(systemError("EIO"))
        : host.files.rename(from, to);
    const both = ["a.yaml", "b.age"].map((name) => secret(name, fine));
    await expect(commit({ ...host, files: { ...host.files, rename } }, both, { state })).rejects.toMatchObject({
      message: expect.stringContaining("next run"),
    });
    expect(await recover(host, state)).toHaveLength(2);
    expect([text("a.yaml"), text("b.age")]).toEqual(["plain", "plain"]);
    expect(strays(repository)).toEqual([]);
  });
});

describe("what is refused", () => {
  const attempted = (path: string, root?: string): Promise<unknown> =>
    commit(host, [change(path, "x")], { state, root }).catch((error: unknown) => error);
  const refusal = (path: string): unknown => expect.objectContaining({ code: "refused", at: { file: at(path) } });

  test("a directory", async () => {
    expect(await attempted("sub")).toEqual(refusal("sub"));
  });

  test("a hard link", async () => {
    linkSync(at("a.yaml"), at("other"));
    expect(await attempted("other")).toEqual(refusal("other"));
    expect(text("a.yaml")).toMatch(/^old/);
  });

  test.skipIf(process.platform === "win32")("a FIFO", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    expect(await attempted("pipe")).toEqual(refusal("pipe"));
  });

  test("a symlink to nothing", async () => {
    symlinkSync("nowhere", at("dangling"));
    expect(await attempted("dangling")).toEqual(refusal("dangling"));
  });

  test("a symlink that leads out of the repository, in the name or in a directory", async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "outside-test-")));
    writeFileSync(join(outside, "victim"), "v");
    symlinkSync(join(outside, "victim"), at("link"));
    symlinkSync(outside, at("linked"));
    expect(await attempted("link", repository.root)).toEqual(refusal("link"));
    expect(await attempted("linked/victim", repository.root)).toEqual(refusal("linked/victim"));
    expect(await attempted("linked/new", repository.root)).toEqual(refusal("linked/new"));
    expect(readdirSync(outside)).toEqual(["victim"]);
    await commit(host, [change("link", "x")], { state });
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe("x");
    rmSync(outside, { recursive: true });
  });

  test("the same file named twice", async () => {
    symlinkSync("a.yaml", at("alias"));
    await expect(commit(host, [change("a.yaml", "x"), change("alias", "y")], { state })).rejects.toMatchObject({
      code: "refused",
    });
    expect(text("a.yaml")).toMatch(/^old/);
  });
});

test("a symlink inside the repository stays a symlink, and its target is written", async () => {
  symlinkSync("../a.yaml", at("sub/alias"));
  await commit(host, [change("sub/alias", "x")], { state, root: repository.root });
  expect(readlinkSync(at("sub/alias"))).toBe("../a.yaml");
  expect(text("a.yaml")).toBe("x");
  expect(readdirSync(at("sub")).toSorted()).toEqual(["alias", "c.env"]);
});

describe("whether a file could be written", () => {
  test("is proved for an existing file, a new one, and one in a new directory, and leaves nothing", async () => {
    await checkWritable(host, at("a.yaml"), { state });
    await checkWritable(host, at("new.age"), { state });
    await checkWritable(host, at("deep/down/new.age"), { state });
    expect(strays(repository)).toEqual([]);
  });

  test("is denied for a directory, and where the file system is read-only", async () => {
    await expect(checkWritable(host, at("sub"), { state })).rejects.toMatchObject({ code: "refused" });
    const readOnly: Host = {
      ...host,
      files: {
        ...host.files,
        open: (path, how, mode) =>
          how === "create" ? Promise.reject(systemError("EROFS")) : host.files.open(path, how, mode),
      },
    };
    await expect(checkWritable(readOnly, at("a.yaml"), { state })).rejects.toMatchObject({
      code: "io",
      message: "cannot write: the file system is read-only",
    });
  });
});

describe("a signal during a commit", () => {
  function withSignal(): { host: Host; signal: () => unknown } {
    const cleanups = new Set<() => unknown>();
    return {
      host: {
        ...host,
        onExit: (cleanup) => {
          cleanups.add(cleanup);
          return () => cleanups.delete(cleanup);
        },
      },
      signal: () => Promise.all([...cleanups].map((cleanup) => cleanup())),
    };
  }

  test("before the commit point undoes all of it, and the program waits for that", async () => {
    const { host: signalled, signal } = withSignal();
    let cleaned: unknown;
    const proved: number[] = [];
    const changes = changesOf(repository).map((entry, index) => ({
      ...entry,
      verify: async () => {
        proved.push(index);
        if (index === 2) cleaned = signal();
      },
    }));
    await expect(commit(signalled, changes, { state })).rejects.toMatchObject({ code: "interrupted" });
    await cleaned;
    expect(proved).toEqual([0, 1, 2]);
    expect(overall(repository)).toBe("old");
    expect(strays(repository)).toEqual([]);
  });

  test("does not wait for a stream that gives nothing", async () => {
    const { host: signalled, signal } = withSignal();
    async function* silent(): AsyncGenerator<Uint8Array> {
      void signal();
      yield await new Promise<Uint8Array>(() => undefined);
    }
    await expect(commit(signalled, [change("a", "", { content: silent() })], { state })).rejects.toMatchObject({
      code: "interrupted",
    });
    expect(strays(repository)).toEqual([]);
  });

  test("after the commit point lets it finish", async () => {
    const { host: signalled, signal } = withSignal();
    const late: Host = {
      ...signalled,
      files: {
        ...host.files,
        rename: async (from, to) => {
          if (!to.endsWith("journal")) void signal();
          await host.files.rename(from, to);
        },
      },
    };
    await commit(late, changesOf(repository), { state });
    expect(overall(repository)).toBe("new");
  });
});

describe("an interrupted commit", () => {
  /** A commit that reached its commit point and could rename nothing. */
  async function interrupt(): Promise<void> {
    const broken: Host = {
      ...host,
      files: {
        ...host.files,
        rename: (from, to) =>
          to.endsWith("journal") ? host.files.rename(from, to) : Promise.reject(systemError("EIO")),
      },
    };
    await expect(commit(broken, changesOf(repository), { state })).rejects.toMatchObject({
      code: "io",
      message: expect.stringContaining("the next run of any command here finishes it"),
    });
    expect(overall(repository)).toBe("old");
  }

  test("is finished by the next run, which says what it finished", async () => {
    await interrupt();
    expect(await recover(host, state)).toEqual(names.map((name) => at(name)));
    expect(overall(repository)).toBe("new");
    expect(strays(repository)).toEqual([]);
    expect(await recover(host, state)).toEqual([]);
  });

  test("is finished by the next commit", async () => {
    await interrupt();
    await commit(host, [change("z", "z")], { state });
    expect(overall(repository)).toBe("new");
  });

  test("is finished also where the repository was moved meanwhile", async () => {
    await interrupt();
    const moved = `${repository.root}-moved`;
    execFileSync("mv", [repository.root, moved]);
    expect(await recover(host, join(moved, ".git", "secrets"))).toHaveLength(names.length);
    expect(overall({ root: moved })).toBe("new");
    execFileSync("mv", [moved, repository.root]);
  });

  test("never goes over what was changed since, and names the way out", async () => {
    await interrupt();
    writeFileSync(at("b.age"), "edited by hand");
    const failure = await recover(host, state).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "changed", at: { file: at("b.age") } });
    expect(text("b.age")).toBe("edited by hand");
    expect(text("a.yaml")).toMatch(/^new/);
    await expect(commit(host, [change("z", "z")], { state })).rejects.toMatchObject({ code: "changed" });
    const hint = String((failure as { hint?: string }).hint);
    rmSync(/rm (.*)$/.exec(hint)?.[1] ?? "");
    await recover(host, state);
    expect(text("b.age")).toBe("edited by hand");
    expect(existsSync(state)).toBe(false);
  });

  test("whose staged file is gone says so once, and does the rest", async () => {
    await interrupt();
    for (const name of readdirSync(repository.root)) if (name.startsWith(".a.yaml.")) rmSync(at(name));
    await expect(recover(host, state)).rejects.toMatchObject({ code: "changed", at: { file: at("a.yaml") } });
    expect(text("a.yaml")).toMatch(/^old/);
    expect(text("b.age")).toMatch(/^new/);
    expect(await recover(host, state)).toEqual([]);
    expect(strays(repository)).toEqual([]);
  });

  test("whose journal is damaged counts as never committed", async () => {
    await interrupt();
    const journal = join(state, "journal");
    writeFileSync(journal, readFileSync(journal, "utf8").replace("a.yaml", "b.yaml"));
    expect(await recover(host, state)).toEqual([]);
    expect(overall(repository)).toBe("old");
    expect(existsSync(state)).toBe(false);
  });
});

describe("two processes", () => {
  let program: Program;
  beforeAll(async () => {
    program = await bundled("commit-child.ts");
  });
  afterAll(() => program.remove());

  test("that count in one file lose nothing", async () => {
    const counter = at("counter");
    writeFileSync(counter, "0");
    const ended = await Promise.all([1, 2, 3].map(() => program.start(["increment", counter, state, "60"]).ended));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ended.map(() => ({ code: 0, stderr: "" })));
    expect(text("counter")).toBe("180");
    expect(readdirSync(repository.root).filter((name) => name.includes("secrets-tmp"))).toEqual([]);
    expect(existsSync(state)).toBe(false);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "of which one is ended by %s dies by it and leaves nothing",
    async (signal) => {
      const running = program.start(["forever", at("a.yaml"), state]);
      expect(await running.firstLine).toBe("a.yaml");
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: null, signal });
      expect(overall(repository)).toBe("old");
      expect(strays(repository)).toEqual([]);
    },
  );
});

test("a disk that is really full leaves the old file", async (context) => {
  const mount = mkdtempSync(join(tmpdir(), "full-test-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", mount], { stdio: "ignore" });
  } catch {
    rmSync(mount, { recursive: true });
    context.skip("only root can mount a small file system");
  }
  try {
    const path = join(mount, "s.age");
    writeFileSync(path, "old");
    const big = { path, expected: "any", content: new Uint8Array(200_000), mode: 0o600, verify: fine };
    const small = join(mount, "state");
    await expect(commit(host, [big], { state: small })).rejects.toMatchObject({
      code: "io",
      message: "cannot write: no space is left on the device",
      at: { file: path },
    });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(mount)).toEqual(["s.age"]);
  } finally {
    execFileSync("umount", [mount]);
    rmSync(mount, { recursive: true });
  }
});
