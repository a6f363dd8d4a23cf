/** Does the real host keep what `Host` promises? */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { nodeHost } from "../../src/io/node-host.ts";
import { bundled, type Program } from "./child.ts";

const host = nodeHost();
const { files } = host;
const node = process.execPath;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "host-test-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

describe("files", () => {
  test.runIf(process.platform === "linux")("make no directory, and say so, where nothing can be made", async () => {
    await expect(files.makeDirectory("/proc/nothing/at/all")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("are created exclusively, with their mode from the first moment", async () => {
    const file = await files.open(at("a"), "create", 0o600);
    expect(statSync(at("a")).mode & 0o777).toBe(0o600);
    await file.write(bytes("content"));
    await file.sync();
    await file.close();
    expect(text(await files.read(at("a")))).toBe("content");
    await expect(files.open(at("a"), "create")).rejects.toMatchObject({ code: "EEXIST" });
    symlinkSync("nowhere", at("link"));
    await expect(files.open(at("link"), "create")).rejects.toMatchObject({ code: "EEXIST" });
  });

  test("say what they are", async () => {
    writeFileSync(at("a"), "12345", { mode: 0o640 });
    symlinkSync("a", at("link"));
    const stat = await files.stat(at("a"));
    expect(stat).toMatchObject({ kind: "file", mode: 0o640, size: 5, links: 1, uid: host.system.uid });
    expect(await files.stat(at("link"))).toEqual(stat);
    expect(await files.stat(at("link"), { follow: false })).toMatchObject({ kind: "symlink" });
    expect(await files.stat(directory)).toMatchObject({ kind: "directory" });
    expect(await files.stat("/dev/null")).toMatchObject({ kind: "other" });
    expect(await files.stat(at("none"))).toBeUndefined();
    expect(await files.stat(at("a/below"))).toBeUndefined();
  });

  test("are read in pieces, and a symlink is refused where the file itself is meant", async () => {
    writeFileSync(at("a"), "12345");
    symlinkSync("a", at("link"));
    const file = await files.open(at("link"), "read");
    const buffer = new Uint8Array(3);
    expect([await file.read(buffer), text(buffer)]).toEqual([3, "123"]);
    expect([await file.read(buffer), await file.read(buffer)]).toEqual([2, 0]);
    await file.close();
    await (await files.open(at("a"), "read-itself")).close();
    await expect(files.open(at("link"), "read-itself")).rejects.toMatchObject({ code: "ELOOP" });
  });

  test("are read as a whole only where they end, and fit into memory", async () => {
    symlinkSync("/dev/zero", at("zero"));
    execFileSync("mkfifo", [at("pipe")]);
    writeFileSync(at("huge"), "");
    truncateSync(at("huge"), 3_000_000_000);
    for (const name of ["zero", "pipe"])
      await expect(files.read(at(name))).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    await expect(files.read(at("huge"))).rejects.toMatchObject({ code: "EFBIG" });
    await expect(files.read(at("nothing"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(files.read(directory)).rejects.toMatchObject({ code: "EISDIR" });
  });

  test("are removed, and so are symlinks themselves; directories only as such, and only empty ones", async () => {
    mkdirSync(at("full"));
    writeFileSync(at("full/a"), "");
    symlinkSync("full", at("link"));
    await files.remove(at("link"));
    await expect(files.remove(at("full"))).rejects.toMatchObject({ code: expect.stringMatching(/^E(?:ISDIR|PERM)$/) });
    await expect(files.removeDirectory(at("full"))).rejects.toMatchObject({ code: "ENOTEMPTY" });
    await expect(files.removeDirectory(at("full/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await files.remove(at("full/a"));
    await expect(files.remove(at("full"))).rejects.toMatchObject({ code: expect.stringMatching(/^E(?:ISDIR|PERM)$/) });
    await files.removeDirectory(at("full"));
    await expect(files.remove(at("full"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("a directory that others remove as soon as it is there is made all the same", async () => {
    const path = at("shared");
    const worker = async (): Promise<void> => {
      for (let round = 0; round < 200; round += 1) {
        await files.makeDirectory(path);
        await files.removeDirectory(path).catch(() => undefined);
      }
    };
    await expect(Promise.all(Array.from({ length: 3 }, worker))).resolves.toHaveLength(3);
    symlinkSync("nowhere", at("dangling"));
    await expect(files.makeDirectory(at("dangling"))).rejects.toMatchObject({ code: "EEXIST" });
  });

  test("are linked only where nothing is, and directories are made with their parents", async () => {
    writeFileSync(at("a"), "");
    writeFileSync(at("b"), "");
    await expect(files.link(at("a"), at("b"))).rejects.toMatchObject({ code: "EEXIST" });
    await files.makeDirectory(at("x/y"), 0o700);
    await files.makeDirectory(at("x/y"), 0o700);
    expect(statSync(at("x/y")).mode & 0o777).toBe(0o700);
    await expect(files.makeDirectory(at("a"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(files.makeDirectory(at("a/b/c"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await files.syncDirectory(directory);
  });

  test("in a scratch directory go with it", async () => {
    const remove = await files.makeScratch(at("scratch"));
    expect(statSync(at("scratch")).mode & 0o777).toBe(0o700);
    mkdirSync(at("scratch/deep"));
    writeFileSync(at("scratch/deep/a"), "");
    await expect(files.makeScratch(at("scratch"))).rejects.toMatchObject({ code: "EEXIST" });
    await remove();
    await remove();
    expect(existsSync(at("scratch"))).toBe(false);
  });
});

describe("a child", () => {
  const run = (script: string, options: { input?: Uint8Array; env?: Record<string, string | undefined> } = {}) =>
    host.run([node, "-e", script], { ...options, terminal: "capture" });

  test("gives back its bytes as they are, and its code", async () => {
    const script = "process.stdout.write(Buffer.from([0,255,10]));process.stderr.write('e\\n');process.exitCode=7";
    const result = await run(script);
    expect(result).toMatchObject({ code: 7, signal: undefined, forwarded: undefined });
    expect([...result.stdout]).toEqual([0, 255, 10]);
    expect(text(result.stderr)).toBe("e\n");
  });

  test("gets its input, and need not read it", async () => {
    const big = new Uint8Array(1_000_000).fill(65);
    expect((await run("process.stdin.pipe(process.stdout)", { input: big })).stdout).toHaveLength(1_000_000);
    expect(await run("process.exit(0)", { input: big })).toMatchObject({ code: 0 });
  });

  test("has no input where none is given", async () => {
    expect(await run("process.stdin.on('end',()=>process.exit(3)).resume()")).toMatchObject({ code: 3 });
  });

  test("gets exactly the environment that it is given", async () => {
    const script = "process.stdout.write(JSON.stringify([process.env.A,process.env.B,process.env.HOME]))";
    expect(text((await run(script, { env: { A: "1", B: undefined } })).stdout)).toBe('["1",null,null]');
  });

  test("is started without a shell", async () => {
    const result = await host.run([node, "-p", "process.argv[1]", "$(id); 'x' *"], { terminal: "capture" });
    expect(text(result.stdout)).toBe("$(id); 'x' *\n");
  });

  test("is named by its absolute path, and sees no entry of PATH that depends on where it works", async () => {
    await expect(host.run(["node", "-v"], { terminal: "capture" })).rejects.toThrow("absolute path");
    const script = "process.stdout.write(process.env.PATH)";
    expect(text((await run(script, { env: { PATH: ".::/usr/local/bin:bin:../x:/bin" } })).stdout)).toBe(
      "/usr/local/bin:/bin",
    );
    expect(text((await run(script, { env: { PATH: ".:" } })).stdout)).toBe("/usr/bin:/bin");
  });

  test("that ends by a signal says so", async () => {
    expect(await run("process.kill(process.pid,'SIGKILL')")).toMatchObject({ code: undefined, signal: "SIGKILL" });
  });

  test("that does not exist rejects with ENOENT and one that cannot be executed with EACCES, quoting nothing", async () => {
    const missing = await host.run([at("none"), "s3cret"], { terminal: "capture" }).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: "ENOENT" });
    expect(JSON.stringify(Object.getOwnPropertyNames(missing)) + String(missing)).not.toContain("s3cret");
    writeFileSync(at("plain"), "");
    chmodSync(at("plain"), 0o644);
    await expect(host.run([at("plain")], { terminal: "capture" })).rejects.toMatchObject({ code: "EACCES" });
  });
});

test("the environment is a copy", () => {
  const name = "HOST_TEST_VARIABLE";
  process.env[name] = "later";
  expect(host.env[name]).toBeUndefined();
  delete process.env[name];
});

describe.skipIf(process.platform === "win32")("a process", () => {
  let program: Program;
  beforeAll(async () => {
    program = await bundled("host-child.ts");
  });
  afterAll(() => program.remove());

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "that is ended by %s runs its cleanups, waits for them, and dies by the signal",
    async (signal) => {
      const running = program.start(["exit", directory]);
      await running.firstLine;
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: null, signal });
      expect(readdirSync(directory).toSorted()).toEqual(["one", "two"]);
    },
  );

  test("that is ended takes a child along that hangs", async () => {
    const running = program.start(["hang", directory]);
    await running.firstLine;
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: null, signal: "SIGTERM" });
    await expect.poll(() => readdirSync(directory)).toEqual(expect.arrayContaining(["one", "two"]));
  });

  const child = `
    process.on('SIGTERM',()=>process.exit(5)).on('SIGHUP',()=>process.exit(6));
    console.log('ready');
    setTimeout(()=>{},60000)`;

  test.each([
    ["SIGTERM", 5],
    ["SIGHUP", 6],
  ] as const)("passes %s on to the child that owns the terminal, and says so", async (signal, code) => {
    const running = program.start(["run", node, "-e", child]);
    await running.firstLine;
    running.child.kill(signal);
    const { stdout } = await running.ended;
    expect(JSON.parse(stdout.split("\n")[1] ?? "")).toEqual({ code, forwarded: signal });
  });

  test("leaves SIGINT and SIGQUIT to the child that owns the terminal", async () => {
    const script = `
      const wait = (signal) => new Promise((done) => process.once(signal, done));
      const both = Promise.all([wait('SIGUSR2')]);
      console.log(process.ppid);
      both.then(() => process.exit(4));
      setTimeout(() => {}, 60000);`;
    const running = program.start(["run", node, "-e", script]);
    const parent = Number(await running.firstLine);
    expect(parent).toBe(running.child.pid);
    process.kill(parent, "SIGINT");
    process.kill(parent, "SIGQUIT");
    const children = execFileSync("ps", ["-o", "pid=,ppid=", "-A"], { encoding: "utf8" });
    const line = children.split("\n").find((row) => row.trim().endsWith(` ${parent}`)) ?? "";
    process.kill(Number(line.trim().split(/\s+/)[0]), "SIGUSR2");
    const { stdout, code } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.split("\n")[1] ?? "")).toEqual({ code: 4 });
  });

  test("learns EPIPE when nobody reads its output any more", async () => {
    const running = program.start(["flood"]);
    running.child.stdout?.once("data", () => running.child.stdout?.destroy());
    expect((await running.ended).stderr).toBe("EPIPE\n");
  });

  test("reads its input and writes its output as they are", () => {
    const input = Buffer.alloc(300_000, "\u0000\u00ff\n", "latin1");
    const output = execFileSync(node, [program.path, "echo"], { input, maxBuffer: 1 << 20 });
    expect(output.equals(input)).toBe(true);
  });

  test("that is hardened opens no inspector on SIGUSR1 and dumps no core", async () => {
    const hardened = spawn(node, [program.path, "harden", "60000"], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    hardened.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await new Promise((resolve) => hardened.stdout.once("data", resolve));
    hardened.kill("SIGUSR1");
    if (process.platform === "linux") {
      expect(readFileSync(`/proc/${hardened.pid}/coredump_filter`, "utf8").trim()).toBe("00000000");
    }
    const ended = new Promise((resolve) => hardened.once("close", (_, signal) => resolve(signal)));
    hardened.kill("SIGTERM");
    expect(await ended).toBe("SIGTERM");
    expect(stderr).toBe("");
  });
});

test.each(["", "home", "./home"])("a home directory of %j is none", (home) => {
  vi.stubEnv("HOME", home);
  expect(nodeHost().system.home).toBeUndefined();
  vi.unstubAllEnvs();
});
