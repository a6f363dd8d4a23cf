/**
 * What happens before anything else: is the directory there, and did an earlier run die in the middle of a commit?
 *
 * Such a commit is finished first. It costs one look for a journal. Where it cannot be finished now (somebody else holds the
 * lock, the disk is read-only) a verb that only reads still works, and one that writes meets the same journal again.
 */
import { placed } from "../../words/phrases.ts";
import { SecretsError } from "../../errors.ts";
import { attempt } from "../../io/io-error.ts";
import { createProject, stateFor, statOf, type Project, type ProjectOptions, type StateOptions } from "./project.ts";
import { userCommits } from "./user-directories.ts";

/** @throws SecretsError `usage` where the directory is none */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const project = createProject(options);
  if ((await statOf(project, project.directory))?.kind !== "directory") {
    throw new SecretsError("usage", "this is not a directory", {
      at: { file: options.directory ?? project.directory },
    });
  }
  await finishCommits(project);
  return project;
}

/** Of the repository, and of what is kept in the user's own state directory. */
async function finishCommits(project: Project): Promise<void> {
  await finishIn(project, () => stateFor(project, `${project.directory}/x`));
  const own = userCommits(project.host);
  if (own !== undefined) await finishIn(project, () => Promise.resolve({ state: own, belongs: undefined }));
}

async function finishIn(
  project: Project,
  where: () => Promise<{ readonly state: string; readonly belongs: StateOptions["belongs"] | undefined }>,
): Promise<void> {
  try {
    const { state, belongs } = await where();
    const { files } = project.host;
    // Nearly always there is none, and nothing needs to be loaded to know it.
    const there = await attempt(project.show(state), "read", () => files.stat(state, { follow: false }));
    if (there === undefined) return;
    const { recover } = await import("../../io/recover.ts");
    const finished = await recover(project.host, state, { belongs });
    if (finished.length > 0) {
      project.say(`finished an interrupted write of an earlier run: ${finished.map(project.show).join(", ")}`);
    }
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    const at = error.at && { ...error.at, file: project.show(error.at.file) };
    project.warn(placed(at, error.message), error.hint);
  }
}
