/**
 * A repository that tries to run something.
 *
 * Each trap is a program that leaves a marker with its name; what git does is unchanged otherwise.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Ground {
  /** Absolute path of something in the folder. */
  readonly at: (...parts: string[]) => string;
  readonly write: (file: string, text: string) => void;
  /** A command for a shell that leaves the marker. */
  readonly trap: (name: string) => string;
  /** An executable file that leaves the marker and answers with `code`. */
  readonly program: (file: string, name: string, code?: number) => string;
  /** Plain git, as people call it. */
  readonly git: (directory: string, ...args: string[]) => { readonly status: number | null; readonly said: string };
  /** The markers since the last time. */
  readonly sprung: () => string[];
  readonly env: Readonly<Record<string, string>>;
  readonly dispose: () => void;
}

export function openGround(): Ground {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "hostile-")));
  const at = (...parts: string[]) => path.join(folder, ...parts);
  for (const name of ["home", "marks", "tmp"]) mkdirSync(at(name));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  };
  // A builtin of the shell, so that no PATH is needed.
  const trap = (name: string) => `: >'${at("marks", name)}'`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: at("home"),
    TMPDIR: at("tmp"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Somebody",
    GIT_AUTHOR_EMAIL: "somebody@example.org",
    GIT_COMMITTER_NAME: "Somebody",
    GIT_COMMITTER_EMAIL: "somebody@example.org",
  };
  return {
    at,
    write,
    trap,
    program: (file, name, code = 0) => {
      write(file, `#!/bin/sh\n${trap(name)}\nexit ${code}\n`);
      chmodSync(at(file), 0o755);
      return at(file);
    },
    git: (directory, ...args) => {
      const command = ["-c", "init.defaultBranch=main", "-c", "safe.bareRepository=all", ...args];
      const { status, stdout, stderr } = spawnSync("git", command, { cwd: at(directory), env, encoding: "utf8" });
      return { status, said: stdout + stderr };
    },
    sprung: () => {
      const names = readdirSync(at("marks")).sort();
      for (const name of names) rmSync(at("marks", name));
      return names;
    },
    env,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Takes what a configuration file says, for `git config`. */
export function configure({ git }: Ground, directory: string, settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) git(directory, "config", name, value);
}
