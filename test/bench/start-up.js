/**
 * What does starting cost?
 *
 * `--version`, `--help`, one small `decrypt` and one small `set` of the built program as ratios to bare Node (`node -e 0`), all in the same run,
 * in turns, so that a busy machine slows all of them alike. Medians.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { median } from "./shared.js";

const rounds = Number(process.argv[2] ?? 31);
const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const folder = mkdtempSync(path.join(tmpdir(), "start-up-"));

try {
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  const recipient = await identityToRecipient(identity);
  encrypter.addRecipient(recipient);
  writeFileSync(path.join(folder, ".sops.yaml"), `creation_rules:\n  - age: ${recipient}\n`);
  writeFileSync(path.join(folder, "key"), `${identity}\n`, { mode: 0o600 });
  writeFileSync(path.join(folder, "small.age"), await encrypter.encrypt("a small secret\n"));
  report(measure());
} finally {
  rmSync(folder, { recursive: true });
}

function measure() {
  const contestants = {
    "node -e 0": ["-e", "0"],
    "secrets --version": [bin, "--version"],
    "secrets --help": [bin, "--help"],
    "secrets decrypt small.age": [bin, "decrypt", "--identity", "key", "small.age"],
    "secrets set new.age": [bin, "set", "--identity", "key", "new.age", "--value-stdin"],
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, argv] of Object.entries(contestants)) {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, argv, {
        cwd: folder,
        input: "another small secret\n",
        env: { HOME: folder, PATH: process.env.PATH },
      });
      const milliseconds = performance.now() - start;
      if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
      if (round >= 0) times[name].push(milliseconds); // the first two warm up
    }
  }
  return times;
}

function report(times) {
  const bare = median(times["node -e 0"]);
  process.stdout.write(`Node ${process.versions.node}, ${rounds} rounds, medians\n`);
  for (const [name, values] of Object.entries(times)) {
    const value = median(values);
    process.stdout.write(
      `${name.padEnd(28)}${value.toFixed(1).padStart(7)} ms${(value / bare).toFixed(2).padStart(8)} ×\n`,
    );
  }
}
