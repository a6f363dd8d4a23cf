/**
 * What do all formats do with a text that they parsed?
 */
import type { Splice } from "../text/splice.ts";
import type { ParsedText, Replacement } from "./format.ts";

/** What one format knows of its texts beside what every format says. */
export function knownBeside<T>() {
  const all = new WeakMap<ParsedText, { readonly known: T }>();
  return {
    /** Keeps it with a text, which it answers. */
    keep(this: void, parsed: ParsedText, known: T): ParsedText {
      all.set(parsed, { known });
      return parsed;
    },
    /** @throws TypeError for a text that another format parsed */
    of(this: void, parsed: ParsedText): T {
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
