/**
 * In which document of a file does a key stand?
 *
 * sops looks into the first of several YAML documents alone, and `set` makes there what it does not find. That is kept, but
 * where the key, or what it would stand in, is in another document, it was hardly meant.
 */
import { SecretsError } from "../../errors.ts";
import { keyWord, shellWord } from "../../words/shell.ts";
import { contentAt } from "../../formats/convert.ts";
import type { Content, Format, ParsedText, Step } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { resolveSteps, stepsOf } from "./key-path.ts";
import type { SecretDocument } from "./secret.ts";

/** What somebody typed. */
export interface KeyRequest {
  readonly verb: "get" | "set" | "unset";
  /** As it is shown. */
  readonly file: string;
  readonly key: string;
  /** Counted from 1. */
  readonly document?: number | undefined;
}

/** Where that is. */
export interface Address {
  /** The text, in which `set`, `unset` and `extract` work in the document that is meant. */
  readonly parsed: ParsedText;
  readonly steps: readonly Step[];
  /** Whether nothing stands there yet. */
  readonly isNew: boolean;
}

/** The same in a file that is to be written. @throws SecretsError what opening it throws */
export async function addressIn({ format, text }: SecretDocument, request: KeyRequest): Promise<Address> {
  return addressOf(format, format.parse(await text(), "open"), request);
}

/** @throws SecretsError `usage`: there is no such document, or another one may be meant, which the hint names */
export function addressOf(format: Format, parsed: ParsedText, request: KeyRequest): Address {
  const given = stepsOf(request.key);
  const documents = format.read(parsed).map((content, index): Candidate => {
    const leaves = parsed.leaves.filter(({ document }) => document === index);
    return { content, steps: resolveSteps(given, leaves) };
  });
  const index = (request.document ?? 1) - 1;
  if (index !== 0 && documents[index] === undefined) throw noDocument(request, documents.length);
  const [first, ...others] = documents;
  if (request.document === undefined && first !== undefined && !has(first)) {
    const meant = meantElsewhere(request, given, { first, others });
    if (meant !== undefined) throw elsewhere(request, { ...meant, count: documents.length });
  }
  const found = documents[index];
  return {
    parsed: index === 0 ? parsed : (format.inDocument?.(parsed, index) ?? parsed),
    steps: found?.steps ?? given,
    isNew: found === undefined || !has(found),
  };
}

/** A document, and the steps as they are read in it. */
interface Candidate {
  readonly content: Content;
  readonly steps: readonly Step[];
}

function has({ content, steps }: Candidate, depth = steps.length): boolean {
  return contentAt(content, steps.slice(0, depth)) !== undefined;
}

/** The document that a key which is not in the first one was probably meant for; for `set` what it would stand in will do. */
function meantElsewhere(
  { verb, key }: KeyRequest,
  given: readonly Step[],
  { first, others }: { readonly first: Candidate; readonly others: readonly Candidate[] },
): { readonly key: string; readonly document: number } | undefined {
  if (others.length === 0) return undefined;
  const isRootless = verb === "set" && !has(first, 1);
  const whole = others.findIndex((each) => has(each));
  const other = whole === -1 && isRootless ? others.findIndex((each) => has(each, 1)) : whole;
  if (other !== -1) return { key, document: other + 2 };
  const [number, ...rest] = given;
  if (verb !== "set" || typeof number !== "number" || rest.length === 0) return undefined;
  return { key: stepsText(rest), document: Math.min(number, others.length) + 1 };
}

function noDocument({ file, document = 1 }: KeyRequest, count: number): SecretsError {
  const has = count === 1 ? "one document" : `${count} documents`;
  return new SecretsError("usage", `no document ${document}: the file has ${has}`, { at: { file } });
}

function elsewhere(
  { verb, file }: KeyRequest,
  { key, document, count }: { readonly key: string; readonly document: number; readonly count: number },
): SecretsError {
  const message = `the file has ${count} documents, and the key is not in the first; documents are counted from 1`;
  return new SecretsError("usage", message, {
    at: { file },
    hint: `secrets ${verb} ${shellWord(file)} ${keyWord(key)} --document ${document}`,
  });
}
