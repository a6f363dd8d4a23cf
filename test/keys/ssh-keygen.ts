/**
 * Where do the SSH keys of these tests come from?
 *
 * From the real ssh-keygen, made anew in every run; tests that need it are skipped by name where it is missing, and fail
 * under SECRETS_REQUIRE_PEERS=1.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasSshKeygen =
  process.env["SECRETS_REQUIRE_PEERS"] === "1" || spawnSync("ssh-keygen", ["-?"]).error === undefined;

export interface KeyPair {
  /** The bytes of the private key file. */
  readonly secret: Buffer;
  /** The text of the `.pub` file. */
  readonly publicKey: string;
}

/** Every cipher that ssh-keygen can write an OpenSSH private key with. */
export const ciphers = [
  "aes128-cbc",
  "aes192-cbc",
  "aes256-cbc",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "3des-cbc",
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "chacha20-poly1305@openssh.com",
];

/** A new key pair. `options` are arguments of ssh-keygen, such as `-Z` for the cipher or `-m PEM`. */
export function makeKey(type: string, options: readonly string[] = [], passphrase = ""): KeyPair {
  const directory = mkdtempSync(join(tmpdir(), "ssh-key-"));
  try {
    const file = join(directory, "key");
    const made = spawnSync("ssh-keygen", [
      "-q",
      "-t",
      type,
      "-C",
      "a comment",
      "-N",
      passphrase,
      ...options,
      "-f",
      file,
    ]);
    if (made.status !== 0) throw new Error(`ssh-keygen: ${made.stderr.toString()}`);
    return { secret: readFileSync(file), publicKey: readFileSync(`${file}.pub`, "utf8") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
