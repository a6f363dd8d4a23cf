/**
 * Where are the real tools, and what did they say?
 *
 * Looked for in SECRETS_PEERS_DIR, then where `test/interop/peers` installs them, then on PATH. A tool that is missing
 * skips its tests by name; under SECRETS_REQUIRE_PEERS=1 each of them fails instead. Every test that passes counts as one
 * check of its peer; `reporter.ts` prints the sums.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** The peer that this test is a check of. */
    peer?: string;
  }
}

/** The tools that `test/interop/peers` installs, and those of the system. */
export type PeerName =
  | "age"
  | "age-1.1.1"
  | "age-keygen"
  | "rage"
  | "rage-keygen"
  | "ssh-to-age"
  | "sops"
  | "ssh-keygen"
  | (string & {});

const required = process.env["SECRETS_REQUIRE_PEERS"] === "1";

function searched(): string[] {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const own = process.env["SECRETS_PEERS_DIR"];
  return [
    ...(own === undefined || own === "" ? [] : [own]),
    join(cache, "secrets-cli", "peers", "bin"),
    ...(process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
  ];
}

/** The path of a real tool, or undefined where it is not installed. */
export function peer(name: PeerName): string | undefined {
  return searched()
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Answer {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Run {
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a real tool; its plugins are found beside it. */
export function run(path: string, args: readonly string[], { input, env, cwd }: Run = {}): Answer {
  const result = spawnSync(path, args, {
    input: input ?? new Uint8Array(),
    env: { ...process.env, PATH: searched().join(delimiter), ...env },
    cwd,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) throw result.error;
  return { status: result.status, stdout: result.stdout, stderr: result.stderr.toString() };
}

/** Registers one check: a test of one peer, given its path. */
export type Check = (title: string, body: (path: string) => Promise<void> | void) => void;

/** A group of checks against one real tool, skipped or failing as a whole where it is not installed. */
export function describePeer(name: PeerName, group: (check: Check) => void): void {
  const path = peer(name);
  const skipped = path === undefined && !required;
  describe.skipIf(skipped)(skipped ? `${name} is not installed, so this is skipped` : name, () => {
    group((title, body) => {
      test(title, async ({ task }) => {
        // SECRETS_REQUIRE_PEERS=1 wants it: test/interop/peers installs it.
        expect({ [name]: path === undefined ? "missing" : "installed" }).toEqual({ [name]: "installed" });
        task.meta.peer = name;
        await body(path ?? "");
      });
    });
  });
}
