/**
 * What does a day with `secrets` look like?
 *
 * Runs the main job for real, in a temporary repository that is removed afterwards, and prints each command with what it
 * answered. Ends with an error if a step does not do what this text says. `npm run quickstart`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generateX25519Identity, identityToRecipient } from "age-encryption";

const program = fileURLToPath(new URL("../bin/secrets.js", import.meta.url));
const place = mkdtempSync(path.join(tmpdir(), "secrets-quickstart-"));
const repository = path.join(place, "shop");
const people = {};

try {
  await main();
} finally {
  rmSync(place, { recursive: true, force: true });
}

async function main() {
  say("Two people and a server, each with an age key of their own.");
  for (const name of ["alice", "bob", "web1"]) people[name] = await person(name);
  mkdirSync(path.join(repository, "secrets"), { recursive: true });
  run("alice", ["git", "init", "-q"], { quiet: true });

  say("One policy says who reads what.");
  policy(["alice"]);
  secrets("alice", "who secrets/db.age", { shows: "alice" });

  say("Alice writes a secret. Nobody types it into a command line.");
  secrets("alice", "set secrets/db.age --value-stdin", { input: "s3cret-1\n" });

  say("She edits it (in a terminal in her editor, here from standard input), and reads it back.");
  secrets("alice", "edit secrets/db.age", { input: "s3cret-2\n" });
  secrets("alice", "get secrets/db.age", { shows: "s3cret-2" });
  secrets("web1", "get secrets/db.age", { shows: "s3cret-2" });

  say("Bob cannot read it, and is told whom to ask.");
  secrets("bob", "get secrets/db.age", { code: 3 });

  say("Bob joins the team. The plan needs no key; the rekey is all or nothing.");
  policy(["alice", "bob"]);
  secrets("alice", "rekey --plan", { shows: "bob" });
  secrets("alice", "rekey");
  secrets("bob", "get secrets/db.age", { shows: "s3cret-2" });
  secrets("alice", "ls", { shows: "up to date" });

  say("Bob leaves the team. He is locked out of what comes; what he could read must be changed.");
  policy(["alice"]);
  secrets("alice", "rekey --check", { code: 1 });
  secrets("alice", "rekey");
  secrets("bob", "get secrets/db.age", { code: 3 });
  secrets("alice", "set secrets/db.age --value-stdin", { input: "s3cret-3\n" });
  secrets("web1", "get secrets/db.age", { shows: "s3cret-3" });
  say("That is all. README.md says more.");
}

/** A home directory with an age key where sops and we look for it. */
async function person(name) {
  const identity = await generateX25519Identity();
  const home = path.join(place, name);
  const keys = path.join(home, ".config", "sops", "age");
  mkdirSync(keys, { recursive: true });
  writeFileSync(path.join(keys, "keys.txt"), `${identity}\n`, { mode: 0o600 });
  return { home, recipient: await identityToRecipient(identity) };
}

function policy(team) {
  const text = [
    "users:",
    `  alice: ${people.alice.recipient}`,
    `  bob: ${people.bob.recipient}`,
    "hosts:",
    `  web1: ${people.web1.recipient}`,
    "teams:",
    `  ops: [${team.join(", ")}]`,
    "creation_rules:",
    "  - path_regex: ^secrets/",
    "    readers: [ops, web1]",
    "",
  ].join("\n");
  writeFileSync(path.join(repository, ".sops.yaml"), text);
  print(text.replaceAll(/^/gm, "    ").trimEnd().replace("    users:", "  .sops.yaml:\n    users:"));
}

function secrets(name, line, options = {}) {
  const words = line.split(" ");
  run(name, [process.execPath, program, ...words], { ...options, shown: `secrets ${line}` });
}

function run(name, argv, options) {
  const { home } = people[name];
  const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: "1", CI: "1" };
  const [command, ...rest] = argv;
  const child = spawnSync(command, rest, { cwd: repository, env, input: options.input ?? "", encoding: "utf8" });
  if (options.quiet === true) return;
  const typed = options.input === undefined ? options.shown : `echo ${options.input.trim()} | ${options.shown}`;
  print(`  ${name}$ ${typed}`);
  print(`${child.stdout}${child.stderr}`.trimEnd().replaceAll(/^/gm, "    "));
  const expected = options.code ?? 0;
  if (child.status !== expected || !child.stdout.includes(options.shows ?? "")) {
    throw new Error(
      `expected exit ${expected}${options.shows ? ` and "${options.shows}"` : ""}, got exit ${child.status}`,
    );
  }
}

function say(text) {
  print(`\n${text}`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
