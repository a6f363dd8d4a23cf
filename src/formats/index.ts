/**
 * Which formats are there, and which one is a file's?
 *
 * Cheap to import: the code of a format is loaded when it is first used.
 */
import type { Format } from "./format.ts";

/** One line of the registry. */
interface FormatEntry {
  readonly name: string;
  /** How sops tells it by the end of a name (sops.md 3.12); case counts. */
  readonly suffixes: readonly string[];
  /** How the metadata of a sealed text begins, in JSON also behind a mark of git; where several fit, the first, unless the name says another. */
  readonly marks: readonly RegExp[];
  readonly load: () => Promise<Format>;
}

const formats = [
  {
    name: "binary",
    suffixes: [],
    marks: [/^\s*\{\s*"data"\s*:\s*"ENC\[[^"]*"\s*,\s*"sops"\s*:/],
    load: async () => (await import("./binary.ts")).binary,
  },
  {
    name: "json",
    suffixes: [".json"],
    marks: [/^(?:<{7} .*)?\s*\{[^]*"sops"\s*:\s*\{/],
    load: async () => (await import("./json.ts")).json,
  },
  {
    name: "ini",
    suffixes: [".ini"],
    marks: [/^\[sops\][ \t]*\r?$/m],
    load: async () => (await import("./ini.ts")).ini,
  },
  {
    name: "dotenv",
    suffixes: [".env"],
    marks: [/^sops_(?:version|mac)=/m],
    load: async () => (await import("./dotenv.ts")).dotenv,
  },
  {
    name: "yaml",
    suffixes: [".yaml", ".yml"],
    marks: [/^(?:sops|"sops"|'sops')[ \t]*:[ \t]*(?:\r?$|[{#&!])/m, /^\s*(?:---\s+)?\{[^]*\bsops["']?[ \t]*:/],
    load: async () => (await import("./yaml.ts")).yaml,
  },
] as const satisfies readonly FormatEntry[];

export type FormatName = (typeof formats)[number]["name"];

const entries: readonly (FormatEntry & { readonly name: FormatName })[] = formats;

/** The names as `--input-type` takes them. */
export const FORMAT_NAMES = entries.map(({ name }) => name);

/** The format that a path's name tells, or undefined where it tells none (sops takes such a file as binary). */
export function formatOfPath(path: string): FormatName | undefined {
  return entries.find(({ suffixes }) => suffixes.some((suffix) => path.endsWith(suffix)))?.name;
}

/** The format of a text in which sops' marks stand; `named` is what its name tells. Undefined where no metadata begins in it. */
export function formatOfSealed(text: string, named: FormatName | undefined): FormatName | undefined {
  const found = entries.filter(({ marks }) => marks.some((mark) => mark.test(text))).map(({ name }) => name);
  return found.find((each) => each === named) ?? found[0];
}

/** Whether this is the name of a format, as `--input-type` takes it. */
export function isFormatName(name: string): name is FormatName {
  return entries.some((entry) => entry.name === name);
}

export async function loadFormat(name: FormatName): Promise<Format> {
  const entry = entries.find((each) => each.name === name);
  if (entry === undefined) throw new TypeError(`no format ${name}`);
  return entry.load();
}
