/**
 * Did an earlier run die in the middle of a commit? Then it is finished first.
 *
 * Costs one look for a journal. Where it cannot be finished now (somebody else holds the lock, the disk is read-only) a
 * verb that only reads still works, and one that writes meets the same journal again in its own commit.
 */
import { SecretsError } from "../errors.ts";
import { attempt } from "../io/io-error.ts";
import { stateDirectory, type Project } from "./project.ts";

export async function finishCommits(project: Project): Promise<void> {
  try {
    const state = await stateDirectory(project, `${project.directory}/x`);
    // Where nothing was ever committed, what commits is not even loaded.
    if ((await attempt(state, "read", () => project.host.files.stat(state))) === undefined) return;
    const { recover } = await import("../io/commit.ts");
    const finished = await recover(project.host, state);
    if (finished.length > 0) {
      project.tell(`finished a commit that an earlier run could not: ${finished.map(project.show).join(", ")}`);
    }
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    project.tell(`warning: ${error.at === undefined ? "" : `${error.at.file}: `}${error.message}`);
  }
}
