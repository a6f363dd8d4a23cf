/**
 * How is a text of several lines written as a literal or folded block?
 */
import { isPrintable } from "./quoting.ts";

/** Where and how a block is to be written. */
export interface BlockSpot {
  /** The column of the collection around it, and of the block's lines. */
  readonly parent: number;
  readonly indent: number;
  readonly eol: string;
  /** How many line breaks, blank lines included, follow the block's last line. */
  readonly breaks: number;
  readonly folded: boolean;
  /** The header that stands there and stays if it can. */
  readonly header:
    | { readonly digit: number; readonly chomp: "clip" | "strip" | "keep"; readonly source: string }
    | undefined;
}

export interface BlockSource {
  readonly header: string;
  /** The lines with their indentation, without the last line break. */
  readonly body: string;
}

/** The block that reads as `value`, or undefined where no block can. */
export function blockSource(value: string, spot: BlockSpot): BlockSource | undefined {
  if (!isPrintable(value)) return undefined;
  const content = value.replace(/\n+$/, "");
  const tail = value.length - content.length;
  const { header, breaks, eol, indent, folded } = spot;
  if (content === "") {
    return header?.chomp === "keep" && tail === breaks - 1 ? { header: header.source, body: "" } : undefined;
  }
  const chomp = chompFor(tail, breaks, header?.chomp);
  const digit = digitFor(content, spot);
  if (chomp === undefined || digit > 9) return undefined;
  const lines = folded ? foldable(content.split("\n")) : content.split("\n");
  if (chomp === "keep") for (let extra = tail - breaks; extra > 0; extra -= 1) lines.push("");
  const pad = " ".repeat(indent);
  const stands = header?.chomp === chomp && header.digit === digit;
  return {
    header: stands ? header.source : headerOf(folded, digit, chomp),
    body: lines.map((line) => (line === "" ? "" : pad + line)).join(eol),
  };
}

function headerOf(folded: boolean, digit: number, chomp: keyof typeof MARKS): string {
  return `${folded ? ">" : "|"}${digit === 0 ? "" : digit}${MARKS[chomp]}`;
}

/** The indentation digit: the standing one, or one where the first line begins with a blank; 0 for none. */
function digitFor(content: string, { header, indent, parent }: BlockSpot): number {
  if (header !== undefined && header.digit > 0) return header.digit;
  return /^\n*[ \t]/.test(content) ? indent - parent : 0;
}

const MARKS = { clip: "", strip: "-", keep: "+" } as const;

/** The chomping under which `tail` line breaks belong to the value, the standing one if it does. */
function chompFor(
  tail: number,
  breaks: number,
  standing: keyof typeof MARKS | undefined,
): keyof typeof MARKS | undefined {
  const result = { strip: 0, clip: Math.min(breaks, 1), keep: breaks };
  if (standing !== undefined && result[standing] === tail) return standing;
  if (tail === 0) return "strip";
  if (breaks === 0 || tail === 1) return breaks === 0 ? undefined : "clip";
  return tail >= breaks ? "keep" : undefined;
}

/** The lines with one more empty line wherever folding takes one away: between two lines that do not begin with a blank. */
function foldable(lines: readonly string[]): string[] {
  const folded: string[] = [];
  let before: string | undefined;
  let empty = 0;
  for (const line of lines) {
    if (line === "") {
      empty += 1;
      continue;
    }
    const folds = before !== undefined && !startsBlank(before) && !startsBlank(line);
    for (let count = folds ? empty + 1 : empty; count > 0; count -= 1) folded.push("");
    folded.push(line);
    before = line;
    empty = 0;
  }
  return folded;
}

function startsBlank(line: string): boolean {
  return line.startsWith(" ") || line.startsWith("\t");
}
