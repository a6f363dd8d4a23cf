/**
 * What does git have of a file from before it was merged, or broken?
 */
import { relative, sep } from "node:path";
import { isEncryptedContent, readContent } from "../../findings/reading/content.ts";
import type { Origin } from "../../text/merge-marks.ts";
import { findGit, type Git } from "../../git/git.ts";
import type { Project } from "../project/project.ts";

/** As `formerSides`, in the repository of the file. @param path absolute */
export async function formerSidesOf(project: Project, path: string): Promise<Origin | undefined> {
  const root = (await project.repository(path))?.root;
  const git = root === undefined ? undefined : await findGit(project.host, root);
  return git === undefined || root === undefined
    ? undefined
    : formerSides(git, relative(root, path).split(sep).join("/"));
}

/** Versions that can be read. @param path POSIX, relative to the root */
export async function formerSides(git: Git | undefined, path: string): Promise<Origin | undefined> {
  if (git === undefined) return undefined;
  const { originOf } = await import("../../git/sides.ts");
  return originOf(git, path, async (bytes) => isEncryptedContent(await readContent(bytes, path)));
}
