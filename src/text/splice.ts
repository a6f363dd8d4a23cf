/** How are stretches of a text replaced? */

/** A stretch of the text and what takes its place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

/** The text with the splices applied; they must not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, source } of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, start), source);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}
