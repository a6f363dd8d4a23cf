/** Did git leave its marks in this text, where it could not merge two versions, and which are these? */

/** One version of a file that git could not merge, or that is broken: as `git show NAME:./FILE` takes its name. */
export interface Side {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What git has of a file from before it was merged, or broken. */
export type Origin =
  | { readonly kind: "merge"; readonly ours: Side; readonly theirs: Side }
  | { readonly kind: "whole"; readonly name: string };

/** What is wrong with a text that has them. */
export const UNMERGED = "it has merge markers";

/** Whether a file that begins like this is one that git could not merge; both its sides differ from the first lines on. */
export function beginsUnmerged(start: string): boolean {
  return /^<{7} /m.test(start);
}

/** The line, from 1, with the first mark of a conflict that has all three; undefined where there is none. */
export function unmergedLine(text: string): number | undefined {
  const start = /^<{7} /m.exec(text)?.index;
  if (start === undefined) return undefined;
  const middle = /^={7}\r?$/m.exec(text.slice(start));
  if (middle === null || !/^>{7} /m.test(text.slice(start + middle.index))) return undefined;
  return text.slice(0, start).split("\n").length;
}
