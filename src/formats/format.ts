/**
 * Where in this text are the leaves, and how is one of them written sealed or open?
 *
 * The seam of `formats/`. A document is one text with leaves in it (values and comments), each with the stretch of source
 * that sealing or opening replaces. Everything outside the leaves and the metadata block is the same on both sides and is
 * never reprinted. A format knows syntax only: no keys, no ciphers, no rules. A new format is one file and one line
 * in `index.ts`; the contract tests run over the registry.
 */
import type { FormatName } from "./index.ts";

export type { FormatName };

/** The types of sops' ENC strings, and the two that never are encrypted: null and what sops leaves empty. */
export type ScalarType = "str" | "int" | "float" | "bool" | "time" | "comment" | "bytes" | "null";

/** A typed value in its canonical bytes (sops.md 1.5); empty for null, the empty string and the empty comment. */
export interface Scalar {
  readonly type: ScalarType;
  readonly bytes: Uint8Array;
}

/** A step into the tree: a mapping key, or a position in a list counted from 0. */
export type Step = string | number;

/** A comment, and those that counted before it. */
export interface Comments {
  readonly text: string;
  readonly before: Comments | undefined;
}

/**
 * A value or a comment. `start` and `end` are UTF-16 offsets into the parsed text: the source that changes between the
 * two sides, indicator and block header included, so that a sealed source can be reused verbatim.
 */
export interface Leaf {
  readonly kind: "value" | "comment";
  readonly start: number;
  readonly end: number;
  /** 1-based, for reports. */
  readonly line: number;
  readonly column: number;
  /** Which document of a multi-document text, counted from 0. */
  readonly document: number;
  /** The mapping keys from the root, list positions left out: what the AAD is made of (sops.md 1.4). */
  readonly path: readonly string[];
  /** For comments on the sealed side: the other paths it may have been sealed with, likeliest first. */
  readonly otherPaths: readonly (readonly string[])[];
  /** The whole way from the root, list positions included; for a comment the container's. */
  readonly steps: readonly Step[];
  /**
   * The comments that count for it: those between it and the entry before it in its container, and those that count for the
   * container. sops encrypts by them under `encrypted_comment_regex` and `unencrypted_comment_regex` (sops.md section 4).
   */
  readonly above: Comments | undefined;
  /** The value as the format types it: of an ENC text it is that text, type `str`. */
  readonly scalar: Scalar;
  /**
   * Where it stands, as an opaque word. Between two leaves of the same open source *and* the same place, a sealed source
   * can be reused verbatim; otherwise it has to be sealed again (`foo` moved from a block into `[ ]` needs other quotes).
   */
  readonly place: string;
  /**
   * True where it stands here only through an alias: its path, steps and value count as sops counts them (MAC, rules), but
   * there is no source to replace, and the rules leave it unencrypted (see `expandAliases`).
   */
  readonly copy: boolean;
  /** Comments that stand before it and belong to it are told apart by order alone: leaves are in document order. */
  seal(enc: string): string;
  /** The source on the open side. @throws SecretsError `malformed` where the type cannot stand here. */
  open(scalar: Scalar): string;
}

/** The sops metadata as a neutral tree; scalars as the text that they spell. */
export type Tree = string | number | boolean | null | readonly Tree[] | ReadonlyMap<string, Tree>;

/**
 * What a document says, spelling apart: order and duplicate keys kept, aliases followed, comments left out. What one format
 * reads any other can write.
 */
export type Content =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "list"; readonly items: readonly Content[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Content])[] };

/** What a format lets pass and nobody means: it is not sealed, unless the file has it already. */
export interface Doubt {
  readonly message: string;
  readonly hint?: string;
  readonly steps: readonly Step[];
  readonly line: number;
  readonly column: number;
}

/** One side of a document. */
export interface ParsedText {
  readonly text: string;
  /**
   * Values and comments in the order in which sops walks them, over all documents: a comment stands before the entry that
   * it belongs to, a foot comment after it. The metadata's own leaves are not among them.
   */
  readonly leaves: readonly Leaf[];
  /** Of keys that occur twice in their mapping the later one, and what else its format has. */
  readonly doubts: readonly Doubt[];
  /** What stands under `sops` in the first document, on the open side in any; undefined where there is none. */
  readonly metadata: Tree | undefined;
}

export interface Replacement {
  readonly leaf: Leaf;
  readonly source: string;
}

/** `open`: what people write; `sealed`: what lies in git. */
export type Side = "open" | "sealed";

/** Whether the rules want this leaf sealed. */
export type Selects = (leaf: Pick<Leaf, "kind" | "path" | "above" | "scalar">) => boolean;

/** A text without the aliases that cannot stay, and where they stood. */
export interface Expanded {
  readonly text: string;
  readonly at: readonly { readonly line: number; readonly column: number }[];
}

export interface Format {
  readonly name: FormatName;
  /** An open text that says nothing yet; absent: one without a byte. */
  readonly empty?: string;
  /** The bytes of a side as the text in which everything else here counts. @throws SecretsError `malformed` where they are none. */
  decode(bytes: Uint8Array, side: Side): string;
  /** The bytes of an open text; the sealed one is UTF-8 in every format. */
  encode(text: string): Uint8Array;
  /** Whether the whole file is one value, so that nothing in it is selected. */
  readonly isWhole?: boolean;
  /**
   * @param selects for the open side: which leaves will be sealed, since comments stand as in the sealed layout that will come
   * of it; absent: as in the text itself.
   * @throws SecretsError `malformed` with line and column, never quoting the text.
   */
  parse(text: string, side: Side, selects?: Selects): ParsedText;
  /**
   * Only for formats with aliases: the open text with every alias that reaches a leaf to be sealed written out, since sealed
   * text holds its path. To be called before an open text is parsed to be sealed. Unchanged text where there is none.
   */
  expandAliases?(text: string, selects: Selects): Expanded;
  /**
   * The text with these leaves' sources replaced and, where given, the metadata written (every document) or removed.
   * @param indent as `write` takes it, for what is printed around or below the text
   */
  print(parsed: ParsedText, replacements: readonly Replacement[], metadata: Tree | undefined, indent?: number): string;
  /**
   * `print` with metadata for a text that was edited: every document's block is carried over from the sealed text before,
   * and only what differs in it is changed; so a block in another order, indentation or quoting stays as it is.
   */
  printLike?(
    parsed: ParsedText,
    replacements: readonly Replacement[],
    carried: { readonly metadata: Tree; readonly previous: ParsedText },
  ): string;
  /** Only for formats with several documents: the same text, in which `set`, `unset` and `extract` work in another than the first. */
  inDocument?(parsed: ParsedText, index: number): ParsedText;
  /** The open text with the value at `steps` set to a JSON value (source text of it), created where it is missing. */
  set(parsed: ParsedText, steps: readonly Step[], json: string): string;
  /** The open text without the entry at `steps`. @throws SecretsError `not-found`. */
  unset(parsed: ParsedText, steps: readonly Step[]): string;
  /** What stands at `steps` on the open side: a scalar's bytes, or a container printed in this format. */
  extract(parsed: ParsedText, steps: readonly Step[]): Uint8Array;
  /** What an open text says, document by document; an empty one is an empty mapping. */
  read(parsed: ParsedText): readonly Content[];
  /**
   * A text that says this, as stock sops prints it, where what it prints reads back; what is not a mapping as it prints an
   * extracted value. @throws SecretsError `malformed` where the format has no way to say it.
   * @param indent blanks for each level, as sops takes them (in YAML 0 is its own 4, in JSON -1 its own tab); its own if absent
   */
  write(content: Content, indent?: number): string;
}
