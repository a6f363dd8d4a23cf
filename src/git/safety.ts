/**
 * What keeps a stranger's repository from running anything?
 *
 * Its configuration can name programs for nearly everything that git does. Every setting that names one is emptied, whatever its
 * section is called; what needs no setting (hooks, embedded bare repositories, transports) is switched off. There is no pager,
 * because nobody asks git on a terminal; and without a transport there is no ssh, no proxy, no credential helper and no
 * program at the other end.
 */
import { dirname } from "node:path";
import { SecretsError } from "../errors.ts";

/** The last words of settings that name a program for what is done locally, or say that it must succeed (git-config(1)). */
const PROGRAMS = [
  "alternaterefscommand",
  "clean",
  "command",
  "defaultkeycommand",
  "driver",
  "editor",
  "external",
  "fsmonitor",
  "process",
  "program",
  "required",
  "smudge",
  "textconv",
];

/** Asks for the names of those that are set in any file that counts. */
export const PROGRAM_SETTINGS = ["config", "--null", "--name-only", "--get-regexp", `\\.(${PROGRAMS.join("|")})$`];

const SETTINGS = ["core.quotePath=false", "core.hooksPath=/dev/null"];

/** @param isBare whether the bare repository is the one that was asked for, and none that a working tree brought. */
export function safeSettings(isBare: boolean): string[] {
  const settings = isBare ? SETTINGS : [...SETTINGS, "safe.bareRepository=explicit"];
  return settings.flatMap((setting) => ["-c", setting]);
}

/**
 * The settings that empty these.
 * @param answer to `PROGRAM_SETTINGS`
 * @throws SecretsError `io`: a name that cannot be given on a command line
 */
export function withoutPrograms(answer: Buffer): string[] {
  const names = [...new Set(answer.toString("utf8").split("\0"))].filter((name) => name !== "");
  if (!Buffer.from(answer.toString("utf8")).equals(answer) || names.some((name) => name.includes("="))) {
    throw new SecretsError("io", "git's configuration sets a program under a name that contains = or is not UTF-8", {
      hint: "find it with git config --show-origin --name-only --list, and remove it",
    });
  }
  return names.flatMap((name) => ["-c", `${name}=`]);
}

/**
 * The environment that git is asked in. A hook or an outer git must not point this one at another repository, and neither may the
 * configuration: its working tree is the one that was asked for.
 * @param root of the working tree; undefined for a bare repository
 */
export function safeVariables(
  env: Readonly<Record<string, string | undefined>>,
  root: string | undefined,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    ...(root === undefined ? {} : { GIT_WORK_TREE: root, GIT_CEILING_DIRECTORIES: dirname(root) }),
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    // What was pushed is looked at, not what somebody here sees in its place.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: "/dev/null",
    LC_ALL: "C",
  };
}
