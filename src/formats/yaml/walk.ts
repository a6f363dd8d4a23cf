/**
 * Which leaves does sops see in this tree, in which order, and with which paths?
 *
 * sops makes lists of entries and comments from go-yaml's nodes (sops.md 3.4 "Comments"); this walks them in that order.
 */
import type { Step } from "../format.ts";
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
}

export interface Visitor {
  scalar(node: ScalarNode, where: Where, holder: Holder): void;
  /** @param list the list that holds the comment, if one does. */
  comment(line: CommentLine, where: Where, list: SequenceNode | undefined): void;
  /** Called for every alias before what it copies is visited. */
  alias?(node: AliasNode, where: Where): void;
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
  const noting: Visitor = {
    ...visitor,
    comment(line, where, list) {
      if (where.alias === undefined) {
        if (seen.has(line.start)) return;
        seen.add(line.start);
      }
      visitor.comment(line, where, list);
    },
  };
  for (const [index, document] of stream.documents.entries()) {
    const top: Where = topOf(index);
    const walk: Walk = { visitor: noting, metadata: metadataPair(document) };
    comments(walk, [...document.head, ...document.lost], top);
    const { root } = document;
    if (root.kind === "scalar") comments(walk, [...root.head, ...root.inline, ...root.foot], top);
    else walkContainer(walk, root, { where: top, handled: false });
    comments(walk, document.foot, top);
  }
  // What go-yaml drops without a trace, such as comments behind the last `...`.
  const last = topOf(Math.max(stream.documents.length - 1, 0));
  const inMetadata = metadataRanges(stream);
  for (const line of stream.comments) {
    if (!inMetadata.some(([start, end]) => line.start >= start && line.start < end))
      noting.comment(line, last, undefined);
  }
}

function topOf(document: number): Where {
  return { document, path: [], steps: [], alias: undefined, flow: false, indent: 0 };
}

function metadataRanges(stream: Stream): (readonly [number, number])[] {
  return stream.documents.flatMap((document) => {
    const pair = metadataPair(document);
    return pair === undefined ? [] : [[pair.key.end, pair.value.end] as const];
  });
}

interface Walk {
  readonly visitor: Visitor;
  readonly metadata: Pair | undefined;
}

function comments(walk: Walk, lines: readonly CommentLine[], where: Where): void {
  for (const line of lines) if (line.end > line.start) walk.visitor.comment(line, where, undefined);
}

/** A visit to a container: `handled` where its own comments were already met. */
interface Visit {
  readonly where: Where;
  readonly handled: boolean;
}

function walkContainer(walk: Walk, node: YamlNode, visit: Visit): void {
  if (node.kind === "sequence") walkSequence(walk, node, visit);
  else if (node.kind === "mapping") walkMapping(walk, node, visit);
}

/** Where the entries of a collection stand. */
function inside(where: Where, node: SequenceNode | MappingNode): Where {
  return node.flow || where.flow ? { ...where, flow: true } : { ...where, indent: node.indent };
}

function walkSequence(walk: Walk, node: SequenceNode, { where: outer, handled }: Visit): void {
  const where = inside(outer, node);
  const hear = (lines: readonly CommentLine[]): void => {
    for (const line of lines) if (line.end > line.start) walk.visitor.comment(line, where, node);
  };
  if (!handled) hear([...node.head, ...node.inline]);
  hear(node.lost);
  for (const [position, item] of node.items.entries()) {
    hear(item.head);
    hear(item.inline);
    const inner = { ...where, steps: [...where.steps, position] };
    walkValue(walk, item, { where: inner, handled: true, holder: { sequence: node, position } });
    hear(item.foot);
  }
  if (!handled) hear(node.foot);
}

function walkMapping(walk: Walk, node: MappingNode, { where: outer, handled }: Visit): void {
  const where = inside(outer, node);
  if (!handled) comments(walk, [...node.head, ...node.inline], where);
  comments(walk, node.lost, where);
  for (const pair of node.pairs) {
    const { key, value } = pair;
    const single = value.kind === "scalar" || value.kind === "alias";
    comments(walk, key.head, where);
    comments(walk, key.inline, where);
    if (single) comments(walk, [...value.head, ...value.inline], where);
    if (pair !== walk.metadata && key.kind === "scalar") {
      const path = [...where.path, key.value];
      const inner = { ...where, path, steps: where.steps === where.path ? path : [...where.steps, key.value] };
      walkValue(walk, value, { where: inner, handled: single, holder: IN_MAPPING });
    }
    if (single) comments(walk, value.foot, where);
    comments(walk, key.foot, where);
  }
  if (!handled) comments(walk, node.foot, where);
}

function walkValue(walk: Walk, node: YamlNode, visit: Visit & { readonly holder: Holder }): void {
  const { where, holder } = visit;
  if (node.kind === "scalar") walk.visitor.scalar(node, where, holder);
  else if (node.kind === "alias") {
    walk.visitor.alias?.(node, where);
    walkValue(walk, node.target, { where: { ...where, alias: where.alias ?? node }, handled: false, holder });
  } else walkContainer(walk, node, visit);
}
