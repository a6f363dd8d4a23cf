/**
 * Which text and which expressions does this string or path consist of?
 */
import { NixError } from "../source.ts";
import type { ExpressionOf, Part } from "./expression.ts";
import { isWord, moveTo, placeFrom, unexpected, type Parser } from "./parser.ts";
import { nextPiece } from "./scan.ts";

/** `"…"` or `''…''`, which comes next. */
export function parseString(parser: Parser): ExpressionOf<"string"> {
  const { start, end, type } = parser.token;
  if (type === "string") {
    return { type: "string", parts: joined(parsePieces(parser, end, "string")), ...placeFrom(parser, start) };
  }
  // Blanks up to the end of the line that the quotes stand in are not part of the text.
  const opening = / *\r?\n/y;
  opening.lastIndex = end;
  const from = end + (opening.exec(parser.source.text)?.[0].length ?? 0);
  const parts = unindented(parsePieces(parser, from, "indented"));
  return { type: "string", parts: joined(parts), ...placeFrom(parser, start) };
}

export function parsePath(parser: Parser): ExpressionOf<"path"> {
  const { start, end, text } = parser.token;
  const parts = joined([{ text, escaped: false }, ...parsePieces(parser, end, "path")]);
  const place = placeFrom(parser, start);
  const last = parts.at(-1);
  if (typeof last === "string" && last.endsWith("/")) throw new NixError("path has a trailing slash", place);
  return { type: "path", parts, ...place };
}

interface Text {
  readonly text: string;
  readonly escaped: boolean;
}

type RawPart = Text | Exclude<Part, string>;

function isText(part: RawPart): part is Text {
  return "escaped" in part;
}

function parsePieces(parser: Parser, from: number, quotes: "string" | "indented" | "path"): RawPart[] {
  const parts: RawPart[] = [];
  let offset = from;
  for (;;) {
    const piece = nextPiece(parser.source, offset, quotes);
    offset = piece.end;
    if (piece.next === "more") parts.push(piece);
    if (piece.next === "expression") {
      moveTo(parser, offset);
      parts.push(parser.expression(parser));
      // What follows the brace is text again: it is left where it is.
      if (!isWord(parser, "}")) throw unexpected(parser, 'expected "}"');
      offset = parser.token.end;
    }
    if (piece.next === "end") {
      moveTo(parser, offset);
      return parts;
    }
  }
}

function joined(parts: readonly RawPart[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (!isText(part)) result.push(part);
    else if (typeof last === "string") result[result.length - 1] = last + part.text;
    else if (part.text !== "") result.push(part.text);
  }
  return result;
}

/** Without the blanks that every line begins with, and without a last line of blanks. (nix: `stripIndentation`) */
function unindented(parts: readonly RawPart[]): RawPart[] {
  const indentation = smallestIndentation(parts);
  let lineStart = true;
  let dropped = 0;
  return parts.map((part, index) => {
    if (!isText(part)) {
      lineStart = false;
      return part;
    }
    let text = "";
    for (const character of part.text) {
      if (lineStart && character === " ") {
        dropped += 1;
        if (dropped > indentation) text += character;
        continue;
      }
      text += character;
      lineStart = character === "\n";
      dropped = 0;
    }
    return { ...part, text: index === parts.length - 1 ? text.replace(/\n *$/, "\n") : text };
  });
}

function smallestIndentation(parts: readonly RawPart[]): number {
  let smallest = Infinity;
  let current = 0;
  let lineStart = true;
  const leave = (): void => {
    if (lineStart) smallest = Math.min(smallest, current);
    lineStart = false;
  };
  for (const part of parts) {
    if (!isText(part) || part.escaped) {
      leave();
      continue;
    }
    for (const character of part.text) {
      if (character === "\n") {
        lineStart = true;
        current = 0;
      } else if (lineStart && character === " ") current += 1;
      else leave();
    }
  }
  return smallest;
}
