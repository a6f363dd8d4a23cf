/**
 * Which secrets are there, who reads them, and do they agree with the policy?
 *
 * `ls` for all files, `who` for one path. Neither needs a key nor asks for one.
 */
import { join, relative } from "node:path";
import { SecretsError, type Position } from "../../errors.ts";
import { isInside } from "../../io/inside.ts";
import type { CanOpen } from "../../keys/recipient.ts";
import { secretAt } from "../secrets/secret-at.ts";
import type { DeclaredReaders, Secret } from "../secrets/secret.ts";
import { adviceOn } from "../identities/no-identity.ts";
import type { PolicyFile } from "../project/policies.ts";
import { requireFile, statOf, type Project } from "../project/project.ts";
import { ruleOrProblem, type RuledFile } from "../project/rule.ts";
import { differenceLines, type Agreement } from "../../agreement/agreement.ts";
import { secretFiles, wholeTree, type Candidate } from "../secrets/secret-files.ts";

/** One reader as reports name it. */
export interface NamedReader {
  readonly name: string;
  readonly kind: "user" | "host" | "literal";
  /** The teams it reads through. */
  readonly through: readonly string[];
}

export interface RuleReport {
  readonly kind: "secrets" | "creation_rules";
  readonly title: string;
  readonly at: Position;
  readonly readers: readonly NamedReader[];
  /** Keys that only sops, or another program, can use. */
  readonly foreign: readonly string[];
  /** Rules that would match too, were the path not ruled by `secrets:`. */
  readonly shadowed: readonly Position[];
}

export interface SecretReport {
  readonly file: string;
  /** `age`, `age armored`, `yaml`, `json`, `plain`, `broken`; undefined for a path where nothing is yet. */
  readonly format: string | undefined;
  /** Undefined: no rule covers it. */
  readonly rule: RuleReport | undefined;
  /** The readers that the file itself declares. */
  readonly declared: DeclaredReaders | undefined;
  readonly agreement: Agreement | undefined;
  /** The differences in words, one line per person. */
  readonly difference: readonly string[];
  readonly canOpen: CanOpen | undefined;
  /** Of a file with several key groups: how many of them the available keys open. */
  readonly opensGroups?: number | undefined;
  /** Why it could not be looked at. */
  readonly problem: string | undefined;
}

/** With what the policy names there and is not created yet. */
export async function listSecrets(project: Project, paths: readonly string[]): Promise<SecretReport[]> {
  const reports: SecretReport[] = [];
  const found = await secretFiles(project, paths);
  const absent = await absentSecrets(project, paths, found);
  const files = [...found, ...absent].sort((a, b) => (a.path < b.path ? -1 : 1));
  const near = nearby(project, (await project.repository(`${project.directory}/x`))?.root);
  for (const [index, { path, isNamed }] of files.entries()) {
    project.progress(index, files.length);
    const { report } = await reportOn(project, path, near);
    if (report.format !== "plain" || isNamed) reports.push(report);
  }
  project.progress(files.length, files.length);
  return reports;
}

/** What the policies around these files and directories name by its path, and nothing is there. */
async function absentSecrets(
  project: Project,
  paths: readonly string[],
  found: readonly Candidate[],
): Promise<Candidate[]> {
  const roots = paths.length > 0 ? paths.map((path) => project.resolve(path)) : [await wholeTree(project)];
  const policies = new Map<string, PolicyFile>();
  for (const place of [...roots.map((root) => join(root, "x")), ...found.map(({ path }) => path)]) {
    for (const file of await project.policies(place)) policies.set(file.path, file);
  }
  const absent = new Set<string>();
  for (const { policy, directory } of policies.values()) {
    for (const path of policy.exactPaths.map((inside) => join(directory, inside))) {
      const isAsked = roots.some((root) => isInside(root, path));
      if (isAsked && (await statOf(project, path)) === undefined) absent.add(path);
    }
  }
  return [...absent].map((path) => ({ path, isNamed: true }));
}

export interface WhoReport extends SecretReport {
  /** One line per identity source: what came of it. */
  readonly keys: readonly string[];
  /** What to do for whoever cannot open it. */
  readonly advice: string | undefined;
}

export async function whoReads(project: Project, file: string): Promise<WhoReport> {
  const path = project.resolve(file);
  const { report, secret } = await reportOn(project, path);
  if (report.format === undefined && report.rule === undefined) {
    throw new SecretsError("no-rule", "no such file, and no rule covers this path", {
      at: { file: project.show(path) },
    });
  }
  const readers = new Set((await secret?.look())?.standing.known.map(({ id }) => id));
  const keys = await project.identities.report(readers);
  const isAlone = report.declared?.groups === undefined;
  if (secret === undefined || report.canOpen !== "no" || !isAlone) return { ...report, keys, advice: undefined };
  return { ...report, keys, advice: await adviceOn(project, secret) };
}

/** How a path is shown in a list: relative anywhere in the repository of the working directory. */
type Near = (path: string) => string;

function nearby({ directory, show }: Project, root: string | undefined): Near {
  return (path) => (root !== undefined && isInside(root, path) ? relative(directory, path) : show(path));
}

async function reportOn(
  project: Project,
  path: string,
  near: Near = project.show,
): Promise<{ readonly report: SecretReport; readonly secret?: Secret }> {
  const found = await ruleOrProblem(project, path);
  const [ruled, broken] = found instanceof SecretsError ? [undefined, found] : [found, undefined];
  const nothing = { declared: undefined, agreement: undefined, difference: [], canOpen: undefined, problem: undefined };
  const base = { file: near(path), rule: ruled && ruleReport(ruled, near), ...nothing };
  const stat = await statOf(project, path);
  if (stat === undefined) return { report: { ...base, format: undefined } };
  requireFile(project, path, stat);
  if (broken !== undefined) return { report: { ...base, format: "broken", problem: broken.message } };
  let isLookedAt = false;
  try {
    const secret = await secretAt({ project, path, file: project.show(path), ruled, options: {} });
    const look = await secret?.look();
    if (secret === undefined || look === undefined) return { report: { ...base, format: "plain" } };
    isLookedAt = true;
    const { format, declared, agreement } = look;
    const difference = agreement === undefined ? [] : differenceLines(agreement);
    const [canOpen, opensGroups] = [await secret.canOpen(), await secret.openedGroups()];
    return { report: { ...base, format, declared, agreement, difference, canOpen, opensGroups }, secret };
  } catch (error) {
    // A slip on the command line is not a fault of the file.
    const isOfFile = error instanceof SecretsError && (!isLookedAt || error.code !== "usage");
    if (!isOfFile) throw error;
    return { report: { ...base, format: "broken", problem: error.message } };
  }
}

function ruleReport({ file, ruling }: RuledFile, near: Near): RuleReport {
  const { kind, title, readers, settings } = ruling;
  const placed = (at: Position) => ({ ...at, file: near(file.path) });
  return {
    kind,
    title,
    at: placed(ruling.at),
    shadowed: ruling.shadowed.map(placed),
    foreign: settings.foreign.map(({ text }) => text),
    readers: readers.map(({ name, kind: of, through }) => ({ name, kind: of, through })),
  };
}
