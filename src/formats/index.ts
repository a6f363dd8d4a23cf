/**
 * Which formats are there, and which one is a path's?
 *
 * Cheap to import: the code of a format is loaded when it is first used.
 */
import type { Format, FormatName } from "./format.ts";

/** One line of the registry. */
export interface FormatEntry {
  readonly name: FormatName;
  /** How the names of its files end, as sops has it (sops.md 3.12): case counts. */
  readonly suffixes: readonly string[];
  readonly load: () => Promise<Format>;
}

export const formats: readonly FormatEntry[] = [
  { name: "yaml", suffixes: [".yaml", ".yml"], load: async () => (await import("./yaml.ts")).yaml },
  { name: "json", suffixes: [".json"], load: async () => (await import("./json.ts")).json },
];

/** The format that a path's name tells, or undefined where it tells none. */
export function formatOfPath(path: string): FormatEntry | undefined {
  return formats.find(({ suffixes }) => suffixes.some((suffix) => path.endsWith(suffix)));
}

/** The format of this name, or undefined where there is none (yet). */
export function formatNamed(name: string): FormatEntry | undefined {
  return formats.find((entry) => entry.name === name);
}
