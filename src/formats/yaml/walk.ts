/**
 * Which leaves does sops see in this tree, in which order, and with which paths?
 *
 * sops makes lists of entries and comments from go-yaml's nodes (sops.md 3.4 "Comments"); this walks them in that order.
 */
import type { Comments, Step } from "../format.ts";
import type { AliasNode, DocumentNode, MappingNode, Pair, ScalarNode, SequenceNode, Stream, YamlNode } from "./node.ts";
import type { CommentLine } from "./token.ts";

/** Where something stands. */
export interface Where {
  readonly document: number;
  readonly path: readonly string[];
  readonly steps: readonly Step[];
  /** The alias through which it stands here. */
  readonly alias: AliasNode | undefined;
  /** Whether a `[` or `{` is open, and the column of the innermost collection that is none of these. */
  readonly flow: boolean;
  readonly indent: number;
  /** The comments that count for it (see `Leaf.above`). */
  readonly above: Comments | undefined;
}

export interface Visitor {
  /** @returns whether it is a comment of sops, written as an element of a list */
  scalar(node: ScalarNode, where: Where, holder: Holder): boolean;
  /** @param list the list that holds the comment, if one does. */
  comment(line: CommentLine, where: Where, list: SequenceNode | undefined): void;
}

/** What a value stands in: a list with the value's position, or nothing of interest. */
export interface Holder {
  readonly sequence: SequenceNode | undefined;
  readonly position: number;
}

const IN_MAPPING: Holder = { sequence: undefined, position: 0 };

/** The metadata entry of a document's root. */
export function metadataPair(document: DocumentNode): Pair | undefined {
  if (document.root.kind !== "mapping") return undefined;
  return document.root.pairs.find(({ key }) => key.kind === "scalar" && key.value === "sops");
}

/** Visits all leaves but those of the metadata. */
export function walkStream(stream: Stream, visitor: Visitor): void {
  const seen = new Set<number>();
  let last = topOf(0);
  for (const [index, document] of stream.documents.entries()) {
    const walk: Walk = { visitor, text: stream.text, seen, metadata: metadataPair(document) };
    last = heard(walk, document.head, { where: topOf(index) });
    heard(walk, document.lost, { where: last });
    const { root } = document;
    if (root.kind === "scalar") last = heard(walk, [...root.head, ...root.inline, ...root.foot], { where: last });
    else
      last = { ...last, above: walkContainer(walk, root, { where: topOf(index), handled: false, above: last.above }) };
    last = heard(walk, document.foot, { where: last });
  }
  // Here too what go-yaml drops without a trace, such as comments behind the last `...`, counts for nothing that follows.
  heard({ visitor, text: stream.text, seen, metadata: undefined }, outsideMetadata(stream), { where: last });
}

function topOf(document: number): Where {
  return { document, path: [], steps: [], alias: undefined, flow: false, indent: 0, above: undefined };
}

/** The comments that do not stand in a metadata block. */
function outsideMetadata(stream: Stream): readonly CommentLine[] {
  const blocks = stream.documents.map(metadataPair).filter((pair) => pair !== undefined);
  let next = 0;
  return stream.comments.filter(({ start }) => {
    while (start >= (blocks[next]?.value.end ?? Infinity)) next += 1;
    return start < (blocks[next]?.key.end ?? Infinity);
  });
}

interface Walk {
  readonly visitor: Visitor;
  readonly text: string;
  /** Where the comments begin that were met, but through an alias. */
  readonly seen: Set<number>;
  readonly metadata: Pair | undefined;
}

interface Standing {
  readonly where: Where;
  /** The list that holds the comments, if one does. */
  readonly list?: SequenceNode;
}

/** Visits comments, each once. @returns where what follows them stands */
function heard(walk: Walk, lines: readonly CommentLine[], { where, list }: Standing): Where {
  let { above } = where;
  for (const line of lines) {
    if (line.end === line.start || (where.alias === undefined && walk.seen.has(line.start))) continue;
    if (where.alias === undefined) walk.seen.add(line.start);
    walk.visitor.comment(line, { ...where, above }, list);
    above = { text: walk.text.slice(line.start + 1, line.end), before: above };
  }
  return above === where.above ? where : { ...where, above };
}

/** A visit to a container: `handled` where its own comments were already met, `above` where comments of its own entries were. */
interface Visit {
  readonly where: Where;
  readonly handled: boolean;
  readonly above?: Comments | undefined;
}

/** @returns the comments at its end, behind the last entry */
function walkContainer(walk: Walk, node: YamlNode, visit: Visit): Comments | undefined {
  if (node.kind === "sequence") return walkSequence(walk, node, visit);
  return node.kind === "mapping" ? walkMapping(walk, node, visit) : undefined;
}

/** Where the entries of a collection stand. */
function inside({ where, above = where.above }: Visit, node: SequenceNode | MappingNode): Where {
  return node.flow || where.flow ? { ...where, above, flow: true } : { ...where, above, indent: node.indent };
}

function walkSequence(walk: Walk, node: SequenceNode, visit: Visit): Comments | undefined {
  let where = inside(visit, node);
  const hear = (lines: readonly CommentLine[]): void => {
    where = heard(walk, lines, { where, list: node });
  };
  if (!visit.handled) hear([...node.head, ...node.inline]);
  heard(walk, node.lost, { where, list: node });
  for (const [position, item] of node.items.entries()) {
    hear(item.head);
    hear(item.inline);
    const inner = { ...where, steps: [...where.steps, position] };
    const isComment = walkValue(walk, item, { where: inner, handled: true, holder: { sequence: node, position } });
    if (!isComment) where = { ...where, above: visit.where.above };
    hear(item.foot);
  }
  if (!visit.handled) hear(node.foot);
  return where.above;
}

function walkMapping(walk: Walk, node: MappingNode, visit: Visit): Comments | undefined {
  let where = inside(visit, node);
  const hear = (lines: readonly CommentLine[]): void => {
    where = heard(walk, lines, { where });
  };
  if (!visit.handled) hear([...node.head, ...node.inline]);
  heard(walk, node.lost, { where });
  for (const pair of node.pairs) {
    const { key, value } = pair;
    const single = value.kind === "scalar" || value.kind === "alias";
    hear(key.head);
    hear(key.inline);
    if (single) hear([...value.head, ...value.inline]);
    if (pair !== walk.metadata && key.kind === "scalar") {
      const path = [...where.path, key.value];
      const inner = { ...where, path, steps: where.steps === where.path ? path : [...where.steps, key.value] };
      walkValue(walk, value, { where: inner, handled: single, holder: IN_MAPPING });
      where = { ...where, above: visit.where.above };
    }
    if (single) hear(value.foot);
    hear(key.foot);
  }
  if (!visit.handled) hear(node.foot);
  return where.above;
}

/** @returns as `Visitor.scalar` does */
function walkValue(walk: Walk, node: YamlNode, visit: Visit & { readonly holder: Holder }): boolean {
  const { where, holder } = visit;
  if (node.kind === "scalar") return walk.visitor.scalar(node, where, holder);
  if (node.kind === "alias") {
    return walkValue(walk, node.target, { where: { ...where, alias: where.alias ?? node }, handled: false, holder });
  }
  walkContainer(walk, node, visit);
  return false;
}
