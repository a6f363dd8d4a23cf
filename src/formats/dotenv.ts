/**
 * Where in this dotenv text are the leaves, and how do `set`, `unset` and the metadata change it?
 *
 * sops.md 3.7: sops reads lines and nothing more. What stands before the first `=` is the key, with blanks and `export`; what follows is the
 * value, with quotes and a carriage return. A newline in a value is written as `\n`. Quotes over several lines sops does not know:
 * each further line would be a key and so stay unencrypted, which is refused.
 */
import { SecretsError } from "../errors.ts";
import { atMost, DOCUMENT_LIMITS } from "../limits.ts";
import { flattened, unflattened } from "./flat.ts";
import type { Comments, Content, Doubt, Format, Leaf, ParsedText, Scalar, Side, Step } from "./format.ts";
import { spliced } from "../text/splice.ts";
import { malformedAt, nothingAt, placeAt, stepsText } from "./place.ts";
import { knownBeside, PLAIN_LEAF, splicesOf } from "./parsed.ts";
import { plainText, textOfJson } from "./plain-text.ts";
import { scalarOf, textOfScalar } from "./scalar.ts";
import { utf8 } from "./text.ts";

const PREFIX = "sops_";

interface Line {
  readonly kind: "value" | "comment" | "metadata";
  /** Of a value the text before `=`, of metadata that without its prefix; "" for a comment. */
  readonly key: string;
  readonly start: number;
  /** Where the value or the comment begins, behind `=` or `#`. */
  readonly valueStart: number;
  /** Exclusive; the line break is not part of it. */
  readonly end: number;
  readonly line: number;
}

const { keep, of: linesOf } = knownBeside<readonly Line[]>();

export const dotenv: Format = {
  name: "dotenv",
  ...utf8,
  parse: parseText,
  print(parsed, replacements, metadata) {
    const body = spliced(parsed.text, splicesOf(replacements));
    // A leaf is never more than its line.
    return withMetadata(body.split("\n"), linesOf(parsed), metadata === undefined ? new Map() : flattened(metadata));
  },
  set(parsed, steps, json) {
    const key = keyIn(steps);
    const source = valueSource(scalarOfJson(json, key));
    const line = linesOf(parsed).find((each) => each.kind === "value" && each.key === key);
    if (line !== undefined) return spliced(parsed.text, [{ start: line.valueStart, end: line.end, source }]);
    return appended(parsed.text, `${writableKey(key)}=${source}\n`);
  },
  unset(parsed, steps) {
    const { line } = found(parsed, steps);
    return parsed.text
      .split("\n")
      .filter((_, index) => index + 1 !== line)
      .join("\n");
  },
  extract(parsed, steps) {
    if (steps.length === 0) return utf8.encode(parsed.text);
    const line = found(parsed, steps);
    return scalarOf("str", meant(parsed.text.slice(line.valueStart, line.end))).bytes;
  },
  read: (parsed) => [
    {
      kind: "map",
      entries: linesOf(parsed)
        .filter(({ kind }) => kind === "value")
        .map(({ key, valueStart, end }) => [
          key,
          { kind: "scalar", scalar: scalarOf("str", meant(parsed.text.slice(valueStart, end))) },
        ]),
    },
  ],
  write,
};

function parseText(text: string, side: Side): ParsedText {
  const lines: Line[] = [];
  let start = 0;
  for (const [index, content] of text.split("\n").entries()) {
    if (content !== "") lines.push(lineOf(content, { start, line: index + 1, before: lines.at(-1), text }));
    start += content.length + 1;
  }
  const values = lines.filter(({ kind }) => kind !== "metadata");
  let above: Comments | undefined;
  atMost(values.length, DOCUMENT_LIMITS.lines, { at: undefined, code: "malformed" });
  const metadata = lines.filter(({ kind }) => kind === "metadata");
  const parsed: ParsedText = {
    text,
    leaves: values.map((line) => {
      const leaf = leafOf(text, line, above);
      above = line.kind === "comment" ? { text: text.slice(line.valueStart, line.end), before: above } : undefined;
      return leaf;
    }),
    doubts: side === "open" ? brokenQuotes(text, values) : [],
    metadata: metadata.length === 0 ? undefined : unflattened(distinct(text, metadata)),
  };
  return keep(parsed, lines);
}

