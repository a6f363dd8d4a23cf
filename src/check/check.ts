/**
 * Does what git would publish equal the policy, and is nothing unencrypted?
 *
 * One pass over the versions of a scope: the rules look at each, what was allowed is put aside, and what was not looked at is
 * said. Needs no key, unless it is told to open the files.
 */
import { SecretsError } from "../errors.ts";
import type { Project } from "../operations/project/project.ts";
import { problemOf, type CheckReport, type CheckRequest } from "./report.ts";
import type { Scope } from "./scope/scope.ts";

/**
 * Looks at everything that the request names. What stands in its way is told in `unchecked`, not thrown.
 * @throws SecretsError `usage` for a request that means nothing here, `interrupted`.
 */
export function check(project: Project, request: CheckRequest): Promise<CheckReport> {
  return checkRepository(project, request, { isInner: false });
}

/** @param isInner whether it is a repository inside the one that is meant, and so perhaps a stranger's */
async function checkRepository(
  project: Project,
  request: CheckRequest,
  { isInner }: { readonly isInner: boolean },
): Promise<CheckReport> {
  let scope: Scope;
  try {
    // What judges is loaded while git answers.
    [scope] = await Promise.all([scopeFor(project, request), import("./run.ts"), import("../policy/sops-yaml.ts")]);
  } catch (error) {
    const { mode = "tree" } = request;
    const nothing = { findings: [], ignored: [], unknownReaders: [], files: 0, commits: 0, verified: 0 };
    return { mode, ...nothing, unchecked: [problemOf(error)] };
  }
  const { createRun } = await import("./run.ts");
  const run = createRun({ project, scope, request, isInner });
  try {
    await scope.read(run.take);
    for (const module of scope.modules ?? []) {
      const { innerReport } = await import("./scope/submodules.ts");
      const inside = (inner: Project, paths: readonly string[]) => {
        const values = "values" in request ? request.values : undefined;
        return checkRepository(inner, { paths, verify: request.verify, values }, { isInner: true });
      };
      run.inner(await innerReport(project, { scope, module }, inside));
    }
  } catch (error) {
    run.take.unchecked(problemOf(error));
  }
  return run.finish();
}

async function scopeFor(project: Project, request: CheckRequest): Promise<Scope> {
  const paths = (request.paths ?? []).map((path) => project.resolve(path));
  switch (request.mode) {
    case "staged":
      return (await import("./scope/staged.ts")).stagedScope(project, paths);
    case "history":
      return (await import("./scope/commits.ts")).historyScope(project, paths);
    case "range": {
      const { rangeScope, readRange } = await import("./scope/commits.ts");
      return rangeScope(project, { range: readRange(request.range), paths });
    }
    case "stdin": {
      if (request.verify === true) throw new SecretsError("usage", "--verify opens files, and --stdin has none");
      const { stdinScope } = await import("./scope/stdin.ts");
      return stdinScope(project, project.resolve(request.path));
    }
    case "tree":
    case undefined:
      return (await import("./scope/tree.ts")).treeScope(project, paths);
  }
}
