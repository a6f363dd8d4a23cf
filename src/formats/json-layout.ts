/**
 * How is a piece of JSON laid out so that it looks like the file around it?
 *
 * The indentation, line ends and colons are those of the root object; a file on one line stays on one line.
 */
import type { Content, Scalar, Step } from "./format.ts";
import type { JsonNode, JsonObject } from "./json-syntax.ts";
import { expected, SecretsError } from "../errors.ts";
import { stepsText } from "./place.ts";
import { floatOf, textOfScalar } from "./scalar.ts";

export interface JsonStyle {
  /** What one level is indented by; undefined: everything on one line. */
  readonly unit: string | undefined;
  readonly eol: string;
  /** What stands between a key and its value. */
  readonly colon: string;
}

/** How something is laid out at one place. */
export interface JsonLayout {
  readonly style: JsonStyle;
  /** How many containers are around it. */
  readonly depth: number;
  /** How texts are written, if not with as few escapes as can be. */
  readonly quote?: (text: string) => string;
}

/** The style of a file, read off its root; sops' own (a tab) where that is empty. */
export function styleOf(text: string, root: JsonObject): JsonStyle {
  const first = root.entries[0];
  if (first === undefined) return { unit: "\t", eol: text.includes("\r\n") ? "\r\n" : "\n", colon: ": " };
  const gap = text.slice(root.start + 1, first.keyStart);
  const colon = text.slice(first.keyEnd, first.value.start);
  const unit = gap.includes("\n") ? gap.slice(gap.lastIndexOf("\n") + 1) : undefined;
  return { unit, eol: gap.includes("\r\n") ? "\r\n" : "\n", colon: colon.includes("\n") ? ": " : colon };
}

/** A container of parts that are printed already; `depth` is the container's own, 0 for the root. */
export function container(brackets: "{}" | "[]", parts: readonly string[], { style, depth }: JsonLayout): string {
  const [open = "", close = ""] = brackets;
  if (parts.length === 0) return brackets;
  if (style.unit === undefined) return open + parts.join(style.colon === ":" ? "," : ", ") + close;
  const inner = style.eol + style.unit.repeat(depth + 1);
  return open + inner + parts.join("," + inner) + style.eol + style.unit.repeat(depth) + close;
}

/** A node reprinted at `depth`; keys and scalars keep their spelling. */
export function relaid(text: string, node: JsonNode, at: JsonLayout): string {
  const below = { style: at.style, depth: at.depth + 1 };
  if (node.kind === "scalar") return text.slice(node.start, node.end);
  if (node.kind === "array") {
    return container(
      "[]",
      node.items.map((item) => relaid(text, item, below)),
      at,
    );
  }
  const entries = node.entries.map(
    (entry) => text.slice(entry.keyStart, entry.keyEnd) + at.style.colon + relaid(text, entry.value, below),
  );
  return container("{}", entries, at);
}

/** What stock sops indents a level by: a tab, unless it is told how many blanks. */
export function unitOf(indent = -1): string {
  return indent < 0 ? "\t" : " ".repeat(indent);
}

/** As stock sops prints, with the escapes of Go. @param indent as `unitOf` */
export function sopsLayout(indent?: number): JsonLayout {
  return { style: { unit: unitOf(indent), eol: "\n", colon: ": " }, depth: 0, quote: sopsQuoted };
}

/**
 * A whole value. @param steps the way to it, for the error
 * @throws SecretsError `malformed` naming the value that JSON cannot hold.
 */
export function contentSource(content: Content, at: JsonLayout, steps: readonly Step[] = []): string {
  const below = { ...at, depth: at.depth + 1 };
  if (content.kind === "list") {
    const items = content.items.map((item, position) => contentSource(item, below, [...steps, position]));
    return container("[]", items, at);
  }
  const { quote = quoted } = at;
  if (content.kind === "map") {
    const entries = content.entries.map(
      ([key, value]) => quote(key) + at.style.colon + contentSource(value, below, [...steps, key]),
    );
    return container("{}", entries, at);
  }
  try {
    return jsonSource(content.scalar, quote);
  } catch (error) {
    const wrong = expected(error);
    throw wrong.with({ message: `${wrong.message} (${stepsText(steps)})` });
  }
}

/** With the escapes of Go's encoder, which are meant for JSON inside HTML. */
export function sopsQuoted(text: string): string {
  return quoted(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A JSON string with the escapes that are needed and no others; the slash, `<` and U+2028 stay as they are. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * The source of a typed value. A comment has none: it is the empty text, and its element has to go.
 * @throws SecretsError `malformed` where JSON has no way to say it: infinities and bytes that are not UTF-8.
 */
export function jsonSource(scalar: Scalar, quote: (text: string) => string = quoted): string {
  const text = textOfScalar(scalar);
  if (text === undefined) throw new SecretsError("malformed", "a value is not UTF-8 text, which JSON cannot hold");
  switch (scalar.type) {
    case "null":
      return "null";
    case "int":
      return text;
    case "bool":
      return text.toLowerCase();
    case "comment":
      return "";
    case "float": {
      const value = floatOf(text) ?? Number.NaN;
      if (!Number.isFinite(value))
        throw new SecretsError("malformed", "a value is infinite or not a number, which JSON cannot hold");
      return Object.is(value, -0) ? "-0" : String(value);
    }
    case "str":
    case "time":
    case "bytes":
    default:
      return quote(text);
  }
}
