/**
 * Which files must no write replace?
 *
 * A key that is in use opens other files, and a policy says who reads them: what stood there would be gone for good. Asked before
 * anything is typed or opened, and once more by the commit.
 */
import { basename } from "node:path";
import { SecretsError } from "../../errors.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import type { FileStat } from "../../io/host.ts";
import { isPolicyFile } from "../../policy/sources/index.ts";
import { statOf, type Project } from "../project/project.ts";

/** What else says who reads or what is allowed: rules of agenix, allowances of the check. */
const OTHERS: ReadonlySet<string> = new Set(["secrets.nix", SETTINGS_FILE]);

/** What is about to be written. */
export interface Output {
  /** Absolute. */
  readonly path: string;
  /** Absolute, where the input is a file and must survive. */
  readonly input?: string | undefined;
  /** For who changes a policy and nothing else. */
  readonly isPolicy?: boolean | undefined;
}

/**
 * @throws SecretsError `refused`: the output is the input, an identity that is in use or at a default place, or a policy; by
 *   another spelling, a link or another name of the same file too
 */
export async function refuseOutput(project: Project, { path, input, isPolicy }: Output): Promise<void> {
  const target = await existing(project, path);
  const isSame = async (other: string) =>
    other === path || (target !== undefined && (await existing(project, other))?.identity === target.identity);
  const refused = (message: string) =>
    new SecretsError("refused", message, { at: { file: project.show(path) }, hint: "choose another name" });
  for (const identity of target === undefined ? [] : await project.identityFiles()) {
    if (await isSame(identity.path)) throw refused(`the output is the identity ${identity.origin}`);
  }
  const isNamed = isPolicy !== true && (await Promise.all(project.named.map(isSame))).includes(true);
  if (isNamed || (isPolicy !== true && (await hasPolicyName(project, path)))) throw refused("the output is a policy");
  if (input !== undefined && (await isSame(input))) throw refused("input and output are the same file");
}

/** What is at a path, if it can be told; whoever writes there will say what is wrong. */
async function existing(project: Project, path: string): Promise<FileStat | undefined> {
  return statOf(project, path).catch(ignored);
}

async function hasPolicyName(project: Project, path: string): Promise<boolean> {
  const real = await project.host.files.realpath(path).catch(() => path);
  return [path, real].some((name) => isPolicyFile(name) || OTHERS.has(basename(name)));
}

function ignored(): undefined {
  return undefined;
}
