/**
 * Which findings do not count here?
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { readBaseline, readSettings, SETTINGS_FILE, type Allowance } from "../../findings/suppressions.ts";
import { ioError } from "../../io/io-error.ts";
import type { Project } from "../project.ts";
import { problemOf, type CheckRequest } from "./report.ts";
import type { Unchecked } from "./scope.ts";

export interface CheckRules {
  readonly allowances: readonly Allowance[];
  readonly baseline: ReadonlySet<string>;
}

/** What `.secrets-check.yaml` and the baseline say; one that cannot be read allows nothing, and that is said. */
export async function readRules(
  project: Project,
  given: { readonly root: string; readonly settings: Uint8Array | undefined; readonly request: CheckRequest },
  unchecked: (unchecked: Unchecked) => void,
): Promise<CheckRules> {
  const { root, settings, request } = given;
  try {
    const shown = project.show(join(root, SETTINGS_FILE));
    const read =
      settings === undefined
        ? { allowances: [], baseline: undefined }
        : await readSettings(new TextDecoder().decode(settings), shown);
    const standing = read.baseline === undefined ? undefined : join(root, read.baseline);
    const file = request.baseline === undefined ? standing : project.resolve(request.baseline);
    const baseline = file === undefined || request.writeBaseline !== undefined ? undefined : await text(project, file);
    const known =
      baseline === undefined || file === undefined ? new Set<string>() : readBaseline(baseline, project.show(file));
    return { allowances: read.allowances, baseline: known };
  } catch (error) {
    unchecked(problemOf(error));
    return { allowances: [], baseline: new Set() };
  }
}

/** @throws SecretsError `policy`: it was named, so it has to be there. */
async function text(project: Project, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await project.host.files.read(path));
  } catch (error) {
    const { message } = ioError(error, project.show(path), "read");
    throw new SecretsError("policy", `the baseline cannot be read: ${message}`, { at: { file: project.show(path) } });
  }
}
