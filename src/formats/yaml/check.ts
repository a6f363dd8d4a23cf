/**
 * Is this tree one that sops can hold?
 *
 * Stricter than stock sops in later documents, where it looks at less.
 */
import { atMost, DOCUMENT_LIMITS } from "../../limits.ts";
import { malformedAt, placeAt } from "../place.ts";
import type { AliasNode, MappingNode, ScalarNode, Stream, YamlNode } from "./node.ts";
import { scalarOfNode } from "./typing.ts";

interface Checking {
  /** Whether sops looks at this document as closely as at the first. */
  isFirst: boolean;
  readonly open: Set<YamlNode>;
  copies: number;
  depth: number;
}

/**
 * Checks keys, duplicates, merges and aliases.
 * @throws SecretsError `malformed` with line and column.
 */
export function checkStream(stream: Stream): void {
  const checking: Checking = { isFirst: true, open: new Set(), copies: 0, depth: 0 };
  for (const [index, { root }] of stream.documents.entries()) {
    checking.isFirst = index === 0;
    if (root.kind === "mapping" || (root.kind === "scalar" && scalarOfNode(root).type === "null"))
      check(root, checking);
    else throw malformedAt("the top level of a document must be a mapping", root.line, root.column);
  }
}

function check(node: YamlNode, checking: Checking): void {
  if (checking.depth > 0) {
    checking.copies += 1;
    atMost(checking.copies, DOCUMENT_LIMITS.copies, { at: placeAt(node.line, node.column), code: "malformed" });
  }
  if (node.kind === "scalar") scalarOfNode(node);
  else if (node.kind === "alias") checkAlias(node, checking);
  else if (node.kind === "sequence") {
    checking.open.add(node);
    for (const item of node.items) check(item, checking);
    checking.open.delete(node);
  } else {
    checking.open.add(node);
    checkMapping(node, checking);
    checking.open.delete(node);
  }
}

function checkAlias(node: AliasNode, checking: Checking): void {
  if (checking.open.has(node.target)) throw malformedAt("an anchor's value contains itself", node.line, node.column);
  checking.depth += 1;
  check(node.target, checking);
  checking.depth -= 1;
}

function checkMapping(node: MappingNode, checking: Checking): void {
  const seen = new Set<string>();
  for (const { key, value } of node.pairs) {
    if (key.kind !== "scalar" || scalarOfNode(key).type !== "str") {
      throw malformedAt("a key is not a string: quote it", key.line, key.column);
    }
    if (seen.has(key.value)) throw malformedAt("duplicate key in this mapping", key.line, key.column);
    seen.add(key.value);
    if (checking.isFirst && isMerge(key) && !isMergeable(value)) {
      throw malformedAt("<< takes a mapping or a list of mappings", value.line, value.column);
    }
    check(value, checking);
  }
}

/** Whether this key takes over the entries of other mappings. */
export function isMerge(key: ScalarNode): boolean {
  if (key.value !== "<<") return false;
  return key.tag === undefined ? key.style === "plain" : key.tag.text === "!" || key.tag.text === "!!merge";
}

function isMergeable(node: YamlNode): boolean {
  if (node.kind === "sequence") return node.items.every((item) => targetOf(item).kind === "mapping");
  return targetOf(node).kind === "mapping";
}

function targetOf(node: YamlNode): YamlNode {
  return node.kind === "alias" ? node.target : node;
}
