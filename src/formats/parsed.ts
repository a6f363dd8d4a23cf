/**
 * What do all formats do with a text that they parsed?
 */
import type { Splice } from "../text/splice.ts";
import type { ParsedText, Replacement } from "./format.ts";

/** What one format knows of its texts beside what every format says. */
export interface Known<T> {
  /** Keeps it with a text, which it answers. */
  readonly keep: (parsed: ParsedText, known: T) => ParsedText;
  /** @throws TypeError for a text that another format parsed */
  readonly of: (parsed: ParsedText) => T;
}

export function knownBeside<T>(): Known<T> {
  const all = new WeakMap<ParsedText, { readonly known: T }>();
  return {
    keep(parsed, known) {
      all.set(parsed, { known });
      return parsed;
    },
    of(parsed) {
      const found = all.get(parsed);
      if (found === undefined) throw new TypeError("a text that another format parsed");
      return found.known;
    },
  };
}

/** The leaves' own stretches, and what takes their place. */
export function splicesOf(replacements: readonly Replacement[]): Splice[] {
  return replacements.map(({ leaf, source }) => ({ start: leaf.start, end: leaf.end, source }));
}

/** Of a leaf in a format without documents, aliases and other layouts on the sealed side. */
export const PLAIN_LEAF = { document: 0, otherPaths: [], above: undefined, place: "", copy: false } as const;
