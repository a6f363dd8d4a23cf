/**
 * Which file of src/ imports what?
 *
 * A scanner for formatted sources (one statement, one semicolon): enough to hold the architecture to its rules without a
 * compiler. Paths are relative to src/, with `/`, as in `io/host.ts`.
 */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Path below src/ → text. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  /** As written: `./host.ts`, `node:crypto`, `yaml`; for an import that cannot be read off the text, `(computed)`. */
  readonly specifier: string;
  /** `type` leaves no trace in the program, `dynamic` loads when it is reached, `static` at once. */
  readonly how: "static" | "dynamic" | "type";
}

const src = path.join(import.meta.dirname, "..", "src");

/** Every TypeScript file below src/. */
export function readSources(): Sources {
  return new Map(
    readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .sort()
      .map((file) => [file.split(path.sep).join("/"), readFileSync(path.join(src, file), "utf8")]),
  );
}

/** The imports and re-exports of one file, comments left out. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const [, type, specifier] of code.matchAll(
    /(?<=^|;)\s*(?:import|export)\b(\s+type\b)?(?=[\s{*])[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm,
  )) {
    found.push({ specifier: specifier ?? "", how: type === undefined ? "static" : "type" });
  }
  for (const [, specifier] of code.matchAll(/(?<=^|;)\s*import\s*["']([^"']+)["']/gm)) {
    found.push({ specifier: specifier ?? "", how: "static" });
  }
  for (const [, specifier] of code.matchAll(/(?<![.\w])(?:import|require)\s*\(\s*(?:["']([^"']+)["']\s*[,)])?/g)) {
    found.push({ specifier: specifier ?? "(computed)", how: "dynamic" });
  }
  return found;
}

/** The text with block comments and whole-line comments blanked, line numbers kept. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, " "))
    .replaceAll(/(?<=^|\s)\/\/ .*$/gm, "");
}

/** The file below src/ that a relative specifier names, or undefined for a package. */
export function resolved(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(from), specifier) : undefined;
}

/** Every package and Node module that is loaded as soon as `entry` is, each with one chain of files that leads to it. */
export function loadedAtOnce(sources: Sources, entry: string): Map<string, string> {
  const loaded = new Map<string, string>();
  for (const [file, chain] of filesAtOnce(sources, entry)) {
    for (const { specifier, how } of importsOf(sources.get(file) ?? "")) {
      if (how === "static" && resolved(file, specifier) === undefined) loaded.set(specifier, chain);
    }
  }
  return loaded;
}

/** Every file that is loaded as soon as `entry` is, itself included, each with one chain of files that leads to it. */
export function filesAtOnce(sources: Sources, entry: string): Map<string, string> {
  const chains = new Map([[entry, entry]]);
  for (const [file, chain] of chains) {
    for (const { specifier, how } of importsOf(sources.get(file) ?? "")) {
      const target = resolved(file, specifier);
      if (how === "static" && target !== undefined && !chains.has(target)) chains.set(target, `${chain} → ${target}`);
    }
  }
  return chains;
}
