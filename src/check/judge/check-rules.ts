/**
 * Which findings do not count here?
 *
 * What `.secrets-check.yaml`, the baseline that it names, and the baseline of the command line say. Of a range, what its
 * beginning said is kept apart: what comes to be reviewed must not settle its own review.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import { readBaseline, readSettings, type Allowed } from "../../findings/suppressions.ts";
import { policyText } from "../../policy/policy-text.ts";
import type { Project } from "../../operations/project/project.ts";
import { readOne } from "../scope/blob-reading.ts";
import { isOutside, posixPath } from "../scope/inside.ts";
import { problemOf, type CheckRequest } from "../report.ts";
import type { Frame, SettingsSource, Unchecked } from "../scope/scope.ts";

export interface CheckRules extends Allowed {
  /** What was allowed where a range begins; undefined where nothing begins. */
  readonly before: Allowed | undefined;
}

/** The day by which allowances end, `YYYY-MM-DD`. */
export function dayOf({ host }: Project): string {
  return host.now().toISOString().slice(0, 10);
}

/** The settings that lie in a working tree. */
export function settingsOnDisk(project: Project, root: string): (text: Uint8Array | undefined) => SettingsSource {
  const show = (path: string) => project.show(join(root, path));
  return (text) => ({
    text,
    show,
    read: async (path) => {
      // What a repository says must not reach beyond it.
      if (!isOutside(posixPath(root, join(root, path)))) return fileOnDisk(project, join(root, path));
      throw new SecretsError("policy", "the baseline is outside the repository", {
        at: { file: show(SETTINGS_FILE) },
      });
    },
  });
}

/** One that cannot be read allows nothing, and that is said. */
export async function readRules(
  project: Project,
  { frame, request }: { readonly frame: Frame; readonly request: CheckRequest },
  unchecked: (unchecked: Unchecked) => void,
): Promise<CheckRules> {
  const { settings, settingsBefore } = frame;
  try {
    const given = await givenBaseline(project, request);
    const now = await allowedBy(settings, given);
    if (settingsBefore === undefined) return { ...now, before: undefined };
    // What cannot be read there was fixed since, and has allowed nothing.
    const before = await Promise.all(settingsBefore.map((source) => allowedBy(source, given).catch(() => NOTHING)));
    const baseline = new Set(before.flatMap((each) => [...each.baseline]));
    return { ...now, before: { allowances: before.flatMap(({ allowances }) => allowances), baseline } };
  } catch (error) {
    unchecked(problemOf(error));
    return { ...NOTHING, before: undefined };
  }
}

const NOTHING: Allowed = { allowances: [], baseline: new Set() };

/** What the command line says of a baseline; undefined where it leaves that to the settings. */
async function givenBaseline(
  project: Project,
  { baseline, writeBaseline }: CheckRequest,
): Promise<ReadonlySet<string> | undefined> {
  if (writeBaseline !== undefined) return NOTHING.baseline;
  if (baseline === undefined) return undefined;
  const path = project.resolve(baseline);
  return fingerprints(await fileOnDisk(project, path), project.show(path));
}

async function allowedBy(source: SettingsSource, given: ReadonlySet<string> | undefined): Promise<Allowed> {
  if (source.text === undefined) return { allowances: [], baseline: given ?? NOTHING.baseline };
  const shown = source.show(SETTINGS_FILE);
  const { allowances, baseline } = await readSettings(policyText(source.text, shown), shown);
  if (given !== undefined || baseline === undefined) return { allowances, baseline: given ?? NOTHING.baseline };
  return { allowances, baseline: fingerprints(await source.read(baseline), source.show(baseline)) };
}

function fingerprints(bytes: Uint8Array, file: string): ReadonlySet<string> {
  return readBaseline(new TextDecoder().decode(bytes), file);
}

/** @throws SecretsError `policy`: it was named, so it has to be there. */
async function fileOnDisk(project: Project, path: string): Promise<Uint8Array> {
  const read = await readOne(project.host.files, path);
  if (read instanceof Uint8Array) return read;
  const why = read?.message ?? "no such file";
  throw new SecretsError("policy", `the baseline cannot be read: ${why}`, { at: { file: project.show(path) } });
}
