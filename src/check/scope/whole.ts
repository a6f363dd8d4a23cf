/**
 * What is wrong with the policy itself, with how git treats secrets, and with links in their place?
 */
import { join, posix } from "node:path";
import { readContent } from "../../findings/reading/content.ts";
import type { AbsentSecret, Finding } from "../../findings/finding.ts";
import { nearest } from "../../words/did-you-mean.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Ask } from "../judge/ask.ts";
import type { PolicyEntry, PolicySet } from "../context/policies.ts";
import { readOne } from "./blob-reading.ts";
import { isOutside, posixPath } from "./inside.ts";
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
    const absent = scope.mode === "tree" && entry !== undefined ? await absentSecrets(project, scope, entry) : [];
    const subject = { path, policy: entry?.policy, absent, problem: entry?.problem };
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
    // What is much longer or shorter is no slip, and what the policy names is meant there.
    const alike = listing.filter((path) => Math.abs(path.length - inside.length) <= 2 && !named.has(path));
    const meant = nearest(inside, alike);
    absent.push({ name, meant: meant === undefined ? undefined : posix.relative(directory, meant) });
  }
  return absent;
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

/**
 * What a symbolic link in the place of a secret leads to, where that is plaintext elsewhere in the repository: git publishes the file under
 * its own path, where no rule may speak of it. In the working tree only.
 */
export async function linkedPlaintext(
  project: Project,
  { scope, policies }: { scope: Scope; policies: PolicySet | undefined },
  ask: Ask,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const path of scope.links ?? []) {
    const governed = policies?.governs(path);
    if (policies === undefined || governed === undefined || governed.enforcement === "never") continue;
    const target = await insideTarget(project, scope.root, path);
    // What a rule speaks of there is judged there.
    if (target === undefined || policies.governs(target) !== undefined) continue;
    const bytes = await readOne(project.host.files, join(scope.root, target));
    if (!(bytes instanceof Uint8Array)) continue;
    const content = await readContent(bytes, path);
    const [file, led] = [path, target].map((one) => project.show(join(scope.root, one)));
    if (content.kind !== "plain" || file === undefined || led === undefined) continue;
    found.push(...(await ask("link", { path, file, target: led, text: content.text, governed }, { path })));
  }
  return found;
}

/** Where a link leads, POSIX and relative to the root; undefined for what is not a link, or leads to nothing or out of the root. */
async function insideTarget(project: Project, root: string, path: string): Promise<string | undefined> {
  const { stat, realpath } = project.host.files;
  try {
    const named = join(root, path);
    if ((await stat(named, { follow: false }))?.kind !== "symlink") return undefined;
    const target = posixPath(await realpath(root), await realpath(named));
    return isOutside(target) ? undefined : target;
  } catch {
    return undefined; // leads nowhere, or in circles
  }
}
