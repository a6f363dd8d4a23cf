/** Is this file encrypted with sops? Asked without a key, answered as `sops filestatus` does. */
import type { Project } from "../project/project.ts";
import { secretAt } from "../secrets/secret-at.ts";

export async function isSopsEncrypted(project: Project, file: string, inputType?: string): Promise<boolean> {
  const path = project.resolve(file);
  const place = { project, path, file: project.show(path), ruled: undefined, options: { inputType } };
  return (await secretAt(place))?.document?.isEncrypted ?? false;
}
