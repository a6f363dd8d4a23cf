/**
 * Which differences from sops are meant?
 *
 * Each has the name of its row in docs/sops.md. What fits none is a finding.
 */
import type { Content, Format } from "../../src/formats/format.ts";
import type { Case, Difference } from "./round.ts";

interface Told extends Difference {
  readonly refused: { readonly ours: string; readonly theirs: string };
  readonly operation: string;
  readonly given: Case;
}

type Fits = (told: Told) => boolean;

/** What we refuse with these words, and sops takes. */
const weRefuse =
  (words: RegExp): Fits =>
  ({ refused }) =>
    words.test(refused.ours);

const isFlat = ({ format }: Case) => format.name === "dotenv" || format.name === "ini";

const named: Readonly<Record<string, Fits>> = {
  "nothing to encrypt": weRefuse(/there is nothing to encrypt$/),
  "text after JSON": weRefuse(/^text after the end of the JSON value$/),
  "duplicate keys": weRefuse(/^duplicate key /),
  "lists in set": ({ operation, ours, refused }) =>
    operation === "set" && "said" in ours && refused.theirs.includes("Invalid --set value format"),
  "numbers in set": ({ operation, given, ours }) =>
    operation === "set" && isFlat(given) && !given.value.startsWith('"') && "said" in ours,
  "large numbers in set": ({ operation, given }) => operation === "set" && /^-?\d{16,}$/.test(given.value),
  "whole floats as text": ({ operation, given, ours, theirs }) =>
    operation === "convert" &&
    isFlat({ ...given, format: given.to }) &&
    "said" in ours &&
    "said" in theirs &&
    withWholeNumbers(ours.said) === withWholeNumbers(theirs.said),
  "structures in dotenv and INI": weRefuse(/ would be (?:a list|a mapping|null)$/),
  "keys and values of dotenv and INI": weRefuse(
    /^(?:dotenv|INI) cannot hold (?:this key|this value|a section of this name)$/,
  ),
  "null as text": weRefuse(/has only text, and a value is null$/),
  "bytes as text": weRefuse(/a value is not UTF-8/),
  "nested INI": weRefuse(/^INI has (?:only text in its sections|sections at the top)/),
  "whole INI sections": weRefuse(/: it is a section, and values have a key in it$/),
  "repeated INI sections": ({ operation, given }) =>
    ["set", "unset"].includes(operation) && /^ *(\[.*)$[^]*^ *\1$/m.test(given.text) && given.format.name === "ini",
  "backquotes in INI keys": weRefuse(/^a key with a backquote/),
  "binary is one value": weRefuse(/^a binary file is (?:one value|text or bytes)|a binary file has the one key/),
  "escapes in dotenv": weRefuse(/^dotenv cannot hold a backslash before an n/),
  "quotes over lines in dotenv": weRefuse(/^a value in quotes over several lines/),
  "comment marks in INI values": weRefuse(/^sops reads what begins here as a comment/),
  "dropped text in INI": weRefuse(/^sops would drop what begins here/),
  "last comment in INI": weRefuse(/^a comment with no key or section after it/),
  "header comment in INI": weRefuse(/^a comment after a section header/),
  "two comments in INI": weRefuse(/^sops puts this comment and the one above it together/),
  "numbered keys in INI": weRefuse(/^the key - is replaced by a number/),
  "comments of removed INI keys": ({ operation, given, ours, theirs }) =>
    operation === "unset" &&
    given.format.name === "ini" &&
    "said" in ours &&
    "said" in theirs &&
    withoutComments(ours.said) === withoutComments(theirs.said),
  "extracted structures": ({ operation, given, ours, theirs }) =>
    operation === "extract" &&
    "said" in ours &&
    "said" in theirs &&
    isSame(given.format, below(given, ours.said), below(given, theirs.said.replace(/^---\n[^]*/m, ""))),
  "indentation digits in YAML": ({ given, operation, ours, theirs }) =>
    (operation === "convert" ? given.to : given.format).name === "yaml" &&
    ["convert", "extract"].includes(operation) &&
    "said" in ours &&
    "said" in theirs &&
    /[-:] \|[2-9][-+]?$/m.test(theirs.said),
  "files that sops cannot open": ({ stage, ours, theirs, refused }) =>
    stage.endsWith("then sops decrypts") &&
    "said" in ours &&
    (refused.theirs !== "" || ("said" in theirs && ours.said.replaceAll(/ -0(?=,?$)/gm, " 0") === theirs.said)),
  "last block in YAML": weRefuse(/^this (?:key|value is left unencrypted, and) would become another one$/),
  "only comments in YAML": ({ operation, given, refused }) =>
    operation === "encrypt" && given.format.name === "yaml" && /file: EOF/.test(refused.theirs),
  "comments when converted": ({ operation, given, ours, theirs }) =>
    operation === "convert" && "said" in ours && "said" in theirs && isSame(given.to, ours.said, theirs.said),
};

/** Whatever was extracted, under a key. */
function below({ format }: Case, text: string): string {
  return format.name === "json" ? `{"k":${text}}` : `k:\n ${text.replaceAll("\n", "\n ")}`;
}

/** The rows that there are. */
export const NAMES: readonly string[] = Object.keys(named);

function isSame(format: Format, ours: string, theirs: string): boolean {
  const [us, them] = [read(format, ours), read(format, theirs)];
  return us !== undefined && JSON.stringify(us) === JSON.stringify(them);
}

/** A float of 100 is `100.0` and one of a million `1E+06`. */
function withWholeNumbers(text: string): string {
  return text.replaceAll(/(?<= ?= ?)-?\d[\d.]*(?:E[+-]\d+)?$/gm, (number) => String(Number(number)));
}

/** sops prints comments on lines of their own. */
function withoutComments(text: string): string {
  return text.replaceAll(/^ *[#;].*\n/gm, "");
}

function read(format: Format, latin1: string): unknown {
  try {
    return format.read(format.parse(format.decode(Buffer.from(latin1, "latin1"), "open"), "open")).map(plain);
  } catch {
    return undefined;
  }
}

function plain(content: Content): unknown {
  if (content.kind === "list") return content.items.map(plain);
  if (content.kind === "map") return { entries: content.entries.map(([key, value]) => [key, plain(value)]) };
  const { type } = content.scalar;
  return `${type === "int" ? "float" : type} ${Buffer.from(content.scalar.bytes).toString("latin1")}`;
}

/** The row of docs/sops.md that says why, or undefined. */
export function nameOf(difference: Difference, given: Case): string | undefined {
  const said = (outcome: Difference["ours"]) => ("refused" in outcome ? outcome.refused : "");
  const told = {
    ...difference,
    refused: { ours: said(difference.ours), theirs: said(difference.theirs) },
    operation: difference.stage.split(/[ ,]/)[0] ?? "",
    given,
  };
  return Object.entries(named).find(([, fits]) => fits(told))?.[0];
}
