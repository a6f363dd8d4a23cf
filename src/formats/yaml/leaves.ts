/**
 * What are the leaves of this stream?
 */
import type { Leaf, Scalar } from "../format.ts";
import { malformedAt } from "../place.ts";
import { scalarOf, textOfScalar } from "../scalar.ts";
import { holeOf, type Surroundings } from "./hole.ts";
import { layoutOf, lineStartOf, type Layout } from "./layout.ts";
import type { AliasNode, ScalarNode, SequenceNode, Stream } from "./node.ts";
import type { CommentLine } from "./token.ts";
import { scalarOfNode } from "./typing.ts";
import { metadataPair, walkStream, type Where } from "./walk.ts";

/** sops' own form of a comment in a list: an element. */
const SEALED_COMMENT = /^ENC\[AES256_GCM,.*,type:comment\][ \t\r\n]*$/;

export interface Leaves {
  /** In the order of sops. */
  readonly leaves: readonly Leaf[];
  /** The aliases through which copies stand among them, by leaf; comments reached through aliases are copies too. */
  readonly aliases: ReadonlyMap<Leaf, AliasNode>;
}

/** Collects the leaves, perhaps without the comments. Leaves reached through an alias are copies. */
export function leavesOf(stream: Stream, side: "open" | "sealed", withComments = true): Leaves {
  const leaves: Leaf[] = [];
  const aliases = new Map<Leaf, AliasNode>();
  const cut = cutOf(stream);
  let layout: Layout | undefined;
  const layoutOnce = (): Layout => (layout ??= layoutOf(stream));
  const add = (leaf: Leaf, where: Where): void => {
    leaves.push(leaf);
    if (where.alias !== undefined) aliases.set(leaf, where.alias);
  };
  walkStream(stream, {
    scalar(node, where, holder) {
      if (where.alias !== undefined) {
        add(copyOf(node, where), where);
        return false;
      }
      const around: Surroundings = { text: stream.text, layout: layoutOnce, cut, where, holder };
      const comment = side === "sealed" && !where.flow ? itemComment(node, around) : undefined;
      add(comment ?? valueLeaf(node, around), where);
      return comment !== undefined;
    },
    comment(line, where, list) {
      if (!withComments) return;
      const leaf = commentLeaf(line, { text: stream.text, where, list });
      add(side === "sealed" ? withOtherPaths(leaf, leaves) : leaf, where);
    },
  });
  return { leaves, aliases };
}

/** Where the metadata block begins if it ends the text without a line break: it was then put behind one. */
function cutOf(stream: Stream): number {
  const last = stream.documents.at(-1);
  const pair = last === undefined ? undefined : metadataPair(last);
  if (pair === undefined || pair.value.end < stream.text.length) return -1;
  return lineStartOf(stream.text, pair.start);
}

/** What of a leaf is told by where it stands. */
function standing({ line, column }: ScalarNode | AliasNode | CommentLine, { document, path, steps, above }: Where) {
  return { line, column, document, path, otherPaths: [], steps, above };
}

function valueLeaf(node: ScalarNode, around: Surroundings): Leaf {
  const { where } = around;
  const hole = holeOf(node, around);
  return { kind: "value", ...hole, ...standing(node, where), scalar: scalarOfNode(node), copy: false };
}

/** A leaf that stands here only through an alias. */
function copyOf(node: ScalarNode, where: Where): Leaf {
  const alias = where.alias ?? node;
  const refuse = (): never => {
    throw malformedAt("an alias in the place of a value that must be encrypted", alias.line, alias.column);
  };
  return {
    kind: "value",
    start: alias.start,
    end: alias.end,
    ...standing(alias, where),
    scalar: scalarOfNode(node),
    place: "alias",
    copy: true,
    seal: refuse,
    open: refuse,
  };
}

/** Where a comment stands; `where` and `list` are those of the sealed layout, the text is the one that holds the line. */
interface CommentSpot {
  readonly text: string;
  readonly where: Where;
  readonly list: SequenceNode | undefined;
}

/** The leaf of a comment line. */
export function commentLeaf(line: CommentLine, { text, where, list }: CommentSpot): Leaf {
  const isItem = list !== undefined && !list.flow && line.column === list.indent + 1;
  return {
    kind: "comment",
    start: line.start,
    end: line.end,
    ...standing(line, where),
    scalar: scalarOf("comment", text.slice(line.start + 1, line.end)),
    place: isItem && text.slice(lineStartOf(text, line.start), line.start).trim() === "" ? ITEM_COMMENT : "comment",
    copy: where.alias !== undefined,
    seal: (enc) => `#${enc}`,
    open: commentSource,
  };
}

/** The comment with the paths around it, found when they are asked for: rarely, and `leaves` is whole only later. */
function withOtherPaths(leaf: Leaf, leaves: readonly Leaf[]): Leaf {
  const index = leaves.length;
  return {
    ...leaf,
    get otherPaths() {
      return pathsAround(leaves, index);
    },
  };
}

const ITEM_COMMENT = "comment in a list";

function commentSource(scalar: Scalar): string {
  const text = textOfScalar(scalar);
  if (text === undefined || /[\r\n]/.test(text)) throw malformedAt("an encrypted comment has several lines", 0);
  return `#${text}`;
}

/** A list element that is a sealed comment, from its dash on. The last of a list of comments leaves an empty list. */
function itemComment(node: ScalarNode, { text, where, holder, layout }: Surroundings): Leaf | undefined {
  const { sequence, position } = holder;
  const dash = sequence?.dashes[position];
  if (sequence === undefined || dash === undefined || !SEALED_COMMENT.test(node.value)) return undefined;
  const isLast = position === sequence.items.length - 1;
  const isOnly = sequence.items.every((item) => item.kind === "scalar" && SEALED_COMMENT.test(item.value));
  const rest = isOnly && isLast ? `${layout().eol}${" ".repeat(sequence.indent)}[]` : "";
  const between = text.slice(dash + 1, node.start);
  return {
    kind: "comment",
    start: dash,
    end: node.end,
    ...standing(node, where),
    steps: where.steps.slice(0, -1),
    scalar: scalarOf("comment", node.value),
    place: rest === "" ? ITEM_COMMENT : "the last comment of a list",
    copy: false,
    seal: (enc) => `-${between}${enc}`,
    open: (scalar) => commentSource(scalar) + rest,
  };
}

/** The paths of what stands before and behind, and of what is around those, likeliest first. */
function pathsAround(leaves: readonly Leaf[], index: number): readonly (readonly string[])[] {
  const own = leaves[index]?.path ?? [];
  const found = new Map<string, readonly string[]>();
  const before = leaves.slice(Math.max(index - 50, 0), index).findLast(({ kind }) => kind === "value");
  const behind = leaves.slice(index + 1, index + 50).find(({ kind }) => kind === "value");
  for (const path of [own, before?.path ?? [], behind?.path ?? []]) {
    for (let length = path.length; length >= 0; length -= 1) {
      const prefix = path.slice(0, length);
      found.set(JSON.stringify(prefix), prefix);
    }
  }
  found.delete(JSON.stringify(own));
  return [...found.values()];
}
