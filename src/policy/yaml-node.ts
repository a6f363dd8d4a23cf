/**
 * What stands where in this YAML policy?
 *
 * Reads one YAML document into plain nodes that know their place: aliases followed, merge keys (`<<`) applied, scalars as
 * their text (a key or a number never goes through a JavaScript number), duplicate keys refused. The text is scanned by the
 * scanner of `formats/yaml/`, which is that of sops: what one reader takes for a comment, the other must not take for a rule.
 * Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import type { Scalar } from "../formats/format.ts";
import { isMerge } from "../formats/yaml/check.ts";
import { composeStream } from "../formats/yaml/compose.ts";
import type { AliasNode, MappingNode, Pair, YamlNode as Composed } from "../formats/yaml/node.ts";
import { scalarOfNode } from "../formats/yaml/typing.ts";
import { placeOf } from "../formats/yaml/characters.ts";
import { nearest } from "../words/did-you-mean.ts";
import { quoted } from "./yaml-shape.ts";
import { atMost, POLICY_LIMITS } from "../limits.ts";

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
  /** What sops takes it for: a plain `1` or `true` is none of its texts. */
  readonly type: Scalar["type"];
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
  /** Without anchor and tag; empty for a key without a value. */
  readonly valueSpan: Span;
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

interface Reading {
  readonly file: string;
  /** What was read; "open" while its own content is being read. */
  readonly known: Map<Composed, YamlNode | "open">;
  /** How many entries were taken over by merge keys. */
  merged: number;
}

/**
 * @param file The policy as it should be shown in messages.
 * @throws SecretsError `policy` with the place: broken YAML, what other YAML readers take for something else, a duplicate
 *   key, an alias without its anchor, more than one document, more than `POLICY_LIMITS` allow.
 */
export function readYaml(text: string, file: string): YamlNode {
  atMost(text.length, POLICY_LIMITS.text, { at: { file } });
  refuseBreaks(text, file);
  return inPolicy(text, file, () => {
    const { documents } = composeStream(text);
    const [document, second] = documents;
    if (second !== undefined) {
      const { line, column } = placeOf(text, second.marker);
      throw new SecretsError("policy", "a second document begins here, and a policy is one document", {
        at: { file, line, column },
      });
    }
    if (document === undefined) return { kind: "empty", at: { file } };
    return read({ file, known: new Map(), merged: 0 }, document.root);
  });
}

/** In a document sops writes these in quotes itself; in a policy nobody means them, and what one reader skips another breaks at. */
function refuseBreaks(text: string, file: string): void {
  const at = text.slice(1).search(/[\u2028\u2029\ufeff]/);
  if (at === -1) return;
  const code = text
    .charCodeAt(at + 1)
    .toString(16)
    .toUpperCase();
  throw new SecretsError("policy", `YAML readers disagree about the character U+${code}`, {
    at: { file, ...placeOf(text, at + 1) },
    hint: "remove it: it cannot be seen",
  });
}

/** The scanner's errors as those of this policy. */
function inPolicy<T>(text: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code !== "malformed") throw error;
    const { line = 1, column = 1 } = error.at ?? {};
    const at = { file, line, column };
    const [, alias] =
      /^\*([\w-]+)/.exec(
        text
          .split("\n", line)
          .at(-1)
          ?.slice(column - 1) ?? "",
      ) ?? [];
    throw alias === undefined
      ? error.with({ code: "policy", message: `not valid YAML: ${error.message}`, at })
      : unknownAlias(text, alias, at);
  }
}

function unknownAlias(text: string, alias: string, at: Position): SecretsError {
  const near = nearest(
    alias,
    Array.from(text.matchAll(/&([\w-]+)/g), ([, name = ""]) => name),
  );
  const hint = near === undefined ? `define it with &${alias}` : `did you mean *${near}?`;
  return new SecretsError("policy", `the alias *${alias} is not defined above it`, { at, hint });
}

function read(reading: Reading, node: Composed): YamlNode {
  const at = { file: reading.file, line: node.line, column: node.column };
  if (node.kind === "alias") return { ...followed(reading, node, at), at };
  refuseTag(node, at);
  reading.known.set(node, "open");
  atMost(reading.known.size, POLICY_LIMITS.nodes, { at });
  const made = madeFrom(reading, node, { at, anchor: node.anchor?.text });
  reading.known.set(node, made);
  return made;
}

