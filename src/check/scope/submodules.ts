/**
 * What is found in the submodules that are checked out?
 *
 * Each is looked at as the repository that it is, with its own root, policies and settings; what is found there is reported
 * with its path from the outer root, where allowances and the baseline of the outer repository count as well.
 */
import { join, posix } from "node:path";
import type { Finding } from "../../findings/finding.ts";
import type { Project } from "../../operations/project/project.ts";
import { hash } from "../judge/ask.ts";
import type { Named } from "./named-paths.ts";
import type { CheckReport } from "../report.ts";
import type { Module, Scope } from "./scope.ts";

/** @param paths of all submodules, POSIX and relative to the root. */
export async function modulesIn(
  project: Project,
  { root, named }: { root: string; named: Named },
  paths: readonly string[],
): Promise<Module[]> {
  const found: Module[] = [];
  for (const path of new Set(paths)) {
    const below = named.below(path);
    if (below === undefined || posix.join(path, ".") === ".") continue;
    const directory = join(root, path);
    const isLink = (await project.host.files.stat(directory, { follow: false }))?.kind !== "directory";
    // Of one that is not checked out the outer repository publishes nothing but the id of a commit.
    if (isLink || (await project.repository(join(directory, "x")))?.root !== directory) {
      project.tell(`${project.show(directory)} is a submodule that is not checked out: not checked`);
      continue;
    }
    named.answer(path);
    found.push({ path, named: below });
  }
  return found;
}

/** @param check looks at these paths of a repository, those inside it included */
export async function innerReport(
  project: Project,
  { scope, module }: { scope: Scope; module: Module },
  check: (project: Project, paths: readonly string[]) => Promise<CheckReport>,
): Promise<CheckReport> {
  const report = await check({ ...project, directory: join(scope.root, module.path) }, module.named);
  const outer = (finding: Finding): Finding => ({
    ...finding,
    path: posix.join(module.path, finding.path),
    fingerprint: hash(module.path, finding.fingerprint),
  });
  return {
    ...report,
    findings: report.findings.map(outer),
    ignored: report.ignored.map((ignored) => ({ ...ignored, finding: outer(ignored.finding) })),
  };
}
