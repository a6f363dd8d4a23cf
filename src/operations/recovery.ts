/**
 * Did an earlier run die in the middle of a commit? Then it is finished first.
 *
 * Costs one look for a journal. Where it cannot be finished now (somebody else holds the lock, the disk is read-only) a
 * verb that only reads still works, and one that writes meets the same journal again in its own commit.
 */
import { SecretsError } from "../errors.ts";
import { recover } from "../io/commit.ts";
import { stateDirectory, type Project } from "./project.ts";

export async function finishCommits(project: Project): Promise<void> {
  try {
    const finished = await recover(project.host, await stateDirectory(project, `${project.directory}/x`));
    if (finished.length > 0) {
      project.tell(`finished a commit that an earlier run could not: ${finished.map(project.show).join(", ")}`);
    }
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    project.tell(`warning: ${error.at === undefined ? "" : `${error.at.file}: `}${error.message}`);
  }
}