function madeFrom(reading: Reading, node: Exclude<Composed, AliasNode>, placed: Placed): YamlNode {
  if (node.kind === "sequence") {
    return { ...placed, kind: "list", items: node.items.map((item) => read(reading, item)) };
  }
  if (node.kind === "mapping") {
    const source = { flow: node.flow, pairs: node.pairs.map(sourceOf) };
    return { ...placed, kind: "mapping", entries: readEntries(reading, node), source };
  }
  const { type } = scalarOfNode(node);
  return type === "null" ? { ...placed, kind: "empty" } : { ...placed, kind: "text", text: node.value, type };
}

const PLAIN_TAGS = { scalar: "!!str", sequence: "!!seq", mapping: "!!map" } as const;

/** Tags change what a value is, for some readers and not for others. */
function refuseTag(node: Exclude<Composed, AliasNode>, at: Position): void {
  if (node.tag === undefined || node.tag.text === PLAIN_TAGS[node.kind]) return;
  throw new SecretsError("policy", "YAML readers disagree about this tag", { at, hint: "remove it" });
}

function followed(reading: Reading, { target }: AliasNode, at: Position): YamlNode {
  const known = reading.known.get(target);
  const name = target.anchor?.text ?? "";
  if (known === "open") throw new SecretsError("policy", `the anchor &${name} contains itself`, { at });
  return known ?? read(reading, target);
}

function readEntries(reading: Reading, map: MappingNode): YamlEntry[] {
  const entries = new Map<string, YamlEntry>();
  const merged: YamlNode[] = [];
  for (const pair of map.pairs) {
    const at = { file: reading.file, line: pair.key.line, column: pair.key.column };
    const name = keyText(pair.key, at);
    if (pair.key.kind === "scalar" && isMerge(pair.key)) {
      merged.push(mergedValue(reading, pair.value));
      if (merged.length > 1) throw new SecretsError("policy", "duplicate key <<", { at });
      continue;
    }
    const first = entries.get(name);
    if (first !== undefined) {
      throw new SecretsError("policy", `duplicate key ${quoted(name)}, first on line ${first.at.line}`, { at });
    }
    entries.set(name, { key: name, at, value: read(reading, pair.value) });
  }
  for (const value of merged) merge(reading, entries, value);
  return [...entries.values()];
}

/** An alias to a list of mappings is refused by go-yaml, and taken by others. */
function mergedValue(reading: Reading, value: Composed): YamlNode {
  const node = read(reading, value);
  if (value.kind !== "alias" || node.kind === "mapping") return node;
  throw new SecretsError("policy", "an alias after << must be a mapping", { at: node.at });
}

function sourceOf({ key, value }: Pair): SourcePair {
  return {
    key: key.kind === "scalar" ? key.value : "",
    keySpan: spanOf(key),
    valueSpan: spanOf(value),
  };
}

function spanOf(node: Composed): Span {
  if (node.kind === "alias") return { start: node.start, end: node.end };
  return { start: node.kind === "scalar" ? node.contentStart : node.opens, end: node.end };
}

function keyText(key: Composed, at: Position): string {
  if (key.kind === "scalar") {
    if (!isMerge(key)) refuseTag(key, at);
    return key.value;
  }
  const what = { alias: "an alias", sequence: "a list", mapping: "a mapping" }[key.kind];
  throw new SecretsError("policy", `${what} cannot be a key here`, { at });
}

/** What the mapping says itself wins; of several merged mappings, the earlier. */
function merge(reading: Reading, entries: Map<string, YamlEntry>, value: YamlNode): void {
  for (const source of value.kind === "list" ? value.items : [value]) {
    if (source.kind !== "mapping") {
      throw new SecretsError("policy", "<< takes a mapping or a list of mappings", { at: source.at });
    }
    reading.merged += source.entries.length;
    atMost(reading.merged, POLICY_LIMITS.merged, { at: value.at });
    for (const entry of source.entries) {
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
}
