/** A program that feeds hostile inputs to the commands, in a heap that its parent keeps small, and prints a line for each. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { inProcess } from "../script/in-process.ts";
import { hostileInputs, type Bases, type Input, type Kind } from "./inputs.ts";

const [fixtures = "", seed = "1"] = process.argv.slice(2);
const text = (path: string) => readFileSync(join(fixtures, path), "utf8");
const bases: Bases = {
  yaml: text("sops/three-readers.3.8.yaml"),
  json: text("sops/three-readers.3.8.json"),
  dotenv: text("sops/every-format.3.9.env"),
  ini: text("sops/every-format.3.9.ini"),
  bytes: text("sops/every-format.3.9.bin"),
  age: readFileSync(join(fixtures, "age/x25519.age")),
  identity: text("age/x25519.identity"),
  sshIdentity: text("age/ssh-ed25519.identity"),
};

const POLICY = "creation_rules:\n  - age: age10jap3m67xlfkf2qs4wv3x0aqkt6e2tzj3aj8yt02rq3z299td35qctyt39\n";

const PLACES: Readonly<Record<Kind, string>> = {
  policy: ".sops.yaml",
  yaml: "x.yaml",
  json: "x.json",
  dotenv: "x.env",
  ini: "x.ini",
  binary: "x.bin",
  age: "x.age",
  identity: "identity",
  settings: ".secrets-check.yaml",
  rules: "secrets.nix",
};

/** What reads a secret. */
const readsOf = (file: string) => [
  ["decrypt", file],
  ["who", file],
  ["check", file],
];

const CALLS: Readonly<Record<Kind, readonly (readonly string[])[]>> = {
  policy: [["who", "x.yaml"], ["ls"], ["policy", "compile", "--check"], ["check", "."]],
  yaml: readsOf(PLACES.yaml),
  json: readsOf(PLACES.json),
  dotenv: readsOf(PLACES.dotenv),
  ini: readsOf(PLACES.ini),
  binary: readsOf(PLACES.binary),
  age: readsOf(PLACES.age),
  identity: [
    ["decrypt", "x.age", "--identity", "identity"],
    ["check", "."],
  ],
  settings: [["check", "."]],
  rules: [["who", "x.age"], ["ls"], ["rekey", "--plan"], ["check", "."]],
};

const program = inProcess(main, nodeHost());

async function answers({ kind, bytes }: Input): Promise<{ code: number; said: string; size: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "key"), text("sops/reader.identity"), { mode: 0o600 });
  writeFileSync(join(folder, ".sops.yaml"), POLICY);
  if (kind === "identity") writeFileSync(join(folder, "x.age"), bases.age);
  writeFileSync(join(folder, PLACES[kind]), bytes, { mode: 0o600 });
  const env = { HOME: join(folder, "home"), PATH: process.env["PATH"] ?? "", SOPS_AGE_KEY_FILE: join(folder, "key") };
  const found: { code: number; said: string; size: number }[] = [];
  try {
    for (const argv of CALLS[kind]) {
      const call = {
        argv,
        cwd: folder,
        env,
        stdin: new Uint8Array(),
        etc: folder,
        answers: [],
        hasEditor: false,
        isTerminal: false,
        uid: 1000,
      };
      const { code, stdout, stderr } = await program(call);
      found.push({
        code,
        said: stderr.slice(0, 500) + Buffer.from(stdout.subarray(0, 500)).toString(),
        size: stdout.length + stderr.length,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

for (const input of hostileInputs(Number(seed), bases)) {
  const { title, outsized } = input;
  process.stdout.write(`${JSON.stringify({ title, outsized, answers: await answers(input) })}\n`);
}
