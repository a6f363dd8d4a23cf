/**
 * Why is there no policy here?
 *
 * Often there is one by a name that neither sops nor this program reads.
 */
import { basename, dirname, join } from "node:path";
import { SecretsError, type Position } from "../../errors.ts";
import { shellWord } from "../../findings/reading/place.ts";
import { statOf, type Project } from "./project.ts";

const MISNAMED = [".sops.yml", "sops.yaml", "sops.yml"];

/** The error for a path without a policy, with what helps. @param path absolute */
export async function noPolicy(project: Project, path: string, at?: Position): Promise<SecretsError> {
  const what = at === undefined ? "there is no policy here" : "there is no policy for this file";
  const found = await misnamed(project, path);
  if (found === undefined) {
    return new SecretsError("no-rule", `${what} (no .sops.yaml here or above)`, {
      at,
      hint: "name one with --config, or write a .sops.yaml at the root of the repository, as in: creation_rules: [{ path_regex: ^secrets/, age: age1… }]",
    });
  }
  const [from, to] = [found, join(dirname(found), ".sops.yaml")].map((each) => shellWord(project.show(each)));
  return new SecretsError("no-rule", `${what}: it has to be called .sops.yaml, and there is a ${basename(found)}`, {
    at,
    hint: `mv ${from} ${to}`,
  });
}

/** The nearest upward, up to the repository's root. */
async function misnamed(project: Project, path: string): Promise<string | undefined> {
  const root = (await project.repository(path))?.root;
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    for (const candidate of MISNAMED.map((name) => join(directory, name))) {
      if ((await statOf(project, candidate))?.kind === "file") return candidate;
    }
    if (directory === root || directory === dirname(directory)) return undefined;
  }
}
