/**
 * How does an open text become a sealed one that differs from its predecessor only where it has to?
 *
 * Seal what the rule selects, reuse what stands, renew MAC and timestamp, print, and before anybody gets to see it: open
 * what was printed and compare it with what was meant.
 */
import { sameDataKey, type DataKey } from "../../crypto/data-key.ts";
import { sealValue } from "../../crypto/value-cipher.ts";
import { SecretsError } from "../../errors.ts";
import type { Format, Leaf, ParsedText, Replacement, Scalar, Selects } from "../../formats/format.ts";
import { placeAt, stepsText } from "../../formats/place.ts";
import { sameScalar, scalarOf } from "../../formats/scalar.ts";
import { sameKeys } from "../../formats/tree.ts";
import {
  aadOf,
  openDocument,
  readDocument,
  type OpenedDocument,
  type OpenedLeaf,
  type SopsDocument,
} from "./document.ts";
import { macText, sealMac, timestamp } from "./mac.ts";
import { metadataTree, readMetadata, sameMetadata, type Metadata } from "./metadata.ts";
import { reusable, type Reuse, type ReusableLeaf } from "./reuse.ts";
import { compileSelection, DEFAULT_RULE, sameSettings } from "./selection.ts";
import { exceptions, sealSpellings } from "./spelling.ts";

export interface Sealing {
  /** The open text, as people wrote it. */
  readonly text: string;
  readonly format: Format;
  readonly dataKey: DataKey;
  /** Keys, threshold and selection as they shall be written; MAC, timestamp and spellings are found here. */
  readonly metadata: Metadata;
  /**
   * What the text comes from: of several, the first gives layout and metadata. With the same data key the ENC texts of all are
   * reused, so that a merge keeps those of both sides.
   */
  readonly earlier?: readonly OpenedDocument[] | undefined;
  /** Whether MAC and timestamp are renewed even where nothing else differs: the first was opened without its MAC. */
  readonly renewMac?: boolean | undefined;
  /** As `Format.write` takes it: for what is printed of a new document beside its text. */
  readonly indent?: number | undefined;
  readonly now: Date;
}

export interface Sealed {
  readonly text: string;
  /** What the text opens to: usable as an earlier document of the next sealing. */
  readonly opened: OpenedDocument;
  /** Whether it opens to the given text byte for byte; if not, it has the same values in another spelling. */
  readonly exact: boolean;
  /** Where in the given text aliases had to be written out. */
  readonly expanded: readonly { readonly line: number; readonly column: number }[];
}

/**
 * Seals an open text. Where neither it nor the selection differs from the first earlier document, only the metadata is touched.
 * @throws SecretsError `refused`: it has a top-level `sops` already. `malformed`: it does
 * not parse, or the rule's expression is invalid.
 */
