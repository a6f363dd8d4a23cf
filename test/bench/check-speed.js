/**
 * What does `check` cost?
 *
 * A commit hook with ten staged files, and a repository of 5,000 files and 50 MB of which one in twenty is encrypted, beside bare
 * Node (`node -e 0`) in the same run, in turns, so that a busy machine slows all of them alike. Medians of the built program.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { median } from "./shared.js";

const rounds = Number(process.argv[2] ?? 15);
const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const folder = mkdtempSync(path.join(tmpdir(), "check-speed-"));
const env = { HOME: folder, PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1" };

try {
  await fill();
  const times = measure();
  const bare = times["node -e 0"];
  process.stdout.write(`Node ${process.versions.node}, ${rounds} rounds, medians\n`);
  for (const [name, value] of Object.entries(times)) {
    const ratio = `${(value / bare).toFixed(2).padStart(8)} ×  ${(value - bare).toFixed(0).padStart(6)} ms more`;
    process.stdout.write(`${name.padEnd(32)}${value.toFixed(0).padStart(7)} ms${ratio}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Committed: 4,750 files of text, 200 sops documents, 50 age files. Staged: ten files, three of them encrypted. */
async function fill() {
  const [alice, bob] = await Promise.all([recipient(), recipient()]);
  write(
    ".sops.yaml",
    `users:\n  alice: ${alice}\n  bob: ${bob}\ncreation_rules:\n  - path_regex: ^secrets/\n    readers: [alice, bob]\n`,
  );
  const values = Array.from({ length: 45 }, (_, index) => `key${index}: ${words(index, 40)}\n`).join("");
  write("secrets/s0.yaml", values);
  write("secrets/t0.age", words(1, 9000));
  run(process.execPath, bin, "encrypt", "-i", "secrets/s0.yaml");
  run(process.execPath, bin, "encrypt", "-i", "secrets/t0.age");
  for (let index = 1; index < 200; index++) copyFileSync(at("secrets/s0.yaml"), at(`secrets/s${index}.yaml`));
  for (let index = 1; index < 50; index++) copyFileSync(at("secrets/t0.age"), at(`secrets/t${index}.age`));
  for (let index = 0; index < 4750; index++) write(`src/d${index % 100}/f${index}.txt`, words(index, 10_000));
  run("git", "init", "-q");
  run("git", "add", ".");
  run("git", "-c", "user.name=x", "-c", "user.email=x", "-c", "gc.auto=0", "commit", "-qm", "all");
  run("git", "gc", "-q");
  for (let index = 0; index < 7; index++) write(`src/new${index}.txt`, words(index, 2000));
  for (let index = 0; index < 3; index++) copyFileSync(at("secrets/t0.age"), at(`secrets/new${index}.age`));
  run("git", "add", ".");
}

async function recipient() {
  return identityToRecipient(await generateX25519Identity());
}

/** So many letters, others for every seed, in words and lines. */
function words(seed, length) {
  let text = "";
  for (let part = 0; text.length < length; part++)
    text += `${createHash("sha512")
      .update(`${seed} ${part}`)
      .digest("base64")
      .replaceAll(/[^a-z]/g, " ")}\n`;
  return text.slice(0, length).replaceAll("\n", length < 100 ? " " : "\n");
}

function at(file) {
  return path.join(folder, file);
}

function write(file, text) {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

function run(...[program, ...args]) {
  const { status, stderr } = spawnSync(program, args, { cwd: folder, env });
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")} failed: ${stderr}`);
}

function measure() {
  const contestants = {
    "node -e 0": ["-e", "0"],
    "secrets check --staged": [bin, "check", "--staged"],
    "secrets check": [bin, "check"],
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, argv] of Object.entries(contestants)) {
      const start = performance.now();
      run(process.execPath, ...argv);
      if (round >= 0) times[name].push(performance.now() - start); // the first two warm up
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
