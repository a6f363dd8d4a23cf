/**
 * How do tests run the real sops?
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll } from "vitest";

/** The path of a real tool, or undefined where there is none; with SECRETS_REQUIRE_PEERS=1 that is an error. */
export function onPath(name: string): string | undefined {
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
  if (found === undefined && process.env["SECRETS_REQUIRE_PEERS"] === "1") throw new Error(`${name} is not on PATH`);
  return found;
}

export interface Sops {
  /** Runs sops in a directory of its own; `files` are written there first. */
  run(args: readonly string[], input?: string): string;
  write(name: string, text: string | Uint8Array): void;
  read(name: string): string;
  readonly directory: string;
}

/** The real sops with these identities and nothing else of this machine. */
export function realSops(binary: string, identities: string): Sops {
  const directory = mkdtempSync(join(tmpdir(), "sops-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "keys.txt"), identities, { mode: 0o600 });
  const env = {
    PATH: "",
    HOME: directory,
    SOPS_AGE_KEY_FILE: join(directory, "keys.txt"),
    SOPS_DISABLE_VERSION_CHECK: "1",
  };
  return {
    directory,
    run: (args, input) =>
      execFileSync(binary, args, {
        cwd: directory,
        env,
        encoding: "utf8",
        stdio: "pipe",
        ...(input === undefined ? {} : { input }),
      }),
    write: (name, text) => writeFileSync(join(directory, name), text),
    read: (name) => readFileSync(join(directory, name), "utf8"),
  };
}
