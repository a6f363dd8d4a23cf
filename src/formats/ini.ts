/**
 * Where in this INI text are the leaves, and how do `set`, `unset` and the metadata change it?
 *
 * sops.md 3.8: sections, keys, texts. The metadata is a section of its own. Nothing but values and comments is ever reprinted.
 */
import { SecretsError } from "../errors.ts";
import { flattened, unflattened } from "./flat.ts";
import type { Content, Format, Leaf, ParsedText, Step, Tree } from "./format.ts";
import { DEFAULT_SECTION, scanIni, type IniComment, type IniKey, type IniSection, type Stretch } from "./ini/scan.ts";
import { headerLine, keyLines, keySource, valueSource } from "./ini/write.ts";
import { placesIn } from "../text/places.ts";
import { spliced, type Splice } from "../text/splice.ts";
import { duplicateAt, malformedAt, nothingAt, placeAt, stepsText } from "./place.ts";
import { knownBeside, PLAIN_LEAF, splicesOf } from "./parsed.ts";
import { plainText, textOfJson } from "./plain-text.ts";
import { scalarOf, textOfScalar } from "./scalar.ts";
import { utf8 } from "./text.ts";

const METADATA = "sops";

const { keep, of: sectionsOf } = knownBeside<readonly IniSection[]>();

export const ini: Format = {
  name: "ini",
  ...utf8,
  parse: parseText,
  print: (parsed, replacements, metadata) =>
    spliced(parsed.text, [...splicesOf(replacements), ...metadataSplices(parsed, metadata)]),
  set(parsed, steps, json) {
    const [section, key] = namesIn(steps);
    const value = textOfJson(json, { format: "INI", key: stepsText(steps) });
    const standing = keyAt(parsed, section, key);
    if (standing !== undefined) return spliced(parsed.text, [{ ...standing.source, source: valueSource(value) }]);
    return added(parsed, section, `${keySource(key)} = ${valueSource(value)}\n`);
  },
  unset(parsed, steps) {
    const whole = steps.length === 1 ? sectionLines(parsed, steps[0]) : undefined;
    return spliced(parsed.text, [{ ...(whole ?? found(parsed, steps).lines), source: "" }]);
  },
  extract(parsed, steps) {
    return utf8.encode(steps.length === 0 ? parsed.text : found(parsed, steps).value);
  },
  read: (parsed) => [
    {
      kind: "map",
      entries: dataIn(parsed).map(({ name, keys }) => [
        name,
        {
          kind: "map",
          entries: keys.map((key) => [key.name, { kind: "scalar", scalar: scalarOf("str", key.value) }] as const),
        },
      ]),
    },
  ],
  write,
};

function dataIn(parsed: ParsedText): readonly IniSection[] {
  return sectionsOf(parsed).filter(({ name }) => name !== METADATA);
}

function parseText(text: string): ParsedText {
  const sections = scanIni(text);
  const [metadata, second] = sections.filter(({ name }) => name === METADATA);
  if (second !== undefined) throw malformedAt(`more than one section [${METADATA}]`, second.line, 1);
  const data = sections.filter((section) => section !== metadata);
  const place = placesIn(text);
  const parsed: ParsedText = {
    text,
    leaves: data.flatMap((section) => leavesOf(section, place)),
    doubts: [...data, ...(metadata === undefined ? [] : [metadata])].flatMap(duplicatesIn),
    metadata: metadata && unflattened(new Map(metadata.keys.map(({ name, value }) => [name, value]))),
  };
  return keep(parsed, sections);
}

/** sops would keep the last of them only. */
function duplicatesIn({ name: section, keys }: IniSection): ParsedText["doubts"] {
  const seen = new Set<string>();
  return keys.flatMap(({ name, line }) => {
    if (seen.has(name)) return [duplicateAt([section, name], { line, column: 1 })];
    seen.add(name);
    return [];
  });
}

/** As sops walks them: the comment of a section before its keys, that of a key behind it. */
function leavesOf({ name, comment, keys }: IniSection, place: ReturnType<typeof placesIn>): Leaf[] {
  const rest = { ...PLAIN_LEAF, seal: (enc: string) => enc };
  const above = (found: IniComment | undefined) => found && { text: found.text, before: undefined };
  const ofComment = (found: IniComment): Leaf => ({
    ...rest,
    kind: "comment",
    start: found.start,
    end: found.end,
    ...place(found.start),
    path: [name],
    steps: [name],
    scalar: scalarOf("comment", found.text),
    open: (scalar) => textOfScalar(scalar) ?? "",
  });
  const ofKey = (key: IniKey, index: number): Leaf => ({
    ...rest,
    above: above(index === 0 ? comment : keys[index - 1]?.comment),
    kind: "value",
    ...key.source,
    ...place(key.source.start),
    path: [name, key.name],
    steps: [name, key.name],
    scalar: scalarOf("str", key.value),
    open: (scalar) => valueSource(plainText(scalar, "ini")),
  });
  return [
    ...(comment === undefined ? [] : [ofComment(comment)]),
    ...keys.flatMap((key, index) => [
      ofKey(key, index),
      ...(key.comment === undefined ? [] : [ofComment(key.comment)]),
    ]),
  ];
}

