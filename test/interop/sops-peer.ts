/**
 * How do tests run the real sops, and how do they compare what it says with what we say?
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Format } from "../../src/formats/format.ts";
import { run } from "./peer.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/age/${name}`, import.meta.url), "utf8");

/** Two native keys and two SSH keys, made once and guarding nothing. */
export const KEYS = {
  native: fixture("x25519.identity"),
  ed25519: fixture("ssh-ed25519.identity"),
  rsa: fixture("ssh-rsa.identity"),
  postQuantum: readFileSync(new URL("../scripts/keys/pq-1", import.meta.url), "utf8"),
};

export interface Sops {
  /** What sops says on stdout. @throws with its stderr where it fails. */
  run(args: readonly string[], input?: string): string;
  /** The same as bytes. */
  bytes(args: readonly string[], input?: string): Buffer;
  write(name: string, text: string | Uint8Array): void;
  read(name: string): string;
  /** The plaintext that sops makes of a sealed text. */
  decrypt(name: string, text: string): string;
  /** A sealed text after `sops VERB … FILE …` in place. */
  change(name: string, text: string, args: (file: string) => readonly string[]): string;
}

/** Runs `body` with the real sops in a directory of its own, with these keys and nothing else of this machine. */
export async function withSops(
  binary: string,
  keys: { readonly native?: string; readonly ssh?: string },
  body: (sops: Sops) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "interop-sops-"));
  const at = (name: string) => join(directory, name);
  writeFileSync(at("native"), keys.native ?? "", { mode: 0o600 });
  writeFileSync(at("ssh"), keys.ssh ?? "", { mode: 0o600 });
  writeFileSync(at("editor"), '#!/bin/sh\nsed -i "$SCRIPT" "$1"\n', { mode: 0o700 });
  const env = {
    HOME: directory,
    XDG_CONFIG_HOME: directory,
    SOPS_DISABLE_VERSION_CHECK: "1",
    SOPS_EDITOR: at("editor"),
    ...(keys.native === undefined ? {} : { SOPS_AGE_KEY_FILE: at("native") }),
    ...(keys.ssh === undefined ? {} : { SOPS_AGE_SSH_PRIVATE_KEY_FILE: at("ssh") }),
  };
  const sops: Sops = {
    run: (args, input) => sops.bytes(args, input).toString(),
    bytes(args, input) {
      const { SCRIPT = "" } = Object.fromEntries(input === undefined ? [] : [["SCRIPT", input]]);
      const answer = run(binary, args, { cwd: directory, env: { ...env, SCRIPT } });
      if (answer.status !== 0) throw new Error(`sops ${args.join(" ")}: ${answer.stderr}`);
      return answer.stdout;
    },
    write: (name, text) => writeFileSync(at(name), text),
    read: (name) => readFileSync(at(name), "utf8"),
    decrypt(name, text) {
      sops.write(name, text);
      return sops.run(["decrypt", name]);
    },
    change(name, text, args) {
      sops.write(name, text);
      sops.run(args(name));
      return sops.read(name);
    },
  };
  try {
    await body(sops);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * What an open text holds, spelling apart: every value with its path and bytes, and whether it is a text; and the comments.
 * Numbers are compared by their bytes alone, since sops prints 1.0 as 1.
 */
export function facts(text: string, format: Format): readonly string[] {
  return format.parse(text, "open").leaves.map(({ kind, path, scalar }) => {
    const what = kind === "comment" ? "#" : scalar.type === "int" || scalar.type === "float" ? "number" : scalar.type;
    return `${kind === "comment" ? "" : path.join(":")} ${what} ${Buffer.from(scalar.bytes).toString("utf8")}`;
  });
}
