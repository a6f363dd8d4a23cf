/**
 * What is wrong with the policy itself, and with how git treats secrets?
 */
import { join, posix } from "node:path";
import type { AbsentSecret, Finding } from "../../findings/finding.ts";
import { nearest } from "../../words/did-you-mean.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Ask } from "../judge/ask.ts";
import type { PolicyEntry, PolicySet } from "../context/policies.ts";
import type { Frame, Scope } from "./scope.ts";

/** What is wrong with the policies that this check looks at. */
export async function policyFindings(
  project: Project,
  { scope, frame, ask }: { scope: Scope; frame: Frame; ask: Ask },
): Promise<Finding[]> {
  const entries = frame.policies[0]?.entries ?? [];
  const found: Finding[] = [];
  for (const path of frame.lint) {
    const entry = entries.find((each) => each.path === path);
    const { message, at, hint } = entry?.problem ?? {};
    const problem = message === undefined ? undefined : { message, line: at?.line, column: at?.column, fix: hint };
    const absent = scope.mode === "tree" && entry !== undefined ? await absentSecrets(project, scope, entry) : [];
    const subject = { path, policy: entry?.policy, absent, problem };
    found.push(...(await ask("policy", subject, { path })));
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
    // Of what git ignores others speak, and what lies in a submodule nobody here can tell.
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

/** How git treats secrets, for a whole working tree. */
export async function treeFindings(
  project: Project,
  given: {
    readonly scope: Scope;
    readonly policies: PolicySet | undefined;
    readonly encrypted: readonly { readonly path: string; readonly binary: boolean }[];
    readonly ask: Ask;
  },
): Promise<Finding[]> {
  const { scope, policies, encrypted, ask } = given;
  if (scope.isWhole !== true || scope.git === undefined || policies === undefined) return [];
  const { treeFacts } = await import("../context/repository-facts.ts");
  return ask("tree", await treeFacts(project, { git: scope.git, policies }, encrypted), { path: "" });
}