function namesIn(steps: readonly Step[]): readonly [string, string] {
  const [section, key, ...below] = steps;
  if (typeof section === "string" && typeof key === "string" && below.length === 0) return [section, key];
  const what = steps.length < 2 ? "it is a section, and values have a key in it" : "INI has sections and keys only";
  throw new SecretsError("not-found", `there is no value at ${stepsText(steps)}: ${what}`, {
    hint: "name it as SECTION/KEY; before the first section it is DEFAULT/KEY",
  });
}

function keyAt(parsed: ParsedText, section: string, key: string): IniKey | undefined {
  return dataIn(parsed)
    .filter(({ name }) => name === section)
    .flatMap(({ keys }) => keys)
    .find(({ name }) => name === key);
}

/** All of a section, from the comment above it to what stands above the next one. */
function sectionLines(parsed: ParsedText, name: Step | undefined): Stretch | undefined {
  const sections = sectionsOf(parsed);
  const index = sections.findIndex((section) => section.name === name && name !== METADATA);
  const [section, next] = sections.slice(index === -1 ? sections.length : index);
  if (section === undefined || (section.keys.length === 0 && section.header.start === section.header.end))
    return undefined;
  const startOf = ({ comment, header }: IniSection) => parsed.text.lastIndexOf("\n", (comment ?? header).start - 1) + 1;
  return {
    start: Math.max(startOf(section), section.name === DEFAULT_SECTION ? section.header.start : 0),
    end: next === undefined ? parsed.text.length : startOf(next),
  };
}

function found(parsed: ParsedText, steps: readonly Step[]): IniKey {
  const key = keyAt(parsed, ...namesIn(steps));
  if (key === undefined) throw nothingAt(steps);
  return key;
}

/** A new line in a section, which is made where it is missing. */
function added(parsed: ParsedText, section: string, line: string): string {
  const { text } = parsed;
  if (section === METADATA) throw new SecretsError("refused", "the section [sops] is reserved for the metadata");
  const found = dataIn(parsed).find(({ name }) => name === section);
  if (found !== undefined) {
    const at = found.keys.at(-1)?.lines.end ?? found.header.end;
    const isFirst = found.name === DEFAULT_SECTION && found.keys.length === 0 && text.length > at;
    return spliced(text, [{ start: at, end: at, source: ended(text.slice(0, at)) + line + (isFirst ? "\n" : "") }]);
  }
  return `${text}${ended(text)}${text === "" ? "" : "\n"}${headerLine(section)}${line}`;
}

/** The line break that a text lacks. */
function ended(text: string): string {
  return text === "" || text === "\ufeff" || text.endsWith("\n") ? "" : "\n";
}

function metadataSplices(parsed: ParsedText, metadata: Tree | undefined): readonly Splice[] {
  const { text } = parsed;
  const standing = sectionsOf(parsed).find(({ name }) => name === METADATA);
  const wanted = metadata === undefined ? undefined : flattened(metadata);
  if (standing === undefined) {
    if (wanted === undefined) return [];
    const block = `\n[${METADATA}]\n${keyLines([...wanted])}`;
    // Whether the text ends with a line break stays to be seen by whether the metadata does.
    const source = text.endsWith("\n") || text === "" ? block : `\n${block.slice(0, -1)}`;
    return [{ start: text.length, end: text.length, source }];
  }
  const last = standing.keys.at(-1);
  const end = last?.lines.end ?? standing.header.end;
  if (wanted === undefined) return [{ start: blockStart(text, standing.header.start, end), end, source: "" }];
  const known = new Map(standing.keys.map((key) => [key.name, key]));
  const changed = standing.keys.flatMap((key): Splice[] => {
    const value = wanted.get(key.name);
    if (value === undefined) return [{ ...key.lines, source: "" }];
    if (value === key.value || value === key.value.replaceAll("\n", String.raw`\n`)) return [];
    return [{ ...key.source, source: valueSource(value) }];
  });
  const fresh = [...wanted].filter(([name]) => !known.has(name));
  if (fresh.length === 0) return changed;
  return [...changed, { start: end, end, source: ended(text.slice(0, end)) + keyLines(fresh) }];
}

/** With the empty line above it, and with the line break before that where the text has none at its end. */
function blockStart(text: string, header: number, end: number): number {
  const lineBreaks = end === text.length && !text.endsWith("\n") ? 2 : 1;
  let start = header;
  for (let count = 0; count < lineBreaks && text[start - 1] === "\n"; count += 1) start -= 1;
  return start;
}

function write(content: Content): string {
  if (content.kind === "scalar") return plainText(content.scalar, "ini");
  if (content.kind === "list") throw new SecretsError("malformed", "INI has no lists");
  const sections = content.entries.map(([name, section]) => {
    if (section.kind !== "map") {
      throw new SecretsError("malformed", `INI has sections at the top, and ${name} is not one`, { at: placeAt(1) });
    }
    const entries = section.entries.map(([key, value]): [string, string] => {
      if (value.kind === "scalar") return [key, plainText(value.scalar, "ini")];
      throw new SecretsError("malformed", `INI has only text in its sections, and ${name}/${key} is not text`);
    });
    const lines = entries.length === 0 ? "" : keyLines(entries);
    return name === DEFAULT_SECTION ? lines : headerLine(name) + lines;
  });
  return sections.filter((text) => text !== "").join("\n");
}
