/**
 * What happens to the entries of keys that only sops can use, when we change the file without them?
 *
 * Real sops makes the file for an age key and a real PGP key; entries of KMS and Vault keys are put in by hand, with texts that
 * no service made. None of them may change, and sops still opens the file, with the PGP key alone too.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { describePeer, peer, run } from "./peer.ts";
import { KEYS } from "./sops-peer.ts";

const root = join(import.meta.dirname, "..", "..");
const fixtures = join(root, "fixtures", "age");
const ALICE = /age1\w+/.exec(KEYS.native)?.[0] ?? "";
const BOB = readFileSync(join(fixtures, "ssh-ed25519.identity.pub"), "utf8").trim();
const WITH_ALICE = { SOPS_AGE_KEY_FILE: join(fixtures, "x25519.identity") };
const WITH_BOB = { SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(fixtures, "ssh-ed25519.identity") };

const ARN = "arn:aws:kms:us-east-1:123456789012:key/73024a95-0000-4000-8000-000000000000";
const RESOURCE = "projects/p/locations/global/keyRings/r/cryptoKeys/k";
const VAULT = "http://127.0.0.1:1";
const [created_at, enc] = ["2026-01-01T00:00:00Z", "Zm9yZ2Vk"];

/** As sops writes them. Nothing listens at the addresses. */
const FORGED = {
  kms: [{ arn: ARN, aws_profile: "", created_at, enc }],
  gcp_kms: [{ created_at, enc, resource_id: RESOURCE }],
  hc_vault: [{ created_at, enc: `vault:v1:${enc}`, engine_path: "team/sops", key_name: "k2", vault_address: VAULT }],
};

interface Sealed {
  readonly sops: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

interface Bench {
  readonly fingerprint: string;
  readonly sops: (env: Readonly<Record<string, string>>, ...args: readonly string[]) => string;
  /** With alice's key alone. */
  readonly secrets: (...args: readonly string[]) => string;
  readonly sealed: () => Sealed;
  readonly write: (name: string, content: object) => void;
}

/** A directory with a PGP key of its own, and nothing else of this machine. */
function withBench(gpg: string, body: (bench: Bench) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "foreign-"));
  const home = join(directory, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  const own = { GNUPGHOME: home, HOME: directory, XDG_CONFIG_HOME: directory, SOPS_DISABLE_VERSION_CHECK: "1" };
  const told = (path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = run(path, args, { cwd: directory, env: { ...own, ...env } });
    if (status !== 0) throw new Error(`${path} ${args.join(" ")}: ${stderr}`);
    return stdout.toString();
  };
  try {
    told(gpg, ["--batch", "--passphrase", "", "--quick-generate-key", "carol", "default", "default", "never"]);
    const listed = told(gpg, ["--batch", "--with-colons", "--list-keys"]);
    body({
      fingerprint: /^fpr:+(\w+):/m.exec(listed)?.[1] ?? "",
      sops: (env, ...args) => told(peer("sops") ?? "sops", args, env),
      secrets: (...args) =>
        told(process.execPath, [join(root, "bin", "secrets.js"), "--no-input", ...args], WITH_ALICE),
      sealed: () => JSON.parse(readFileSync(join(directory, "s.json"), "utf8")),
      write: (name, content) => writeFileSync(join(directory, name), JSON.stringify(content)),
    });
  } finally {
    run("gpgconf", ["--homedir", home, "--kill", "all"]);
    // The agent may still be removing its sockets.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

function leavesThemAsTheyAre({ fingerprint, sops, secrets, sealed, write }: Bench): void {
  const foreign = () => ["kms", "gcp_kms", "hc_vault", "pgp"].map((type) => sealed().sops[type]);
  const keys = { pgp: fingerprint, kms: ARN, gcp_kms: RESOURCE, hc_vault_transit_uri: `${VAULT}/v1/team/sops/keys/k2` };
  write("s.json", { a: "hello" });
  sops({}, "encrypt", "-i", "--age", ALICE, "--pgp", fingerprint, "s.json");
  const made = sealed();
  write("s.json", { ...made, sops: { ...made.sops, ...FORGED } });
  write(".sops.yaml", { creation_rules: [{ ...keys, age: ALICE }] });
  const before = foreign();

  expect(JSON.parse(secrets("decrypt", "s.json"))).toEqual({ a: "hello" });
  secrets("set", "s.json", "b", '"new"');
  expect(foreign()).toEqual(before);
  write(".sops.yaml", { creation_rules: [{ ...keys, age: [ALICE, BOB] }] });
  secrets("rekey", "s.json");
  expect(foreign()).toEqual(before);
  expect(sealed().sops["age"]?.map(({ recipient }) => recipient)).toEqual([ALICE, BOB]);

  const values = { a: "hello", b: "new" };
  expect(JSON.parse(sops(WITH_ALICE, "decrypt", "s.json"))).toEqual(values);
  expect(JSON.parse(sops(WITH_BOB, "decrypt", "s.json"))).toEqual(values);
  expect(JSON.parse(sops({}, "decrypt", "--decryption-order", "pgp", "s.json"))).toEqual(values);
}

describePeer("gpg", (check) => {
  check("reading, setting a value and adding a reader need none of them, and sops still opens the file", (gpg) =>
    withBench(gpg, leavesThemAsTheyAre),
  );
});
