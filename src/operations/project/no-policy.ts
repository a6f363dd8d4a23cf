/**
 * Why is there no policy here?
 *
 * Often there is one by a name that neither sops nor this program reads.
 */
import { basename, dirname, join } from "node:path";
import { SecretsError, type Position } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { policyPlaces } from "../../policy/nearest.ts";
import { FIRST_SOURCE, MISNAMED, properName } from "../../policy/sources/index.ts";
import { statOf, type Project } from "./project.ts";

/** The error for a path without a policy, with what helps. @param path absolute */
export async function noPolicy(project: Project, path: string, at?: Position): Promise<SecretsError> {
  const what = at === undefined ? "there is no policy here" : "there is no policy for this file";
  const found = await misnamed(project, path);
  if (found === undefined) {
    return new SecretsError("no-rule", `${what} (no ${FIRST_SOURCE.name} here or above)`, {
      at,
      hint: `name one with --config, or write a ${FIRST_SOURCE.name} at the root of the repository, as in: ${FIRST_SOURCE.example}`,
    });
  }
  const name = properName(found) ?? FIRST_SOURCE.name;
  const [from, to] = [found, join(dirname(found), name)].map((each) => shellWord(project.show(each)));
  return new SecretsError("no-rule", `${what}: it must be called ${name}, not ${basename(found)}`, {
    at,
    hint: `mv ${from} ${to}`,
  });
}

/** The nearest upward, up to the repository's root. */
async function misnamed(project: Project, path: string): Promise<string | undefined> {
  const root = (await project.repository(path))?.root;
  for (const candidate of policyPlaces(dirname(path), root, { names: MISNAMED })) {
    if ((await statOf(project, candidate))?.kind === "file") return candidate;
  }
  return undefined;
}
