/**
 * How does a file of any bytes become a document?
 *
 * sops.md 3.6: sealed it is JSON with the one key `data`, open it is the bytes themselves. An open text has one character per byte.
 */
import { SecretsError } from "../errors.ts";
import type { Content, Format, ParsedText, Replacement, Scalar, Step, Tree } from "./format.ts";
import { unitOf } from "./json-layout.ts";
import { json } from "./json.ts";
import { malformedAt, stepsText } from "./place.ts";
import { utf8 } from "./text.ts";

const KEY = "data";

/** What sops writes around the value; the metadata follows in the same layout. */
const emptyEnvelope = (indent?: number) => json.parse(`{\n${unitOf(indent)}"${KEY}": ""\n}\n`, "sealed");

/** Of a sealed text its JSON; an open one has none. */
const envelopes = new WeakMap<ParsedText, ParsedText>();

export const binary: Format = {
  name: "binary",
  isWhole: true,
  decode: (bytes, side) => (side === "open" ? Buffer.from(bytes).toString("latin1") : utf8.decode(bytes)),
  encode: bytesOf,
  parse: (text, side) => (side === "open" ? parseOpen(text) : parseSealed(text)),
  print,
  printLike: (_, replacements, { metadata, previous }) => inEnvelope(envelopeOf(previous), replacements, metadata),
  set(_, steps, source) {
    requireKey(steps);
    const value: unknown = JSON.parse(source);
    if (typeof value === "string") return Buffer.from(value).toString("latin1");
    throw new SecretsError("malformed", "a binary file is text or bytes, not a number, list or mapping");
  },
  unset(_, steps) {
    requireKey(steps);
    throw new SecretsError("refused", "a binary file is one value, which cannot be taken out of it");
  },
  extract(parsed, steps) {
    if (steps.length > 0) requireKey(steps);
    return bytesOf(parsed.text);
  },
  read: ({ leaves }) => [
    { kind: "map", entries: leaves.map(({ scalar }) => [KEY, { kind: "scalar", scalar }] as const) },
  ],
  write,
};

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

function envelopeOf(parsed: ParsedText, indent?: number): ParsedText {
  return envelopes.get(parsed) ?? emptyEnvelope(indent);
}

function parseOpen(text: string): ParsedText {
  const scalar: Scalar = { type: "str", bytes: bytesOf(text) };
  const whole = { start: 0, end: text.length, line: 1, column: 1, scalar, open: openSource };
  const leaves = emptyEnvelope().leaves.map((leaf) => ({ ...leaf, ...whole }));
  return { text, leaves, doubts: [], metadata: undefined };
}

function parseSealed(text: string): ParsedText {
  const envelope = json.parse(text, "sealed");
  const [leaf, other] = envelope.leaves;
  const isEnvelope = leaf?.path.length === 1 && leaf.path[0] === KEY && leaf.steps.length === 1;
  if (!isEnvelope || other !== undefined || leaf.scalar.type !== "str") {
    throw malformedAt(`a binary document has the one key "${KEY}", whose value is text`, other?.line ?? 1, 1);
  }
  const parsed: ParsedText = { ...envelope, leaves: [{ ...leaf, open: openSource }] };
  envelopes.set(parsed, envelope);
  return parsed;
}

function openSource({ bytes }: Scalar): string {
  return Buffer.from(bytes).toString("latin1");
}

/** Without metadata the open bytes; with it the envelope around what is sealed. */
function print(...[parsed, replacements, metadata, indent]: Parameters<Format["print"]>): string {
  if (metadata !== undefined) return inEnvelope(envelopeOf(parsed, indent), replacements, metadata);
  const [replacement] = replacements;
  if (replacement !== undefined) return replacement.source;
  return envelopes.has(parsed) ? "" : parsed.text;
}

function inEnvelope(envelope: ParsedText, replacements: readonly Replacement[], metadata: Tree): string {
  const [leaf] = envelope.leaves;
  const sealed = leaf === undefined ? [] : replacements.map(({ source }) => ({ leaf, source }));
  return json.print(envelope, sealed, metadata);
}

function requireKey(steps: readonly Step[]): void {
  if (steps.length === 1 && steps[0] === KEY) return;
  throw new SecretsError("not-found", `there is nothing at ${stepsText(steps)}: a binary file has the one key ${KEY}`);
}

function write(content: Content): string {
  const value =
    content.kind === "map" && content.entries.length === 1 && content.entries[0]?.[0] === KEY
      ? content.entries[0][1]
      : content;
  if (value.kind === "scalar" && value.scalar.type === "str") return Buffer.from(value.scalar.bytes).toString("latin1");
  throw new SecretsError(
    "malformed",
    `only a document with the one key ${KEY}, whose value is text, can be written as binary`,
  );
}