export async function sealDocument(sealing: Sealing): Promise<Sealed> {
  const { format, metadata, text, earlier: [previous] = [] } = sealing;
  if (previous !== undefined && isUntouched(sealing, previous)) {
    const opened = await rewriteMetadata(previous, metadata);
    return { text: opened.text, opened, exact: true, expanded: [] };
  }
  const selects = await compileSelection(metadata.settings);
  const given = format.parse(text, "open", selects);
  refuseMetadata(given);
  if (previous === undefined) refuseNothing(sealing);
  refuseDoubts(given, previous);
  const expanded = format.expandAliases?.(text, selects) ?? { text, at: [] };
  const parsed = expanded.text === text ? given : format.parse(expanded.text, "open", selects);
  refuseLostComments(given, parsed, selects);
  let failure: unknown;
  for (const way of waysToWrite(previous)) {
    try {
      const plan: Planned = { ...sealing, previous, way, parsed, selects };
      const opened = await proven({ ...plan, leaves: sealLeaves(plan) });
      return { text: opened.text, opened, exact: opened.openText === text, expanded: expanded.at };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function isUntouched(sealing: Sealing, previous: OpenedDocument): boolean {
  return (
    sealing.renewMac !== true &&
    sealing.text === previous.openText &&
    sealing.format === previous.format &&
    sameDataKey(sealing.dataKey, previous.dataKey) &&
    sameSettings(sealing.metadata.settings, previous.metadata.settings)
  );
}

/**
 * The document with other keys or another threshold; values, MAC, timestamp and everything else as they are.
 * @returns the same object where nothing differs.
 */
export async function rewriteMetadata(opened: OpenedDocument, metadata: Metadata): Promise<OpenedDocument> {
  const { mac, lastModified, spelling, settings } = opened.metadata;
  const wanted: Metadata = { ...metadata, mac, lastModified, spelling, settings };
  if (sameMetadata(wanted, opened.metadata)) return opened;
  const document = readDocument(opened.format.print(opened.parsed, [], metadataTree(wanted)), opened.format);
  if (!sameMetadata(document.metadata, wanted)) throw new Error("the metadata was not written as meant");
  return openDocument(document, opened.dataKey);
}

/** How to write it: `verbatim` reuses sealed sources, `inPlace` the standing metadata block. */
interface Way {
  readonly verbatim: boolean;
  readonly inPlace: boolean;
}

/** The way that changes least comes first; the others are for layouts in which it does not open to what was meant. */
function waysToWrite(previous: OpenedDocument | undefined): readonly Way[] {
  const plain: Way = { verbatim: false, inPlace: false };
  return previous === undefined
    ? [plain]
    : [{ verbatim: true, inPlace: true }, { verbatim: true, inPlace: false }, plain];
}

function refuseMetadata({ metadata }: ParsedText): void {
  if (metadata === undefined) return;
  try {
    readMetadata(metadata);
  } catch {
    throw new SecretsError("refused", 'the text has a top-level key "sops", which is reserved for the metadata');
  }
  throw new SecretsError("refused", "the input is already encrypted");
}

/** sops refuses it too, and nothing in it would be secret. */
function refuseNothing({ text, format }: Sealing): void {
  if ((format.isWhole === true ? text : text.trim()) === "")
    throw new SecretsError("refused", "the input is empty: there is nothing to encrypt");
}

/** Of two equal keys every program takes another. A file of sops that has some can be edited, so that one of them goes. */
function refuseDoubts({ doubts }: ParsedText, previous: OpenedDocument | undefined): void {
  if (doubts.length === 0) return;
  const before = previous?.format.parse(previous.openText, "open").doubts ?? [];
  const known = new Set(before.map(({ steps }) => stepsText(steps)));
  const found = doubts.find(({ steps }) => !known.has(stepsText(steps)));
  if (found === undefined) return;
  const { message, hint, line, column } = found;
  throw new SecretsError("malformed", message, { at: placeAt(line, column), hint });
}

/** An alias that is written out loses the comments inside what it copies. */
function refuseLostComments(given: ParsedText, expanded: ParsedText, selects: Selects): void {
  const values = ({ leaves }: ParsedText) => leaves.filter(({ kind }) => kind === "value");
  const after = values(expanded).map(selects);
  const lost = given === expanded ? undefined : values(given).find((leaf, index) => selects(leaf) !== after[index]);
  if (lost === undefined) return;
  throw new SecretsError("malformed", "an alias copies comments that select what is encrypted", {
    at: placeAt(lost.line, lost.column),
    hint: "replace the alias with the values and their comments",
  });
}

interface SealedLeaf {
  readonly leaf: Leaf;
  readonly selected: boolean;
  /** What it shall open to. */
  readonly scalar: Scalar;
  /** What takes its place; undefined where it stays as it is. */
  readonly source: string | undefined;
}

interface Planned extends Sealing {
  readonly selects: Selects;
  readonly previous: OpenedDocument | undefined;
  readonly way: Way;
  readonly parsed: ParsedText;
}

function sealLeaves(plan: Planned): readonly SealedLeaf[] {
  const reuse = reusable(plan.earlier ?? [], plan.dataKey);
  const { leaves, text } = plan.parsed;
  const before = leaves.map((leaf) =>
    plan.selects(leaf) && !leaf.copy ? { taken: reuse.takeLeaf(leaf, text.slice(leaf.start, leaf.end)) } : undefined,
  );
  return leaves.map((leaf, index) => {
    const found = before[index];
    if (found === undefined || found.taken?.state === "stuck") {
      return { leaf, selected: false, scalar: leaf.scalar, source: undefined };
    }
    const scalar = found.taken?.scalar ?? leaf.scalar;
    return { leaf, selected: true, scalar, source: sealedSource(plan, { leaf, scalar, before: found.taken }, reuse) };
  });
}

function sealedSource(
  plan: Planned,
  value: { readonly leaf: Leaf; readonly scalar: Scalar; readonly before: ReusableLeaf | undefined },
  reuse: Reuse,
): string {
  const { leaf, scalar, before } = value;
  const aad = aadOf(leaf.path);
  const standing = before?.sameKey === true ? before.sealed : undefined;
  // Whether a comment is encrypted has to show from its encrypted text too.
  const fits = (enc: string) => leaf.kind === "value" || plan.selects({ ...leaf, scalar: scalarOf("comment", enc) });
  if (before !== undefined && standing !== undefined && fits(standing.enc)) {
    if (plan.way.verbatim) return before.sealedSource;
    if (standing.aad === aad) return leaf.seal(standing.enc);
  }
  const known = reuse.takeEnc(aad, scalar);
  if (known !== undefined && fits(known)) return leaf.seal(known);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const enc = sealValue(plan.dataKey, aad, scalar);
    if (fits(enc)) return leaf.seal(enc);
  }
  const { name, value: expression } = plan.metadata.settings.rule ?? DEFAULT_RULE;
  throw new SecretsError("refused", `${name} ${expression} also matches encrypted comments`, {
    at: placeAt(leaf.line, leaf.column),
    hint: "so they could not be told apart: do not let it match ENC[AES256_GCM,data:…,iv:…,tag:…,type:comment]",
  });
}

/** An encrypted text matches a short expression by chance. */
const MOST_TRIES = 100;

interface Draft extends Planned {
  readonly leaves: readonly SealedLeaf[];
}

/** Seals the MAC, writes, opens what was written, and adds the spellings that got lost. */
async function proven(draft: Draft): Promise<OpenedDocument> {
  const { dataKey, previous, parsed, leaves } = draft;
  const lastModified = timestamp(draft.now);
  const mac = sealMac(dataKey, lastModified, macText(leaves, draft.metadata.settings.macOnlyEncrypted));
  const fresh: Metadata = { ...draft.metadata, lastModified, mac };
  const standing = previous !== undefined && sameDataKey(previous.dataKey, dataKey) ? previous.spellings : undefined;
  const first = await writeAndOpen(draft, { ...fresh, spelling: standing?.sealed ?? "" });
  if (first.openText === parsed.text) return first;
  const plain = standing === undefined ? first : await writeAndOpen(draft, { ...fresh, spelling: "" });
  const sources = leaves.map(({ leaf }) => parsed.text.slice(leaf.start, leaf.end));
  const spelling = sealSpellings(dataKey, exceptions(plain.leaves, sources), standing);
  return spelling === "" ? plain : writeAndOpen(draft, { ...fresh, spelling });
}

async function writeAndOpen(draft: Draft, metadata: Metadata): Promise<OpenedDocument> {
  const document = written(draft, metadata);
  refuseChanged(draft, document.parsed.leaves);
  if (!sameMetadata(document.metadata, metadata)) throw new Error("the metadata was not written as meant");
  const opened = await openDocument(document, draft.dataKey);
  compare(draft.leaves, opened.leaves);
  return opened;
}

/** A block of YAML at the end of a text without a last line break gets one from the metadata, and its value, or the key that it is, would end in it. */
function refuseChanged({ leaves: meant, parsed }: Draft, found: readonly Leaf[]): void {
  if (meant.length !== found.length) return;
  for (const [index, { leaf, source, scalar }] of meant.entries()) {
    const other = found[index];
    if (other === undefined) continue;
    const isOtherKey = !parsed.text.endsWith("\n") && leaf.kind === "value" && !sameKeys(leaf.path, other.path);
    if (!isOtherKey && (source !== undefined || sameScalar(scalar, other.scalar))) continue;
    const message = `${isOtherKey ? "this key" : "this value is left unencrypted, and"} would become another one`;
    const at = placeAt(leaf.line, leaf.column);
    throw new SecretsError("malformed", message, { at, hint: "end the text with a line break" });
  }
}

/** The sealed text with this metadata, read again. */
function written(draft: Draft, metadata: Metadata): SopsDocument {
  const { format, previous, parsed, leaves } = draft;
  const replacements: Replacement[] = leaves.flatMap(({ leaf, source }) =>
    source === undefined ? [] : [{ leaf, source }],
  );
  const tree = metadataTree(metadata);
  const inPlace = draft.way.inPlace ? previous : undefined;
  if (inPlace !== undefined && format.printLike !== undefined) {
    return readDocument(format.printLike(parsed, replacements, { metadata: tree, previous: inPlace.parsed }), format);
  }
  const block = inPlace === undefined ? undefined : metadataBlock(inPlace, metadata);
  if (block === undefined) return readDocument(format.print(parsed, replacements, tree, draft.indent), format);
  const body = format.print(parsed, replacements, undefined);
  if (!body.endsWith(block.after)) throw new Error("the text ends in another way");
  const text = body.slice(0, body.length - block.after.length) + block.text + block.after;
  const document = readDocument(text, format);
  if (format.print(document.parsed, [], undefined) !== body)
    throw new Error("the metadata does not fit here as it stood");
  return document;
}

/**
 * The metadata block of the previous text with what changed in it, and all that stands behind it: so a block that another
 * version of sops wrote keeps its order, quotes and indentation. Undefined where the block is not in one piece.
 */
function metadataBlock(previous: OpenedDocument, metadata: Metadata): { text: string; after: string } | undefined {
  const { format, parsed } = previous;
  const without = format.print(parsed, [], undefined);
  const updated = format.print(parsed, [], metadataTree(metadata));
  let at = 0;
  while (at < without.length && without.charCodeAt(at) === updated.charCodeAt(at)) at += 1;
  const after = without.slice(at);
  return updated.endsWith(after) ? { text: updated.slice(at, updated.length - after.length), after } : undefined;
}

/** What was written has to open to what was meant, and what was selected has to be sealed. */
function compare(meant: readonly SealedLeaf[], opened: readonly OpenedLeaf[]): void {
  const agree =
    meant.length === opened.length &&
    meant.every(({ scalar, selected, leaf }, index) => {
      const other = opened[index];
      if (other === undefined || (selected && other.state !== "sealed") || !sameScalar(scalar, other.scalar))
        return false;
      return leaf.kind === "comment" || sameKeys(leaf.path, other.leaf.path);
    });
  if (!agree) throw new Error("the sealed text does not open to what was meant");
}
