/**
 * What is in this sops document, as far as one can see without a key, and with it?
 *
 * `readDocument` needs no key and serves `ls`, `who` and `filestatus`. `openDocument` decrypts every value, checks the MAC
 * and gives the open text; what it learns is also what the next sealing reuses.
 */
import { openComment, looksSealed, parseEnc, type Enc } from "../../crypto/value-cipher.ts";
import type { DataKey } from "../../crypto/data-key.ts";
import { SecretsError } from "../../errors.ts";
import type { Format, Leaf, ParsedText, Scalar, Selects } from "../../formats/format.ts";
import { placeAt, stepsText } from "../../formats/place.ts";
import { staysClear, textOfScalar } from "../../formats/scalar.ts";
import { checkMac, macText } from "./mac.ts";
import { readMetadata, type Metadata } from "./metadata.ts";
import { compileSelection } from "./selection.ts";
import { openScalar } from "./value.ts";
import { openSpellings, openTextOf, respell, type Spellings } from "./spelling.ts";

/** A sops file that was read and not yet opened. */
export interface SopsDocument {
  readonly format: Format;
  /** The sealed text. */
  readonly text: string;
  readonly parsed: ParsedText;
  readonly metadata: Metadata;
}

/** One leaf of the sealed text, opened. */
export interface OpenedLeaf {
  /** On the sealed side: line, column, path and steps are those of the sealed text. */
  readonly leaf: Leaf;
  /**
   * - `sealed`: it was encrypted and `scalar` is what it decrypts to.
   * - `clear`: the rules leave it, or it is null or empty. - `stuck`: a comment that cannot be decrypted, left as it is.
   */
  readonly state: "sealed" | "clear" | "stuck";
  readonly scalar: Scalar;
  /** The source on the sealed and on the open side. */
  readonly sealedSource: string;
  readonly openSource: string;
  /** Of a sealed leaf the ENC text, without blanks at its end, and the additional data that it opened with. */
  readonly sealed: { readonly enc: string; readonly aad: string } | undefined;
}

/** Something that is not an error and that people should hear of. */
export interface DocumentWarning {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface OpenedDocument extends SopsDocument {
  readonly dataKey: DataKey;
  /** The plaintext, without metadata. */
  readonly openText: string;
  /** In the order in which sops walks them. */
  readonly leaves: readonly OpenedLeaf[];
  readonly spellings: Spellings | undefined;
  readonly warnings: readonly DocumentWarning[];
}

/** What sops uses as additional data for a value at this path. */
export function aadOf(path: readonly string[]): string {
  return `${path.join(":")}:`;
}

/**
 * Reads a sealed text without a key.
 * @throws SecretsError `malformed`: it does not parse, has no metadata, or metadata of the wrong shape.
 */
export function readDocument(text: string, format: Format): SopsDocument {
  const parsed = format.parse(text, "sealed");
  if (parsed.metadata === undefined) throw new SecretsError("malformed", "no sops metadata: the file is not encrypted");
  return { format, text, parsed, metadata: readMetadata(parsed.metadata) };
}

/**
 * Opens every value and checks the MAC.
 * @throws SecretsError `tampered` or `malformed` with the place of the value; `ignoreMac` silences the MAC alone.
 */
export async function openDocument(
  document: SopsDocument,
  dataKey: DataKey,
  options: { readonly ignoreMac?: boolean } = {},
): Promise<OpenedDocument> {
  const { parsed, metadata } = document;
  const selects = await compileSelection(metadata.settings);
  const warnings: DocumentWarning[] = [];
  const leaves = parsed.leaves.map((leaf) =>
    located(leaf, () => openLeaf({ document, dataKey, selects, warnings }, leaf)),
  );
  if (options.ignoreMac !== true) {
    const onlyEncrypted = metadata.settings.macOnlyEncrypted;
    const counted = leaves.map(({ leaf, scalar }) => ({ scalar, selected: selects(leaf) }));
    checkMac(dataKey, { sealed: metadata.mac, lastModified: metadata.lastModified }, macText(counted, onlyEncrypted));
  }
  const spellings = openSpellings(dataKey, metadata.spelling);
  const whole = { ...document, dataKey, leaves, warnings, spellings, openText: openTextOf(document, leaves) };
  return respell(whole, selects);
}

interface Opening {
  readonly document: SopsDocument;
  readonly dataKey: DataKey;
  readonly selects: Selects;
  readonly warnings: DocumentWarning[];
}

/** Runs `work` and adds the leaf's place to what it throws. */
function located<T>(leaf: Leaf, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SecretsError) || error.at !== undefined) throw error;
    const message = `${error.message} (${leaf.kind === "comment" ? "a comment in " : ""}${stepsText(leaf.steps) || "the top level"})`;
    throw error.with({ message, at: placeAt(leaf.line, leaf.column) });
  }
}

function openLeaf(opening: Opening, leaf: Leaf): OpenedLeaf {
  const sealedSource = opening.document.text.slice(leaf.start, leaf.end);
  const clear: OpenedLeaf = {
    leaf,
    state: "clear",
    scalar: leaf.scalar,
    sealedSource,
    openSource: sealedSource,
    sealed: undefined,
  };
  if (staysClear(leaf.scalar)) return clear;
  const text = (leaf.scalar.type === "str" || leaf.kind === "comment" ? textOfScalar(leaf.scalar) : undefined) ?? "";
  if (leaf.kind === "comment") return openCommentLeaf(opening, clear, text);
  if (!opening.selects(leaf)) return clear;
  if (!looksSealed(text)) {
    throw new SecretsError("malformed", "a value is unencrypted that should be encrypted by the file's own settings");
  }
  if (leaf.copy) throw new SecretsError("malformed", "an alias is in the place of a value that should be encrypted");
  const aad = aadOf(leaf.path);
  const scalar = openScalar(opening.dataKey, aad, text);
  if (scalar.type === "comment" && typeof leaf.steps.at(-1) !== "number") {
    throw new SecretsError("tampered", "an encrypted comment is in the place of a value: its type was changed");
  }
  return opened(clear, scalar, { enc: text.trimEnd(), aad });
}

function opened(clear: OpenedLeaf, scalar: Scalar, sealed: { enc: string; aad: string }): OpenedLeaf {
  return { ...clear, state: "sealed", scalar, openSource: clear.leaf.open(scalar), sealed };
}

/** A comment's path is a guess in rare layouts, so the likely ones are tried; none fitting is not an error, as in sops. */
function openCommentLeaf(opening: Opening, clear: OpenedLeaf, text: string): OpenedLeaf {
  const { leaf } = clear;
  const { kind, scalar, above } = leaf;
  const paths = [leaf.path, ...leaf.otherPaths].filter((path) => opening.selects({ kind, path, scalar, above }));
  const enc = looksSealed(text) ? parsedOrUndefined(text) : undefined;
  if (enc !== undefined) {
    for (const aad of paths.map(aadOf)) {
      const found = openComment(opening.dataKey, aad, enc);
      if (found !== undefined) return opened(clear, found, { enc: text.trimEnd(), aad });
    }
  }
  const warn = (message: string) => opening.warnings.push({ message, line: leaf.line, column: leaf.column });
  if (looksSealed(text)) {
    warn("a comment looks encrypted and cannot be decrypted; it stays as it is");
    return { ...clear, state: "stuck" };
  }
  if (opening.selects(leaf)) warn("a comment is unencrypted that should be encrypted by the file's own settings");
  return clear;
}

function parsedOrUndefined(text: string): Enc | undefined {
  try {
    return parseEnc(text);
  } catch {
    return undefined;
  }
}
