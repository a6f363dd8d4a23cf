/**
 * What does a document say in another format?
 *
 * As stock sops converts (sops.md 3.10, 8.3): the first document, in the spelling of the other format. Comments have no place
 * in what is carried over; whoever asks is told.
 */
import { SecretsError } from "../errors.ts";
import type { Content, Format, ParsedText, Step } from "./format.ts";
import { nothingAt, stepsText } from "./place.ts";

export interface Converted {
  readonly text: string;
  /** What of the text the other format has no place for. */
  readonly documents: number;
  readonly comments: number;
}

/** An open text and the formats that it is to be carried between. */
export interface Conversion {
  readonly parsed: ParsedText;
  readonly from: Format;
  readonly to: Format;
  /** As `Format.write` takes it. */
  readonly indent?: number | undefined;
}

/**
 * The first document in the other format.
 * @throws SecretsError `malformed` where that has no way to say it.
 */
export function converted({ parsed, from, to, indent }: Conversion): Converted {
  const [first, ...others] = from.read(parsed);
  if (first !== undefined) refuseDuplicates(first, []);
  return {
    text: to.write(first ?? { kind: "map", entries: [] }, indent),
    documents: others.length,
    comments: parsed.leaves.filter(({ kind, document }) => kind === "comment" && document === 0).length,
  };
}

/**
 * One value of the first document: a text's bytes as they are, anything else in the other format.
 * @throws SecretsError `not-found`; `malformed` as `converted` does.
 */
export function convertedAt({ parsed, from, to, indent }: Conversion, steps: readonly Step[]): Uint8Array {
  const [first] = from.read(parsed);
  if (first === undefined) return new Uint8Array();
  const content = contentAt(first, steps);
  if (content === undefined) {
    const index = steps.findIndex((_, at) => contentAt(first, steps.slice(0, at + 1)) === undefined);
    throw nothingAt(steps.slice(0, index + 1));
  }
  if (content.kind === "scalar" && content.scalar.type === "str") return content.scalar.bytes;
  refuseDuplicates(content, steps);
  return to.encode(to.write(content, indent));
}

/** dotenv and JSON can have a key twice, and repeated sections of INI are such keys; no reader of the result would see both. */
function refuseDuplicates(content: Content, steps: readonly Step[]): void {
  if (content.kind === "list")
    for (const [index, item] of content.items.entries()) refuseDuplicates(item, [...steps, index]);
  if (content.kind !== "map") return;
  const seen = new Set<string>();
  for (const [key, value] of content.entries) {
    const way = [...steps, key];
    if (seen.has(key))
      throw new SecretsError("malformed", `duplicate key ${stepsText(way)}: the other format holds one`);
    seen.add(key);
    refuseDuplicates(value, way);
  }
}

/** What stands at these steps, or undefined. */
export function contentAt(content: Content, steps: readonly Step[]): Content | undefined {
  let found: Content | undefined = content;
  for (const step of steps) found = found && childOf(found, step);
  return found;
}

/** The first child of this name, as sops takes the first of duplicates. */
function childOf(content: Content, step: Step): Content | undefined {
  if (content.kind === "map") return content.entries.find(([key]) => key === step)?.[1];
  return content.kind === "list" && typeof step === "number" ? content.items[step] : undefined;
}
