/**
 * Do we work on the repositories of agenix, and does agenix work on ours?
 *
 * Its way of calling Nix and age is played by `like-agenix.sh`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { main } from "../../src/cli/main.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { makeKey } from "../keys/ssh-keygen.ts";
import { inProcess } from "../script/in-process.ts";
import type { Outcome } from "../script/stage.ts";
import { describePeer, peer, run, type Answer } from "./peer.ts";

const SCRIPT = join(import.meta.dirname, "like-agenix.sh");
const SECRET = "naïve, but secret\nand a second line";

let folder = "";
const people = new Map<string, { readonly file: string; readonly key: string }>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "interop-agenix-"));
  mkdirSync(join(folder, "home"));
  for (const name of ["alice", "bob", "server"]) {
    const { secret, publicKey } = makeKey(name === "bob" ? "rsa" : "ed25519", name === "bob" ? ["-b", "2048"] : []);
    const file = join(folder, "home", name);
    writeFileSync(file, secret, { mode: 0o600 });
    people.set(name, { file, key: publicKey.trim().split(" ").slice(0, 2).join(" ") });
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

function person(name: string): { readonly file: string; readonly key: string } {
  const found = people.get(name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

let count = 0;

/** A repository whose rules name these. */
function repository(readers: readonly string[]): string {
  const root = join(folder, `repository-${(count += 1)}`);
  mkdirSync(root);
  run("git", ["init", "-q"], { cwd: root });
  writeRules(root, readers);
  return root;
}

function writeRules(root: string, readers: readonly string[]): void {
  const names = [...people].map(([name, { key }]) => `  ${name} = "${key} ${name}@home";\n`).join("");
  const keys = `[ ${readers.join(" ")} ]`;
  const rules = `"a.age".publicKeys = keys;\n"sub/b.age" = { publicKeys = keys; armor = true; };`;
  writeFileSync(join(root, "secrets.nix"), `let\n${names}  keys = ${keys};\nin {\n${rules}\n}\n`);
}

function theirs(
  root: string,
  args: readonly string[],
  { as, age, input = "" }: { as: string; age: string; input?: string },
): Answer {
  const env = {
    HOME: join(folder, "home"),
    TMPDIR: folder,
    AGE: age,
    IDENTITY: person(as).file,
    NIX_PATH: "",
    NIX_REMOTE: "",
  };
  return run(SCRIPT, args, { cwd: root, env, input: Buffer.from(input) });
}

const program = inProcess(main, nodeHost());

function ours(root: string, as: string, [argv, input = ""]: readonly [readonly string[], string?]): Promise<Outcome> {
  return program({
    argv: ["--identity", person(as).file, ...argv],
    cwd: root,
    env: { HOME: join(folder, "home"), PATH: process.env["PATH"] ?? "" },
    stdin: Buffer.from(input),
    etc: folder,
    answers: [],
    hasEditor: false,
    isTerminal: false,
    uid: 1000,
  });
}

const FILES = ["a.age", "sub/b.age"];

async function expectTheirsHere(age: string): Promise<void> {
  const root = repository(["alice", "bob"]);
  for (const file of FILES) expect(theirs(root, ["-e", file], { as: "alice", age, input: SECRET }).status).toBe(0);
  for (const file of FILES) {
    for (const as of ["alice", "bob"]) {
      expect((await ours(root, as, [["get", file]])).stdout.toString()).toBe(SECRET);
    }
  }
  expect((await ours(root, "alice", [["rekey", "--check"]])).code).toBe(0);

  writeRules(root, ["alice", "server"]);
  const plan = await ours(root, "alice", [["rekey", "--plan"]]);
  for (const file of FILES) expect(plan.stdout.toString()).toContain(file);
  const { code, stderr } = await ours(root, "alice", [["rekey"]]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("2 files re-encrypted")]);
  for (const file of FILES) {
    expect(theirs(root, ["-d", file], { as: "server", age }).stdout.toString()).toBe(SECRET);
    expect(theirs(root, ["-d", file], { as: "bob", age }).status).not.toBe(0);
  }
}

async function expectOursThere(age: string): Promise<void> {
  const root = repository(["alice", "bob"]);
  for (const file of FILES) {
    expect((await ours(root, "alice", [["edit", file], SECRET])).code).toBe(0);
    for (const as of ["alice", "bob"]) {
      expect(theirs(root, ["-d", file], { as, age }).stdout.toString()).toBe(SECRET);
    }
  }
  expect(readFileSync(join(root, "sub/b.age"), "latin1")).toContain("BEGIN AGE ENCRYPTED FILE");
  expect(theirs(root, ["-e", "a.age"], { as: "alice", age, input: "new" }).status).toBe(0);
  expect((await ours(root, "bob", [["get", "a.age"]])).stdout.toString()).toBe("new");

  writeRules(root, ["alice", "server"]);
  expect(theirs(root, ["-r"], { as: "alice", age }).status).toBe(0);
  expect((await ours(root, "server", [["get", "sub/b.age"]])).stdout.toString()).toBe(SECRET);
  expect((await ours(root, "bob", [["get", "sub/b.age"]])).code).toBe(3);
  expect((await ours(root, "alice", [["rekey", "--check"]])).code).toBe(0);
}

describePeer("nix-instantiate", (check) => {
  for (const name of ["age", "rage"] as const) {
    const age = peer(name);
    if (age === undefined) continue;

    check(`what agenix' way makes with ${name} opens here, by every key, and is rekeyed`, async () => {
      await expectTheirsHere(age);
    });

    check(`what we make is opened, replaced and rekeyed by agenix' way with ${name}`, async () => {
      await expectOursThere(age);
    });
  }
});
