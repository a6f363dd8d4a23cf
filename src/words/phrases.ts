/** How are numbers, names and places said in a line? */

/** `1 file`, `2 files`. @param noun whose plural ends in s */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b and 2 more`: the first of them, and how many there are beside. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Where something stands; lines and columns count from 1. */
interface Place {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** `FILE`, `FILE:LINE` or `FILE:LINE:COLUMN`, which editors and terminals open. */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined && part !== "").join(":");
}

/** `FILE` or `FILE:LINE` */
export function lineText({ file, line }: Place): string {
  return placeText({ file, line });
}

/** `FILE:LINE:COLUMN: message`, or the message alone where nobody knows a place. */
export function placed(at: Place | undefined, message: string): string {
  return at === undefined ? message : `${placeText(at)}: ${message}`;
}
