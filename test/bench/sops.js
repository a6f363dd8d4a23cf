/**
 * How do we compare with sops on the same documents, in the same run?
 *
 * Time of `decrypt` and of a one-value `set` on small and large documents, in turns, as ratios of medians; and the bytes that a
 * one-value edit and an added reader change. Needs the real sops and age-keygen (test/interop/peers). `npm run bench:sops`.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { keyIn, median, print } from "./shared.js";

const rounds = Number(process.argv[2] ?? 7);
const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
const peers = process.env.SECRETS_PEERS_DIR || path.join(cache, "secrets-cli", "peers", "bin");
const sops = existsSync(path.join(peers, "sops")) ? path.join(peers, "sops") : "sops";
const folder = mkdtempSync(path.join(tmpdir(), "bench-sops-"));
const env = {
  HOME: folder,
  PATH: process.env.PATH,
  SOPS_AGE_KEY_FILE: path.join(folder, "key"),
  SOPS_DISABLE_VERSION_CHECK: "true",
};

try {
  const [own, other] = [await keyIn(folder, "key"), await keyIn(folder, "other")];
  writePolicy([own]);
  for (const format of ["yaml", "json"]) {
    for (const leaves of [10, 10_000]) {
      const file = `doc-${leaves}.${format}`;
      writeFileSync(path.join(folder, file), document(format, leaves));
      run("sops", sops, ["encrypt", "-i", file]);
      times(file);
      changes(file, { own, other });
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

function writePolicy(recipients) {
  writeFileSync(path.join(folder, ".sops.yaml"), `creation_rules:\n  - age: ${recipients.join(",")}\n`);
}

/** Maps of ten values each, with a comment in YAML and values of every usual kind. */
function document(format, leaves) {
  const groups = Array.from({ length: leaves / 10 }, (_, group) =>
    Array.from({ length: 10 }, (_, index) => [
      `key_${index}`,
      index % 3 === 0 ? group * 10 + index : `value ${group} ${index}`,
    ]),
  );
  if (format === "json") {
    const tree = Object.fromEntries(groups.map((entries, group) => [`group_${group}`, Object.fromEntries(entries)]));
    return `${JSON.stringify(tree, null, 2)}\n`;
  }
  return groups
    .map(
      (entries, group) =>
        `# group ${group}\ngroup_${group}:\n${entries.map(([name, value]) => `  ${name}: ${value}\n`).join("")}`,
    )
    .join("");
}

function run(who, program, argv) {
  const start = performance.now();
  const { status, stderr, stdout } = spawnSync(program, argv, { cwd: folder, env, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${who} ${argv[0]} failed: ${stderr}`);
  return { milliseconds: performance.now() - start, stdout };
}

function times(file) {
  const verbs = {
    decrypt: { ours: ["decrypt", file], theirs: ["decrypt", file] },
    set: { ours: ["set", file, "group_0/key_1", '"N"'], theirs: ["set", file, '["group_0"]["key_1"]', '"N"'] },
  };
  for (const [verb, { ours, theirs }] of Object.entries(verbs)) {
    const found = { ours: [], theirs: [] };
    for (let round = -1; round < rounds; round++) {
      const turn = {
        ours: run("secrets", process.execPath, [bin, ...ours.map((word) => word.replace("N", `ours ${round}`))]),
        theirs: run(
          "sops",
          sops,
          theirs.map((word) => word.replace("N", `theirs ${round}`)),
        ),
      };
      if (round >= 0) for (const who of Object.keys(found)) found[who].push(turn[who].milliseconds); // the first warms up
    }
    const [left, right] = [median(found.ours), median(found.theirs)];
    const ratio = (left / right).toFixed(2).padStart(7);
    print(
      `${`${verb} ${file}`.padEnd(26)}${left.toFixed(0).padStart(7)} ms${right.toFixed(0).padStart(8)} ms (sops)${ratio} ×`,
    );
  }
}

/** Bytes that are not at the same place of a line-wise comparison, on both sides. */
function changes(file, { own, other }) {
  const before = readFileSync(path.join(folder, file));
  const measure = (program, argv) => {
    cpSync(path.join(folder, file), path.join(folder, `kept-${file}`));
    run(program, program, argv);
    const after = readFileSync(path.join(folder, file));
    cpSync(path.join(folder, `kept-${file}`), path.join(folder, file));
    return differing(before, after);
  };
  const edit = [
    measure(process.execPath, [bin, "set", file, "group_0/key_2", '"changed"']),
    measure(sops, ["set", file, '["group_0"]["key_2"]', '"changed"']),
  ];
  writePolicy([own, other]);
  const reader = [
    measure(process.execPath, [bin, "updatekeys", "-y", file]),
    measure(sops, ["updatekeys", "-y", file]),
  ];
  writePolicy([own]);
  print(
    `${`lines changed in ${file}`.padEnd(26)} one value: ${edit.join(" / ")} (sops); added reader: ${reader.join(" / ")} (sops)`,
  );
}

/** Lines that only one side has, and their bytes. */
function differing(before, after) {
  const [left, right] = [before, after].map((bytes) => bytes.toString("utf8").split("\n"));
  const count = (lines, others) => {
    const rest = new Map();
    for (const line of others) rest.set(line, (rest.get(line) ?? 0) + 1);
    return lines.filter((line) => {
      const number = rest.get(line) ?? 0;
      rest.set(line, number - 1);
      return number <= 0;
    });
  };
  const only = [...count(left, right), ...count(right, left)];
  return `${only.length} lines, ${Buffer.byteLength(only.join("\n"))} bytes`;
}
