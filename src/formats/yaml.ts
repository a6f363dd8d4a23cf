/**
 * Where in this YAML are the leaves, and how do `set`, `unset` and the metadata change it?
 *
 * sops.md 3.4 and yaml-holes: the text is scanned as go-yaml scans it, because sops does, and every leaf is a stretch of it.
 * What lies between the leaves is never reprinted.
 */
import type { Format, Leaf, ParsedText, Replacement, Selects, Side, Tree } from "./format.ts";
import { unmergedLine } from "../text/merge-marks.ts";
import { spliced, type Splice } from "../text/splice.ts";
import { knownBeside, splicesOf } from "./parsed.ts";
import { malformedAt } from "./place.ts";
import { utf8 } from "./text.ts";
import { expandAliases } from "./yaml/aliases.ts";
import { checkStream } from "./yaml/check.ts";
import { composeStream } from "./yaml/compose.ts";
import { extractEntry } from "./yaml/find.ts";
import { leavesOf } from "./yaml/leaves.ts";
import { carriedSplices, metadataOf, metadataSplices } from "./yaml/metadata.ts";
import type { Stream } from "./yaml/node.ts";
import { printed } from "./yaml/print.ts";
import { inSealedLayout } from "./yaml/sealed-layout.ts";
import { setEntry } from "./yaml/set.ts";
import { unsetEntry } from "./yaml/unset.ts";
import { valuesOf } from "./yaml/value.ts";

const { keep, of: streamOf } = knownBeside<Stream>();

export const yaml: Format = {
  name: "yaml",
  ...utf8,
  parse: parseText,
  expandAliases,
  print,
  printLike,
  inDocument(parsed, index) {
    return keep({ ...parsed }, { ...streamOf(parsed), current: index });
  },
  set: (parsed, steps, json) => setEntry(streamOf(parsed), steps, json),
  unset: (parsed, steps) => unsetEntry(streamOf(parsed), steps),
  extract: (parsed, steps) => extractEntry(streamOf(parsed), steps),
  read: (parsed) => valuesOf(streamOf(parsed)),
  write: printed,
};

function parseText(text: string, side: Side, selects?: Selects): ParsedText {
  // A half-merged file says so, instead of missing a colon somewhere.
  const unmerged = unmergedLine(text);
  if (unmerged !== undefined) throw malformedAt("merge conflict markers: resolve the conflict first", unmerged, 1);
  const stream = composeStream(text);
  checkStream(stream);
  const parsed: ParsedText = {
    text,
    leaves: selects === undefined ? withoutCopies(leavesOf(stream, side)) : inSealedLayout(stream, selects),
    doubts: [],
    metadata: metadataOf(stream, side),
  };
  return keep(parsed, stream);
}

/** A comment's copy is nothing to anybody: it does not count in the MAC, and the rules leave it unencrypted. */
function withoutCopies({ leaves }: { readonly leaves: readonly Leaf[] }): readonly Leaf[] {
  return leaves.filter(({ kind, copy }) => kind === "value" || !copy);
}

function printLike(
  parsed: ParsedText,
  replacements: readonly Replacement[],
  { metadata, previous }: { readonly metadata: Tree; readonly previous: ParsedText },
): string {
  return spliced(parsed.text, [
    ...splicesOf(replacements),
    ...carriedSplices(streamOf(parsed), streamOf(previous), metadata),
  ]);
}

function print(...[parsed, replacements, metadata, indent]: Parameters<Format["print"]>): string {
  const leaves = splicesOf(replacements);
  const block = metadataSplices(streamOf(parsed), metadata, indent);
  if (metadata !== undefined) return spliced(parsed.text, [...leaves, ...block]);
  const isIn = (outer: Splice) => (leaf: Splice) => leaf.start >= outer.start && leaf.end <= outer.end;
  return spliced(parsed.text, [
    ...leaves.filter((leaf) => !block.some((outer) => isIn(outer)(leaf))),
    ...block.map((outer) => withoutComments(parsed.text, outer, leaves.filter(isIn(outer)))),
  ]);
}

/** sops writes a last comment behind its own key; taken out with the block, it stays on a line of its own. */
function withoutComments(text: string, block: Splice, comments: readonly Splice[]): Splice {
  if (comments.length === 0) return block;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { ...block, source: block.source + comments.map(({ source }) => source + eol).join("") };
}
