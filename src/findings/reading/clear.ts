/**
 * What is unencrypted in an encrypted file, against its own settings or those of its rule?
 */
import { looksSealed } from "../../crypto/value-cipher.ts";
import { pathSelection, usableSelection } from "../../documents/sops/selection.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import type { FileSubject } from "../finding.ts";
import { readContent } from "./content.ts";
import { ALLOW_MARK } from "./needles.ts";

/** The values that are unencrypted against the file's own settings. */
export async function clearValues(document: SopsDocument): Promise<Leaf[]> {
  return (await clearLeaves(document)).filter(({ kind }) => kind === "value");
}

/** What a finding about this leaf is about. */
export function subjectOf({ kind, steps }: Leaf): string {
  return kind === "comment" ? `#${stepsText(steps)}` : stepsText(steps);
}

/** Values and comments. */
export async function clearLeaves(document: SopsDocument): Promise<Leaf[]> {
  // Broken settings are told elsewhere.
  const selects = await usableSelection(document.metadata.settings);
  return selects === undefined ? [] : document.parsed.leaves.filter((leaf) => selects(leaf) && isClear(leaf));
}

/** Whether a leaf that should be sealed is not, and does not even pretend to be. */
function isClear(leaf: Leaf): boolean {
  const text = textOfScalar(leaf.scalar) ?? "";
  return leaf.kind === "comment" ? !looksSealed(text) && !ALLOW_MARK.test(text) : !text.startsWith("ENC[");
}

/**
 * Whether something is unencrypted in an encrypted file that is broken. What does not parse is looked at line by line, which is enough to
 * tell plaintext from damage: sops writes every value that it seals into one line. Of an unfinished merge each side is read.
 * @param subject whose `content` is broken, or no sops file for want of metadata.
 */
export async function standsInClear(subject: FileSubject, text: string): Promise<boolean> {
  // By the rule, since what the file itself says of it may be what is broken.
  const ruling = subject.governed?.ruling;
  const selects = (ruling && (await pathSelection(wantedSettings(ruling)))) ?? (() => true);
  for (const side of sidesOf(text)) {
    const content = await readContent(new TextEncoder().encode(side), subject.path);
    if (content.kind === "age" || content.kind === "empty") continue;
    const isClear =
      content.kind === "sops" ? (await clearValues(content.document)).length > 0 : hasClearLine(side, selects);
    if (isClear) return true;
  }
  return false;
}

/** Both sides of an unfinished merge, else the text. */
function sidesOf(text: string): string[] {
  if (!/^<{7} /m.test(text)) return [text];
  const sides: [string[], string[]] = [[], []];
  let at: "both" | 0 | 1 | "neither" = "both";
  for (const line of text.split("\n")) {
    const mark = /^(<{7}|\|{7}|={7}|>{7})(?: |\r?$)/.exec(line)?.[1]?.[0];
    if (mark === "<") at = 0;
    else if (mark === "|") at = "neither";
    else if (mark === "=" && at !== "both") at = 1;
    else if (mark === ">") at = "both";
    else if (at === "both") for (const side of sides) side.push(line);
    else if (at !== "neither") sides[at].push(line);
  }
  return sides.map((lines) => lines.join("\n"));
}

interface Line {
  readonly depth: number;
  readonly key: string | undefined;
  readonly value: string;
}

const KEYED = /^\s*(?:- +)*(?:export +)?(?:"([^"]+)"|([\w.\-/]+))\s*(?::|=)(?:\s+|(?<==)|(?<=":)|$)([^]*)$/;
/** Nothing, or what holds others. */
const NO_VALUE = /^(?:null|~|true|false|""|''|[[{]|\{\}|\[\]|[\]}]|[&!#].*)?$/;

/** The depth of a line of dashes and blanks only. */
const NOTHING = -1;

function lineOf(text: string): Line {
  const [, quoted, plain, given] = KEYED.exec(text) ?? [];
  const value = given ?? /^\s*- +(\S.*)$/.exec(text)?.[1] ?? "";
  return { depth: text.search(/[^\s-]/), key: quoted ?? plain, value: value.trim().replace(/,$/, "") };
}

function hasClearLine(text: string, selects: (path: readonly string[]) => boolean): boolean {
  const above: Line[] = [];
  return withoutMetadata(text)
    .filter((line) => !/^\s*(?:[#;]|\/\/|$)/.test(line))
    .map(lineOf)
    .filter(({ depth }) => depth !== NOTHING)
    .some((line) => {
      while ((above.at(-1)?.depth ?? NOTHING) >= line.depth) above.pop();
      if (line.key !== undefined) above.push(line);
      const isSealed = looksSealed(line.value.replace(/^["']/, "")) || NO_VALUE.test(line.value);
      return !isSealed && selects(above.map(({ key = "" }) => key));
    });
}

/** The lines without what sops itself writes unencrypted, which it puts last. */
function withoutMetadata(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const isObject = text.trimStart().startsWith("{");
  let inside = false;
  return lines.filter((line) => {
    if (/^(?:sops:|\[sops\]|[ \t]*"sops"[ \t]*:)/.test(line)) inside = true;
    else if (inside && !isObject && /^[^\s#-]/.test(line) && !/^[\w.-]+[ \t]*=/.test(line)) inside = false;
    return !inside && !line.startsWith("sops_");
  });
}
