/**
 * Which repository are commits looked at in?
 *
 * One with a working tree or without, also from inside a hook that receives a push: there what was pushed lies apart until the
 * hook has agreed, and only the hook's environment says where.
 */
import { join, resolve } from "node:path";
import { SecretsError } from "../../errors.ts";
import { gitIn, type Git } from "../../git/git.ts";
import { findBareRepository, type Repository } from "../../git/repository.ts";
import { liesIn, realPath } from "./inside.ts";
import type { Project } from "../../operations/project/project.ts";

export interface CommitsGit {
  readonly git: Git;
  /** Whose commits somebody has already, seen from a branch that is new. */
  readonly known: "all" | "refs" | "refs/remotes";
  /** The commits whose parents were left out when this repository was cloned. */
  readonly cut: () => Promise<ReadonlySet<string>>;
}

/** @throws SecretsError `usage`: no repository; `io`. */
export async function gitOfCommits(project: Project, flag: string): Promise<CommitsGit> {
  const { host, directory } = project;
  const bare = await findBareRepository(host.files, directory);
  const repository = await project.repository(join(directory, "x"));
  const root = bare ?? repository?.root;
  const common = bare ?? repository?.commonDirectory;
  if (root === undefined || common === undefined) {
    throw new SecretsError("usage", `${flag} needs a git repository, and this is not one`);
  }
  const vouched = bare === undefined ? {} : await vouchedFor(project, bare);
  if (bare !== undefined && repository !== undefined && !("GIT_DIR" in vouched)) {
    await refuseEmbedded(project, { bare, repository });
  }
  const pushed = await quarantine(project, common);
  const git = await gitIn(host, root, { isBare: bare !== undefined, besides: { ...vouched, ...pushed } });
  return {
    git,
    known: "GIT_QUARANTINE_PATH" in pushed ? "all" : bare === undefined ? "refs/remotes" : "refs",
    cut: async () => {
      const file = join(common, "shallow");
      if ((await host.files.stat(file)) === undefined) return new Set();
      return new Set(new TextDecoder().decode(await host.files.read(file)).split("\n"));
    },
  };
}

/** A bare repository among the files of a working tree may have come with a clone (git-config(1), safe.bareRepository). */
async function refuseEmbedded(
  project: Project,
  { bare, repository }: { bare: string; repository: Repository },
): Promise<void> {
  if (await liesIn(project, bare, repository.commonDirectory)) return;
  throw new SecretsError("usage", "this is a bare repository among the files of another repository", {
    at: { file: project.show(bare) },
    hint: `if you trust it: GIT_DIR=. secrets check --history; for the one around it: cd ${project.show(repository.root)}`,
  });
}

/** Where git itself has chosen this git directory, as it does for hooks, it need not be found and doubted again. */
async function vouchedFor(project: Project, bare: string): Promise<Readonly<Record<string, string>>> {
  const named = project.host.env["GIT_DIR"];
  if (named === undefined) return {};
  const { files, system } = project.host;
  const real = await realPath(files, resolve(system.cwd, named));
  return real === (await realPath(files, bare)) ? { GIT_DIR: bare } : {};
}

/** Objects that were pushed to this very repository and not taken yet (git-receive-pack(1), quarantine environment). */
async function quarantine(project: Project, common: string): Promise<Readonly<Record<string, string>>> {
  const { env, system } = project.host;
  const [path, objects] = [env["GIT_QUARANTINE_PATH"], env["GIT_OBJECT_DIRECTORY"]];
  if (path === undefined || objects === undefined) return {};
  const own = join(common, "objects");
  const apart = resolve(system.cwd, objects);
  if (!(await liesIn(project, apart, own))) return {};
  // The variable is a list; a quoted path is one of its items whatever stands in it.
  const alternate = /[:;"]/.test(own) ? JSON.stringify(own) : own;
  return { GIT_QUARANTINE_PATH: path, GIT_OBJECT_DIRECTORY: apart, GIT_ALTERNATE_OBJECT_DIRECTORIES: alternate };
}