function lineOf(
  content: string,
  at: { readonly start: number; readonly line: number; readonly before: Line | undefined; readonly text: string },
): Line {
  const { start, line, before, text } = at;
  const end = start + content.length;
  if (content.startsWith("#")) return { kind: "comment", key: "", start, valueStart: start + 1, end, line };
  const equals = content.indexOf("=");
  if (equals === -1) {
    if (before !== undefined && openQuote(text, before) !== undefined)
      throw new SecretsError("malformed", SEVERAL_LINES, { at: placeAt(before.line, 1), hint: ON_ONE_LINE });
    const isBlank = content.trim() === "";
    throw malformedAt(
      isBlank ? "a line of nothing but blanks or a carriage return" : "there is no = in this line",
      line,
      1,
    );
  }
  const written = content.slice(0, equals);
  const isMetadata = written.startsWith(PREFIX);
  const key = isMetadata ? written.slice(PREFIX.length) : written;
  return { kind: isMetadata ? "metadata" : "value", key, start, valueStart: start + equals + 1, end, line };
}

const SEVERAL_LINES = "a value in quotes over several lines, of which sops encrypts the first only";
const ON_ONE_LINE =
  "write it on one line, with \\n for each line break; or keep the file whole: --input-type binary --output-type binary";

/** The quote that begins a value and is not closed in its line. */
function openQuote(text: string, { kind, valueStart, end }: Line): string | undefined {
  const value = text.slice(valueStart, end).trimStart();
  const [quote = ""] = value;
  return kind === "value" && /^["']/.test(quote) && !value.includes(quote, 1) ? quote : undefined;
}

/** Values whose quote is closed further down, by a line that opens none of its own: what is between only looks like entries. */
function brokenQuotes(text: string, lines: readonly Line[]): readonly Doubt[] {
  // The next line with this quote in it, found from the end.
  const next = new Map<string, Line>();
  return lines.toReversed().flatMap((line) => {
    const quote = openQuote(text, line);
    const closing = quote === undefined ? undefined : next.get(quote);
    const source = text.slice(line.start, line.end);
    for (const each of ['"', "'"]) if (line.kind === "value" && source.includes(each)) next.set(each, line);
    if (closing === undefined || isQuoted(text, closing)) return [];
    return [{ message: SEVERAL_LINES, hint: ON_ONE_LINE, steps: [line.key], line: line.line, column: 1 }];
  });
}

/** Whether a value has quotes of its own; a quote alone is the end of another's. */
function isQuoted(text: string, { valueStart, end }: Line): boolean {
  return /^\s*(["'])(?:.*\1|[^"'\s].*)\s*$/.test(text.slice(valueStart, end));
}

function distinct(text: string, lines: readonly Line[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const { key, valueStart, end, line } of lines) {
    if (entries.has(key)) throw malformedAt(`duplicate ${PREFIX}${key}`, line, 1);
    entries.set(key, text.slice(valueStart, end));
  }
  return entries;
}

function leafOf(text: string, { kind, key, start, valueStart, end, line }: Line, above: Comments | undefined): Leaf {
  const isValue = kind === "value";
  const source = text.slice(valueStart, end);
  const path = isValue ? [key] : [];
  return {
    ...PLAIN_LEAF,
    kind: isValue ? "value" : "comment",
    start: valueStart,
    end,
    line,
    column: valueStart - start + 1,
    path,
    steps: path,
    above,
    scalar: isValue ? scalarOf("str", meant(source)) : scalarOf("comment", source),
    seal: (enc) => enc,
    open: isValue ? valueSource : (scalar) => textOfScalar(scalar) ?? "",
  };
}

/** `\n` stands for a line break, whatever stands before it; nothing else is escaped. */
function meant(source: string): string {
  return source.replaceAll(String.raw`\n`, "\n");
}

function valueSource(scalar: Scalar): string {
  return plainText(scalar, "dotenv").replaceAll("\n", String.raw`\n`);
}

function scalarOfJson(json: string, key: string): Scalar {
  return holdable(scalarOf("str", textOfJson(json, { format: "dotenv", key })));
}

/** @throws SecretsError `malformed` for what would come back as something else */
function holdable(scalar: Scalar): Scalar {
  if (textOfScalar(scalar)?.includes(String.raw`\n`) === true) {
    throw new SecretsError(
      "malformed",
      String.raw`dotenv cannot hold a backslash before an n: it reads \n as a line break`,
      {
        hint: "keep this value in a YAML or JSON file, or encode it",
      },
    );
  }
  return scalar;
}

function keyIn(steps: readonly Step[]): string {
  const [key, ...below] = steps;
  if (typeof key !== "string" || below.length > 0) {
    throw new SecretsError("not-found", `there is nothing at ${stepsText(steps)}: dotenv has keys on one level`);
  }
  return key;
}

/** @throws SecretsError `malformed` for a key that would be read as something else */
function writableKey(key: string): string {
  if (/[=\n]|^#|^$/.test(key)) throw new SecretsError("malformed", "dotenv cannot hold this key");
  if (key.startsWith(PREFIX))
    throw new SecretsError("refused", `a key that begins with ${PREFIX} is taken for metadata`);
  return key;
}

function found(parsed: ParsedText, steps: readonly Step[]): Line {
  const key = keyIn(steps);
  const line = linesOf(parsed).find((each) => each.kind === "value" && each.key === key);
  if (line === undefined) throw nothingAt(steps);
  return line;
}

function appended(text: string, lines: string): string {
  return text + (text === "" || text.endsWith("\n") ? "" : "\n") + lines;
}

/** What stands already keeps its place; what is new follows it, at the end of the text where nothing does. */
function withMetadata(texts: readonly string[], lines: readonly Line[], wanted: ReadonlyMap<string, string>): string {
  const standing = new Map(lines.filter(({ kind }) => kind === "metadata").map(({ line, key }) => [line - 1, key]));
  const known = new Set(standing.values());
  const written = ([key, value]: readonly [string, string]) => `${PREFIX}${key}=${value}`;
  const added = [...wanted].filter(([key]) => !known.has(key)).map(written);
  const last = [...standing.keys()].at(-1);
  const result = texts.flatMap((text, index) => {
    const key = standing.get(index);
    const value = key === undefined ? undefined : wanted.get(key);
    const own = key === undefined ? [text] : value === undefined ? [] : [written([key, value])];
    return index === last ? [...own, ...added] : own;
  });
  if (standing.size > 0 || added.length === 0) return result.join("\n");
  // Whether the text ends with a line break stays to be seen by whether the metadata does.
  const isEnded = result.at(-1) === "";
  return [...(isEnded ? result.slice(0, -1) : result), ...added, ...(isEnded ? [""] : [])].join("\n");
}

function write(content: Content): string {
  if (content.kind === "scalar") return plainText(content.scalar, "dotenv");
  if (content.kind === "list") throw new SecretsError("malformed", "dotenv has no lists");
  const lines = content.entries.map(([key, value]) => {
    if (value.kind === "scalar") return `${writableKey(key)}=${valueSource(holdable(value.scalar))}\n`;
    throw new SecretsError(
      "malformed",
      `dotenv has no ${value.kind === "map" ? "mappings" : "lists"}, and ${key} is one`,
    );
  });
  return lines.join("");
}
