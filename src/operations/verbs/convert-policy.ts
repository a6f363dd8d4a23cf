/**
 * How does a policy become one of another kind?
 *
 * Written beside the first, which stays as it is; only what gives the same readers for every file is written.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { readPolicy, POLICY_SOURCES, namedSource } from "../../policy/sources/index.ts";
import { sameReaders } from "../../policy/nearest.ts";
import type { Policy } from "../../policy/policy.ts";
import { writtenPolicy } from "../../policy/written.ts";
import { listed, placed } from "../../words/phrases.ts";
import { noPolicy } from "../project/no-policy.ts";
import { policyPath, surroundingsOf, type PolicyFile } from "../project/policies.ts";
import { isAgePath, statOf, type Project } from "../project/project.ts";
import { ruleOrProblem } from "../project/rule.ts";
import { secretFiles } from "../secrets/secret-files.ts";
import { textChange } from "../secrets/sops-document.ts";
import { commitChanges } from "../writing/write.ts";

export interface ConvertOutcome {
  /** The policy that was written, or would be, as it is shown. */
  readonly file: string;
  readonly text: string;
  /** How many paths have a rule there, with the same readers. */
  readonly paths: number;
  /** What does not translate, one line each. */
  readonly notes: readonly string[];
}

/**
 * @param to what the other kind is called: `sops-yaml`, `secrets-nix`
 * @param options `write`: false to answer the text only
 * @throws SecretsError `usage`: there is no such kind; `no-rule`: no policy of another kind is here; `refused`: the file is there already,
 *   or would not give the same readers; `policy`, `io`
 */
export async function convertPolicy(
  project: Project,
  to: string,
  options: { readonly write: boolean },
): Promise<ConvertOutcome> {
  const target = POLICY_SOURCES.find(({ key }) => key === to);
  if (target === undefined) {
    const kinds = POLICY_SOURCES.map(({ key }) => key).join(" or ");
    throw new SecretsError("usage", `unknown kind of policy: ${to}`, { hint: `--to ${kinds}` });
  }
  const here = join(project.directory, "x");
  const from = (await project.policies(here)).find(({ path }) => namedSource(path) !== target);
  if (from === undefined) throw await noPolicy(project, here);
  const path = join(from.directory, target.places[0] ?? target.name);
  const file = project.show(path);
  if (options.write && (await statOf(project, path)) !== undefined) {
    throw new SecretsError("refused", "this file already exists", {
      at: { file },
      hint: `to see what would be written: secrets policy convert --to ${to} --stdout`,
    });
  }
  const { paths, notes } = await translatable(project, from, target.rulesDocuments);
  const text = await target.write(writtenPolicy(from.policy, paths));
  const surroundings = await surroundingsOf(project, path);
  const made = await readPolicy(new TextEncoder().encode(text), file, surroundings);
  requireSame(file, { from: from.policy, made, paths });
  if (options.write) {
    await commitChanges(project, [textChange(path, "absent", text)], { grants: [], isPolicy: true });
  }
  return { file, text, paths: paths.length, notes };
}

/** The paths that the policy names, and the files that a rule matches; and what cannot be said by paths. */
async function translatable(
  project: Project,
  from: PolicyFile,
  rulesDocuments: boolean,
): Promise<{ paths: string[]; notes: string[] }> {
  const { policy, directory } = from;
  const paths = new Set(policy.exactPaths);
  const notes = (policy.broken ?? []).map(({ at, message }) => placed(at, message));
  const armored = policy.exactPaths.filter((path) => policy.rule(path)?.settings.armor === true);
  if (armored.length > 0) notes.push(`armor is not kept, new files are binary: ${listed(armored)}`);
  const matched = new Map<string, number>();
  for (const candidate of await secretFiles(project, [directory])) {
    const ruled = await ruleOrProblem(project, candidate.path);
    if (ruled === undefined || ruled instanceof SecretsError || ruled.file.path !== from.path) continue;
    const inside = policyPath(from, candidate.path);
    if (!rulesDocuments && !isAgePath(candidate.path)) {
      notes.push(`${project.show(candidate.path)} is a sops file, which agenix does not support`);
      continue;
    }
    if (ruled.ruling.kind === "creation_rules" && !paths.has(inside)) {
      matched.set(ruled.ruling.title, (matched.get(ruled.ruling.title) ?? 0) + 1);
    }
    paths.add(inside);
  }
  for (const { at, title } of policy.creationRules) {
    const count = matched.get(title) ?? 0;
    notes.push(
      placed(
        at,
        `${title}: written as ${count === 1 ? "the path of its one file" : `the paths of its ${count} files`}; a new file needs a line of its own`,
      ),
    );
  }
  return { paths: [...paths].sort(), notes };
}

function requireSame(
  file: string,
  { from, made, paths }: { from: Policy; made: Policy | undefined; paths: readonly string[] },
): void {
  for (const path of paths) {
    const [before, after] = [from.rule(path), made?.rule(path)];
    if (before !== undefined && after !== undefined && sameReaders(before, after)) continue;
    throw new SecretsError("refused", `${path} would have other readers, so nothing was written`, { at: { file } });
  }
}
