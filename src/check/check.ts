/**
 * Does what git would publish equal the policy, and is nothing in clear?
 *
 * One pass over the versions of a scope: the rules look at each, what was allowed is put aside, and what was not looked at is
 * said. Needs no key, unless it is told to open the files.
 */
import { SecretsError } from "../errors.ts";
import type { Project } from "../operations/project/project.ts";
import { problemOf, type CheckReport, type CheckRequest } from "./report.ts";
import type { Scope, Unchecked } from "./scope/scope.ts";

/**
 * Looks at everything that the request names. What stands in its way is told in `unchecked`, not thrown.
 * @throws SecretsError `usage` for a request that means nothing, `interrupted`.
 */
export async function check(project: Project, request: CheckRequest): Promise<CheckReport> {
  checkRequest(request);
  // What judges is loaded while git answers.
  const [scope, { createRun }] = await Promise.all([
    scopeOrProblem(project, request),
    import("./run.ts"),
    import("../policy/sops-yaml.ts"),
  ]);
  if ("reason" in scope) return emptyReport(modeOf(request), scope);
  const run = createRun(project, scope, request);
  try {
    await scope.read({ frame: run.frame, version: run.version, former: run.former, unchecked: run.unchecked });
    if (scope.modules !== undefined) {
      const { innerReport } = await import("./scope/submodules.ts");
      for (const module of scope.modules) run.inner(await innerReport(project, { scope, module, request }, check));
    }
  } catch (error) {
    run.unchecked(problemOf(error));
  }
  return run.finish();
}

function checkRequest({ staged, range, history, stdinAs, values, verify, config }: CheckRequest): void {
  const modes = [staged === true, range !== undefined, history === true, stdinAs !== undefined].filter(Boolean).length;
  if (modes > 1) {
    throw new SecretsError("usage", "--staged, --range, --history and --stdin exclude each other", {
      hint: "run secrets check once for each",
    });
  }
  if (config !== undefined && modes > 0 && stdinAs === undefined) {
    throw new SecretsError(
      "usage",
      "--config is for the working tree: what git holds is judged by the policies it holds",
    );
  }
  if (values === true && modes > 0) throw new SecretsError("usage", "--values looks at the working tree only");
  if (verify === true && stdinAs !== undefined) {
    throw new SecretsError("usage", "--verify opens files, and --stdin has none");
  }
}

function modeOf({ staged, range, history, stdinAs }: CheckRequest): Scope["mode"] {
  if (staged === true) return "staged";
  if (range !== undefined) return "range";
  if (history === true) return "history";
  return stdinAs === undefined ? "tree" : "stdin";
}

async function scopeOrProblem(project: Project, request: CheckRequest): Promise<Scope | Unchecked> {
  try {
    return await scopeFor(project, request);
  } catch (error) {
    return problemOf(error);
  }
}

async function scopeFor(project: Project, request: CheckRequest): Promise<Scope> {
  const paths = (request.paths ?? []).map((path) => project.resolve(path));
  const config = request.config === undefined ? undefined : project.resolve(request.config);
  const mode = modeOf(request);
  if (mode === "tree") return (await import("./scope/tree.ts")).treeScope(project, { paths, config });
  if (mode === "stdin") {
    return (await import("./scope/stdin.ts")).stdinScope(project, project.resolve(request.stdinAs ?? ""), config);
  }
  if (mode === "staged") return (await import("./scope/staged.ts")).stagedScope(project, paths);
  if (mode === "history") return (await import("./scope/history.ts")).historyScope(project, paths);
  const { rangeScope, readRange } = await import("./scope/range.ts");
  return rangeScope(project, { range: readRange(request.range ?? ""), paths });
}

function emptyReport(mode: Scope["mode"], unchecked: Unchecked): CheckReport {
  return {
    mode,
    findings: [],
    ignored: [],
    unknownReaders: [],
    unchecked: [unchecked],
    files: 0,
    commits: 0,
    verified: 0,
  };
}
