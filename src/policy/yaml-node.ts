/**
 * What stands where in this YAML policy?
 *
 * Reads one YAML document into plain nodes that know their place: aliases followed, merge keys (`<<`) applied as go-yaml
 * does it, scalars as their text (a key or a number never goes through a JavaScript number), repeated keys refused. So
 * nothing behind this file has to know the `yaml` library. Pure.
 */
import type * as Yaml from "yaml";
import type { Document, LineCounter, Node, Pair, Scalar, YAMLMap } from "yaml";
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { nearest } from "./did-you-mean.ts";

interface Placed {
  /** Where it stands; for an alias, where the alias stands. */
  readonly at: Position;
  /** The name of its anchor (`&name`), if it has one. */
  readonly anchor?: string | undefined;
}

/** Nothing at all, `~` or `null`. */
export interface YamlEmpty extends Placed {
  readonly kind: "empty";
}

export interface YamlText extends Placed {
  readonly kind: "text";
  readonly text: string;
}

export interface YamlList extends Placed {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

export interface YamlMapping extends Placed {
  readonly kind: "mapping";
  readonly entries: readonly YamlEntry[];
  /** How it stands in the text; for an alias, the mapping that it stands for. */
  readonly source?: MappingSource | undefined;
}

/** Where the parts of a mapping stand, for those who change the text. */
export interface MappingSource {
  /** Written in braces. */
  readonly flow: boolean;
  /** What stands in it itself, `<<` among it, in the order of the text. */
  readonly pairs: readonly SourcePair[];
}

export interface SourcePair {
  readonly key: string;
  readonly keySpan: Span;
  /** Without anchor and tag; undefined for a key without a value. The end may take in blanks and comments that follow. */
  readonly valueSpan: Span | undefined;
}

/** Offsets in the text, in UTF-16 units, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface YamlEntry {
  readonly key: string;
  /** Where the key stands. */
  readonly at: Position;
  readonly value: YamlNode;
}

export type YamlNode = YamlEmpty | YamlText | YamlList | YamlMapping;

/** Our words for the library's error codes: its own messages may quote the source. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: "an alias without a name",
  BAD_DQ_ESCAPE: "an unknown escape in a double-quoted text",
  BAD_INDENT: "the indentation does not fit what stands around it",
  BAD_SCALAR_START: "this text must be quoted",
  BLOCK_AS_IMPLICIT_KEY: "a mapping cannot begin on this line; quote the text or break the line",
  MISSING_CHAR: "a quote, bracket, colon or comma is missing",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line",
  MULTIPLE_DOCS: "a second document begins here, and a policy is one document",
  TAB_AS_INDENT: "a tab cannot indent YAML",
  UNEXPECTED_TOKEN: "this does not belong here",
};

interface Reading {
  readonly yaml: typeof Yaml;
  readonly file: string;
  readonly lines: LineCounter;
  /** Anchors met so far, as in YAML the last one of a name; "open" while its own content is being read. */
  readonly anchors: Map<string, YamlNode | "open">;
}

/**
 * @param file The policy as it should be shown in messages.
 * @throws SecretsError `policy` with the place: broken YAML, a repeated key, an alias without its anchor.
 */
export async function readYaml(text: string, file: string): Promise<YamlNode> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document: Document.Parsed = yaml.parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  const reading: Reading = { yaml, file, lines, anchors: new Map() };
  const [error] = document.errors;
  if (error !== undefined) {
    const what = SYNTAX[error.code] ?? "it cannot be parsed";
    throw new SecretsError("policy", `not valid YAML: ${what}`, { at: place(reading, error.pos[0]) });
  }
  return document.contents === null ? { kind: "empty", at: { file } } : read(reading, document.contents);
}

function place(reading: Reading, offset: number): Position {
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line, column: col };
}

