/**
 * How long does a rekey take here, and how long in agenix' way, in the same run?
 *
 * 100 rules, each for three keys. Theirs is `test/interop/like-agenix.sh -r`, which calls Nix for every rule and age twice for every
 * file, as agenix does. Then: how long does a file of 500 rules take to evaluate, in a process that has started? Needs the real
 * nix-instantiate, age and jq (test/interop/peers). `npm run bench:agenix`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { evaluateNix } from "../../dist/nix/nix.js";
import { parseRules } from "../../dist/policy/nix-rules.js";
import { keyIn, median, print } from "./shared.js";

const RULES = 100;
const rounds = Number(process.argv[2] ?? 5);
const bin = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");
const script = path.join(import.meta.dirname, "..", "interop", "like-agenix.sh");
const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
const peers = process.env.SECRETS_PEERS_DIR || path.join(cache, "secrets-cli", "peers", "bin");
const folder = mkdtempSync(path.join(tmpdir(), "bench-agenix-"));
const work = path.join(folder, "work");
const env = {
  HOME: folder,
  TMPDIR: folder,
  PATH: `${peers}:${process.env.PATH}`,
  SOPS_AGE_KEY_FILE: path.join(folder, "alice"),
  IDENTITY: path.join(folder, "alice"),
  NIX_REMOTE: "",
  NIX_PATH: "",
};

try {
  mkdirSync(work);
  run("git", ["init", "-q"]);
  const keys = Object.fromEntries(
    await Promise.all(["alice", "bob", "carol", "dave"].map(async (name) => [name, await keyIn(folder, name)])),
  );
  writeFileSync(path.join(work, "secrets.nix"), rules(RULES, keys, "alice bob carol"));
  for (let index = 0; index < RULES; index++) {
    run(process.execPath, [bin, "set", `secrets/${index}.age`, "--value-stdin"], `value ${index}`);
  }
  const found = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    // Every file changes in every round: its readers are others than in the one before.
    writeFileSync(
      path.join(work, "secrets.nix"),
      rules(RULES, keys, round % 2 === 0 ? "alice bob dave" : "alice bob carol"),
    );
    found.ours.push(run(process.execPath, [bin, "rekey"]));
    found.theirs.push(run(script, ["-r"]));
  }
  const [ours, theirs] = [median(found.ours), median(found.theirs)];
  print(
    `rekey of ${RULES} rules: ${ours.toFixed(0)} ms, in agenix' way ${theirs.toFixed(0)} ms: ${(theirs / ours).toFixed(1)} × as long`,
  );
  await evaluation(keys);
} finally {
  rmSync(folder, { recursive: true });
}

function rules(count, keys, readers) {
  const names = Object.entries(keys).map(([name, text]) => `  ${name} = "${text}";\n`);
  const lines = Array.from({ length: count }, (_, index) => `  "secrets/${index}.age".publicKeys = readers;\n`);
  return `let\n${names.join("")}  readers = [ ${readers} ];\nin {\n${lines.join("")}}\n`;
}

function run(program, argv, input = "") {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, argv, { cwd: work, env, input });
  if (status !== 0) throw new Error(`${program} ${argv.join(" ")} failed: ${stderr}`);
  return performance.now() - start;
}

/** Of 500 rules: the evaluation alone, and the policy that is made of it, with its keys and names. */
async function evaluation(keys) {
  const text = rules(500, keys, "alice bob carol");
  const nothing = async () => {};
  const world = {
    read: nothing,
    list: nothing,
    type: nothing,
    environment: () => "",
    home: folder,
    show: (file) => file,
  };
  const source = { name: "secrets.nix", directory: work, text };
  const around = { ...world, path: path.join(work, "secrets.nix"), subject: "" };
  const forced = (value) => {
    for (const rule of value.attributes.values()) rule.work?.();
  };
  const once = async (task) => {
    const start = process.cpuUsage();
    await task();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  const measure = async (what, task) => {
    const first = await once(task);
    const more = [];
    for (let round = 0; round < 20; round++) more.push(await once(task));
    print(
      `${what} of 500 rules: ${first.toFixed(1)} ms of CPU the first time, ${median(more).toFixed(1)} ms from then on`,
    );
  };
  await measure("evaluation", () => evaluateNix(source, world, forced));
  await measure("the policy", () => parseRules(text, "secrets.nix", around));
}
