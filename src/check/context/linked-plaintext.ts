/**
 * Does a symbolic link in the place of a secret lead to plaintext elsewhere in the repository?
 *
 * Git publishes the file under its own path, where no rule may speak of it. In the working tree only.
 */
import { join } from "node:path";
import { readContent } from "../../findings/reading/content.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Project } from "../../operations/project/project.ts";
import { readOne } from "../scope/blob-reading.ts";
import { isOutside, posixPath } from "../scope/inside.ts";
import type { Ask } from "../judge/ask.ts";
import type { PolicySet } from "./policies.ts";
import type { Scope } from "../scope/scope.ts";

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
