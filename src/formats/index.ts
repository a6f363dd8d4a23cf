/**
 * Which formats are there, and which one is a path's?
 *
 * Cheap to import: the code of a format is loaded when it is first used.
 */
import { SecretsError } from "../errors.ts";
import type { Format, FormatName } from "./format.ts";

/** One line of the registry. */
export interface FormatEntry {
  readonly name: FormatName;
  readonly load: () => Promise<Format>;
}

const formats: readonly FormatEntry[] = [
  { name: "yaml", load: async () => (await import("./yaml.ts")).yaml },
  { name: "json", load: async () => (await import("./json.ts")).json },
];

/** How sops tells a format by the end of a name (sops.md 3.12); case counts. */
const SUFFIXES: readonly (readonly [string, FormatName])[] = [
  [".yaml", "yaml"],
  [".yml", "yaml"],
  [".json", "json"],
  [".env", "dotenv"],
  [".ini", "ini"],
];

/** The format that a path's name tells, or undefined where it tells none (sops takes such a file as binary). */
export function formatOfPath(path: string): FormatName | undefined {
  return SUFFIXES.find(([suffix]) => path.endsWith(suffix))?.[1];
}

/** Whether files of this format can be read and written here. */
export function isServed(name: FormatName): boolean {
  return formats.some((entry) => entry.name === name);
}

/** Whether this is the name of a format, as `--input-type` takes it. */
export function isFormatName(name: string): name is FormatName {
  return name === "binary" || SUFFIXES.some(([, known]) => known === name);
}

/**
 * Loads a format.
 * @throws SecretsError `refused` for one that is not written yet.
 */
export async function loadFormat(name: FormatName): Promise<Format> {
  const entry = formats.find((each) => each.name === name);
  if (entry === undefined) throw new SecretsError("refused", `sops files of the format ${name} are not supported yet`);
  return entry.load();
}
