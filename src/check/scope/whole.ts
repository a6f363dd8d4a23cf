/**
 * What is wrong with the policy itself, and with how git treats secrets?
 */
import { join, posix } from "node:path";
import type { AbsentSecret, Finding } from "../../findings/finding.ts";
import { sec014 } from "../../findings/rules/sec014-gitignore.ts";
import { sec015 } from "../../findings/rules/sec015-gitattributes.ts";
import { sec017 } from "../../findings/rules/sec017-policy.ts";
import { nearest } from "../../policy/did-you-mean.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Inspector } from "../judge/inspector.ts";
import type { PolicyEntry, PolicySet } from "../context/policies.ts";
import type { CheckRequest } from "../report.ts";
import type { Frame, Scope } from "./scope.ts";

/** SEC017 for the policies that this check looks at. */
export async function policyFindings(
  project: Project,
  { scope, frame, finding }: { scope: Scope; frame: Frame; finding: Inspector["finding"] },
): Promise<Finding[]> {
  const entries = frame.policies[0]?.entries ?? [];
  const found: Finding[] = [];
  for (const path of frame.lint) {
    const entry = entries.find((each) => each.path === path);
    const { message, at, hint } = entry?.problem ?? {};
    const problem = message === undefined ? undefined : { message, line: at?.line, column: at?.column, fix: hint };
    const absent = scope.mode === "tree" && entry !== undefined ? await absentSecrets(project, scope, entry) : [];
    const drafts = sec017.inspect({ path, text: entry?.text ?? "", policy: entry?.policy, absent, problem });
    found.push(...drafts.map((draft) => finding(sec017.id, draft, { path })));
  }
  return found;
}

/** Paths under `secrets:` that neither git nor the disk has. */
async function absentSecrets(project: Project, scope: Scope, { path, policy }: PolicyEntry): Promise<AbsentSecret[]> {
  const directory = posix.dirname(path);
  const names = policy?.exactPaths ?? [];
  if (names.length === 0) return [];
  const listing = await scope.listing();
  const known = new Set(listing);
  const named = new Set(names.map((name) => posix.join(directory, name)));
  const absent: AbsentSecret[] = [];
  for (const name of names) {
    const inside = posix.join(directory, name);
    // What git ignores is SEC014's, and what lies in a submodule nobody here can tell.
    if (known.has(inside) || ancestors(inside).some((above) => known.has(above))) continue;
    if ((await project.host.files.stat(join(scope.root, inside)).catch(() => undefined)) !== undefined) continue;
    const meant = nearest(inside, listing.filter(isLike(inside, named)));
    absent.push({ name, meant: meant === undefined ? undefined : posix.relative(directory, meant) });
  }
  return absent;
}

/** What is much longer or shorter is no slip, and what the policy names is meant there. */
function isLike(path: string, named: ReadonlySet<string>): (other: string) => boolean {
  return (other) => Math.abs(other.length - path.length) <= 2 && !named.has(other);
}

function ancestors(path: string): string[] {
  const above = posix.dirname(path);
  return above === "." || above === path ? [] : [above, ...ancestors(above)];
}

/** SEC014 and SEC015, for a whole working tree. */
export async function treeFindings(
  project: Project,
  given: {
    readonly scope: Scope;
    readonly request: CheckRequest;
    readonly policies: PolicySet | undefined;
    readonly encrypted: readonly { readonly path: string; readonly binary: boolean }[];
    readonly finding: Inspector["finding"];
  },
): Promise<Finding[]> {
  const { scope, request, policies, encrypted, finding } = given;
  if (scope.mode !== "tree" || scope.git === undefined || policies === undefined || (request.paths ?? []).length > 0) {
    return [];
  }
  const { treeFacts } = await import("../context/repository-facts.ts");
  const facts = await treeFacts(project, { git: scope.git, policies }, encrypted);
  return [sec014, sec015].flatMap((rule) =>
    rule.inspect(facts).map(({ path, ...draft }) => finding(rule.id, draft, { path })),
  );
}