function read(reading: Reading, node: Node): YamlNode {
  const at = place(reading, node.range?.[0] ?? 0);
  if (reading.yaml.isAlias(node)) return { ...followed(reading, node.source, at), at };
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, "open");
  const placed: Placed = { at, anchor: node.anchor };
  const made = madeFrom(reading, node, placed);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, made);
  return made;
}

function madeFrom(
  reading: Reading,
  node: Exclude<Node, { source: string; resolve: unknown }>,
  placed: Placed,
): YamlNode {
  if (reading.yaml.isSeq(node)) {
    return { ...placed, kind: "list", items: node.items.map((item) => readPart(reading, item, placed.at)) };
  }
  if (reading.yaml.isMap(node)) {
    const source = { flow: node.flow === true, pairs: node.items.map((pair) => sourceOf(reading, pair)) };
    return { ...placed, kind: "mapping", entries: readEntries(reading, node, placed.at), source };
  }
  const text = scalarText(node);
  return text === undefined ? { ...placed, kind: "empty" } : { ...placed, kind: "text", text };
}

/** A part of a collection; what the library leaves out (`a:`) counts as empty. */
function readPart(reading: Reading, part: unknown, at: Position): YamlNode {
  return reading.yaml.isNode(part) ? read(reading, part) : { kind: "empty", at };
}

/** The text as written, so that `0123` and `1e3` stay what they are; undefined for null. */
function scalarText(scalar: Scalar): string | undefined {
  if (scalar.value === null || scalar.value === undefined) return undefined;
  return typeof scalar.value === "string" ? scalar.value : (scalar.source ?? "");
}

function followed(reading: Reading, name: string, at: Position): YamlNode {
  const target = reading.anchors.get(name);
  if (target === "open") throw new SecretsError("policy", `the anchor &${name} contains itself`, { at });
  if (target !== undefined) return target;
  const near = nearest(name, reading.anchors.keys());
  throw new SecretsError("policy", `the alias *${name} stands for nothing above it`, {
    at,
    hint: near === undefined ? `mark what is meant with &${name}` : `did you mean *${near}?`,
  });
}

function readEntries(reading: Reading, map: YAMLMap, at: Position): YamlEntry[] {
  const entries = new Map<string, YamlEntry>();
  const merged: YamlNode[] = [];
  for (const pair of map.items) {
    const key = readPart(reading, pair.key, at);
    const value = readPart(reading, pair.value, key.at);
    if (isMergeKey(reading, pair)) {
      merged.push(value);
      continue;
    }
    const name = keyText(key);
    const first = entries.get(name);
    if (first !== undefined) {
      throw new SecretsError("policy", `${name} stands twice here, first in line ${first.at.line}`, { at: key.at });
    }
    entries.set(name, { key: name, at: key.at, value });
  }
  for (const value of merged) merge(entries, value);
  return [...entries.values()];
}

function sourceOf(reading: Reading, { key, value }: Pair): SourcePair {
  const span = (part: unknown): Span | undefined => {
    const range = reading.yaml.isNode(part) ? part.range : undefined;
    return range ? { start: range[0], end: range[1] } : undefined;
  };
  const text = reading.yaml.isScalar(key) ? scalarText(key) : undefined;
  return { key: text ?? "", keySpan: span(key) ?? { start: 0, end: 0 }, valueSpan: span(value) };
}

function isMergeKey(reading: Reading, pair: Pair): boolean {
  return reading.yaml.isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.source === "<<";
}

function keyText(key: YamlNode): string {
  if (key.kind === "text") return key.text;
  if (key.kind === "empty") return "";
  throw new SecretsError("policy", `a ${key.kind} cannot be a key here`, { at: key.at });
}

/** What the mapping says itself wins; of several merged mappings, the earlier. */
function merge(entries: Map<string, YamlEntry>, value: YamlNode): void {
  for (const source of value.kind === "list" ? value.items : [value]) {
    if (source.kind !== "mapping") {
      throw new SecretsError("policy", "<< takes a mapping or a list of mappings", { at: source.at });
    }
    for (const entry of source.entries) {
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
}
