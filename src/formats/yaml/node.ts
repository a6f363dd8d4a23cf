/**
 * What is a composed YAML tree?
 *
 * Nodes keep their offsets and the comments that go-yaml would attach to them; values are not typed yet.
 */
import type { Scalar } from "../format.ts";
import type { BlockBody, CommentLine, ScalarStyle } from "./token.ts";

/** A tag or anchor in front of a node. */
export interface Property {
  readonly start: number;
  readonly end: number;
  /** The anchor's name, or the tag in short form: `!!int`, `!local`; `!` stays `!`. */
  readonly text: string;
}

interface NodeBase {
  /** The first offset, properties included. */
  start: number;
  /** Behind its last character; of a block collection: behind its last entry. */
  end: number;
  readonly line: number;
  readonly column: number;
  readonly tag: Property | undefined;
  readonly anchor: Property | undefined;
  head: readonly CommentLine[];
  inline: readonly CommentLine[];
  foot: readonly CommentLine[];
  /** Comments that go-yaml forgets here; they still are somebody's secret. */
  lost: readonly CommentLine[];
}

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly style: ScalarStyle;
  readonly value: string;
  /** Where its own text begins, behind the properties. */
  readonly contentStart: number;
  /** True where there is no text at all: `key:`. */
  readonly absent: boolean;
  readonly block: BlockBody | undefined;
  /** What `typing.ts` found it to be, once it was asked. */
  typed: Scalar | undefined;
}

export interface AliasNode extends NodeBase {
  readonly kind: "alias";
  readonly target: YamlNode;
}

export interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly flow: boolean;
  /** The offset of its `[`, or of its first dash, and that one's column counted from 0. */
  readonly opens: number;
  readonly indent: number;
  readonly items: YamlNode[];
  /** The offset of each item's dash; in flow of the item. */
  readonly dashes: number[];
}

export interface Pair {
  /** The offset of its `?`, or of its key. */
  readonly start: number;
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  readonly flow: boolean;
  /** The offset of its `{`, or of its first key, and that one's column counted from 0. */
  readonly opens: number;
  readonly indent: number;
  readonly pairs: Pair[];
}

export type YamlNode = ScalarNode | AliasNode | SequenceNode | MappingNode;

export interface DocumentNode {
  /** Comments before the root that stand apart from it. */
  readonly head: readonly CommentLine[];
  readonly foot: readonly CommentLine[];
  readonly lost: readonly CommentLine[];
  readonly root: YamlNode;
  /** The offset of `---`, or -1. */
  readonly marker: number;
  /** Where its content ends: at `...`, the next `---`, a directive or the end of the text. */
  readonly end: number;
}

export interface Stream {
  readonly text: string;
  readonly documents: readonly DocumentNode[];
  /** Which of the documents `set`, `unset` and `extract` work in. */
  readonly current: number;
  /** All comment lines of the text in their order. */
  readonly comments: readonly CommentLine[];
}
