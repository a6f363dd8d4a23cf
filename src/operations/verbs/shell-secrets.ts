/**
 * Which files does agenix-shell give to a shell, and by which names?
 */
import { join, resolve } from "node:path";
import type { Project } from "../project/project.ts";

/**
 * Of the rules of the working directory; absolute paths by name.
 * @throws SecretsError `policy`
 */
export async function shellSecrets(project: Project): Promise<ReadonlyMap<string, string>> {
  const policies = await project.policies(join(project.directory, "x"));
  return new Map(
    policies.flatMap(({ policy, directory }) =>
      [...(policy.shellSecrets ?? [])].map(([name, file]) => [name, resolve(directory, file)] as const),
    ),
  );
}
