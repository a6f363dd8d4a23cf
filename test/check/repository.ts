/**
 * What is a repository of the corpus, and how is it checked?
 *
 * A folder with real git in it. A case copies one that is valid, changes one thing, and asks `check` as the command line does.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { check, openProject, type CheckReport, type CheckRequest } from "../../src/index.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import type { Policy } from "../../src/policy/policy.ts";

const real = nodeHost();

export interface Repository {
  readonly root: string;
  readonly policy: Policy;
  readonly write: (file: string, content: string | Uint8Array) => void;
  readonly read: (file: string) => Buffer;
  readonly text: (file: string) => string;
  readonly edit: (file: string, change: (text: string) => string) => void;
  readonly move: (from: string, to: string) => void;
  readonly remove: (file: string) => void;
  readonly git: (...args: string[]) => string;
  /** Stages and commits everything. */
  readonly commit: (message?: string) => void;
  readonly check: (request?: CheckRequest, identities?: readonly string[]) => Promise<CheckReport>;
}

const environment = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Somebody",
  GIT_AUTHOR_EMAIL: "somebody@example.org",
  GIT_COMMITTER_NAME: "Somebody",
  GIT_COMMITTER_EMAIL: "somebody@example.org",
};

/** A folder that goes with `dispose`. */
export function scratch(): { readonly folder: string; readonly dispose: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "check-"));
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

export function repositoryAt(root: string, policy: Policy): Repository {
  const at = (file: string) => path.join(root, file);
  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), content);
  };
  const text = (file: string) => readFileSync(at(file), "utf8");
  const git = (...args: string[]) => {
    const command = [
      "-c",
      "init.defaultBranch=main",
      "-c",
      "commit.gpgsign=false",
      "-c",
      "core.autocrlf=false",
      ...args,
    ];
    const { status, stdout, stderr } = spawnSync("git", command, { cwd: root, env: { ...environment, HOME: root } });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.toString()}`);
    return stdout.toString();
  };
  return {
    root,
    policy,
    write,
    read: (file) => readFileSync(at(file)),
    text,
    edit: (file, change) => {
      const [before, after] = [text(file), change(text(file))];
      if (before === after) throw new Error(`nothing changed in ${file}`);
      write(file, after);
    },
    move: (from, to) => {
      mkdirSync(path.dirname(at(to)), { recursive: true });
      renameSync(at(from), at(to));
    },
    remove: (file) => rmSync(at(file), { recursive: true }),
    git,
    commit: (message = "a change") => {
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
    },
    check: async (request = {}, identities = []) => {
      const host = {
        ...real,
        env: { ...environment, HOME: "/nowhere" },
        system: { ...real.system, cwd: root, home: "/nowhere" },
        terminal: { ...real.terminal, canAsk: false, canEdit: false },
      };
      return check(await openProject({ host, identities: identities.map(at) }), request);
    },
  };
}

/** A repository made once and copied for every case. */
export interface Base {
  readonly name: string;
  readonly repository: Repository;
}

/** A copy of a base, in a folder of its own. */
export async function copyOf(base: Base, folder: string): Promise<Repository> {
  cpSync(base.repository.root, folder, { recursive: true });
  const text = readFileSync(path.join(folder, ".sops.yaml"), "utf8");
  return repositoryAt(folder, await parsePolicy(text, ".sops.yaml"));
}
