/** SEC005: is an encrypted file whole, as far as one can see without a key? */
import { shellWord } from "../../words/shell.ts";
import { looksSealed } from "../../crypto/value-cipher.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { compileSelection } from "../../documents/sops/selection.ts";
import { expected } from "../../errors.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { isExample, isExempt } from "../../policy/enforcement.ts";
import { remerging, RESTORED, restoring } from "../reading/commands.ts";
import { standsInClear } from "../reading/clear.ts";
import { mayBeEncrypted } from "../reading/content.ts";
import { differingKeys, sidesText } from "../reading/merged.ts";
import { UNMERGED } from "../../text/merge-marks.ts";
import type { Draft, Rule, FileSubject } from "../finding.ts";
import { placeOf } from "../reading/place.ts";
import { brokenEntries } from "../reading/reader-entries.ts";
import { sealedShape } from "../reading/ciphertext.ts";
import { openLeaves } from "../reading/sensitivity.ts";

export const sec005: Rule = {
  id: "SEC005",
  title: "broken encrypted file",
  severity: "error",
  tells: "damage",
  mark: ({ bytes, needles }) => needles.metadata || mayBeEncrypted(bytes, needles),
  explanation: {
    what: [
      "An inconsistent sops file: no MAC or version, values cut short or readable, duplicate keys,",
      "broken or copied entries of readers, merge markers, no metadata, or text that does not parse.",
    ],
    why: ["It does not open, or its content cannot be trusted: without a MAC values can be swapped unnoticed."],
    fix: [
      "git checkout COMMIT -- FILE with the last commit in which it was intact, then secrets edit FILE.",
      "Merge markers: both sides are in git; the finding has the commands that keep both.",
    ],
    limits: [
      "Only what is visible without a key: --verify checks the MAC (SEC006).",
      "Encrypted values without metadata count where the policy covers the path.",
    ],
  },
  file: async (subject) => {
    const fix = `${restoring(subject.file)} ${RESTORED}`;
    return (await brokenDrafts(subject)).map((draft) => ({ ...draft, fix: draft.fix ?? fix }));
  },
};

async function brokenDrafts(subject: FileSubject): Promise<Draft[]> {
  const { content } = subject;
  if (content.kind === "broken-sops") {
    const exposes = await standsInClear(subject, content.text);
    const isMerge = content.problem.message === UNMERGED;
    const origin = isMerge ? await subject.origin() : undefined;
    const sides = sidesText(await differingKeys(origin, subject.path));
    const fix = isMerge ? remerging(subject.file, origin) : undefined;
    const message = told(content.problem.message, exposes) + sides;
    return [{ severity: "error", message, place: content.problem.at, fix, subject: "syntax", exposes }];
  }
  if (content.kind === "sops") {
    const { document } = content;
    if (isTemplate(document.parsed.leaves)) {
      return isExample(subject.path) ? [] : [{ severity: "error", message: NO_VALUES, subject: "template" }];
    }
    return [
      ...metadataDrafts(document),
      ...(await brokenEntries(document, subject)),
      ...duplicateDrafts(document, subject),
      ...(await leafDrafts(document)),
    ];
  }
  return strayDrafts(subject);
}

async function strayDrafts(subject: FileSubject): Promise<Draft[]> {
  const place = await strayPlace(subject);
  if (place === undefined || subject.content.kind !== "plain") return [];
  const message = "it holds encrypted values and no sops metadata, so nobody can open it";
  const exposes = await standsInClear(subject, subject.content.text ?? "");
  return [{ severity: "error", message: told(message, exposes), place, subject: "metadata", exposes }];
}

/** That it is broken is half of it where plaintext is lost. */
function told(message: string, exposes: boolean): string {
  return exposes ? `${message}; part of it is unencrypted` : message;
}

/** Where an encrypted value stands in a file of the policy that has no metadata. Texts and programs speak of such values too. */
export async function strayPlace({ content, governed, path }: FileSubject) {
  if (content.kind !== "plain" || !content.needles.sealed || content.text === undefined) return undefined;
  if (governed === undefined || governed.enforcement === "never" || isExempt(path, governed)) return undefined;
  // In a comment it is an example.
  const leaves = await openLeaves(content.text, path, false);
  if (leaves !== undefined) {
    return leaves.find(({ scalar }) => textOfScalar(scalar)?.startsWith(SEALED));
  }
  return governed.enforcement === "always" ? sealedOutsideComments(content.text) : undefined;
}

const SEALED = "ENC[AES256_GCM,";

function sealedOutsideComments(text: string) {
  for (let at = text.indexOf(SEALED); at !== -1; at = text.indexOf(SEALED, at)) {
    const line = text.lastIndexOf("\n", at) + 1;
    if (!/^[ \t]*(?:[#;]|\/\/)/.test(text.slice(line, at))) return placeOf(text, at);
    const end = text.indexOf("\n", at);
    if (end === -1) return undefined;
    at = end;
  }
  return undefined;
}

function metadataDrafts({ text, metadata }: SopsDocument): Draft[] {
  const drafts: Draft[] = [];
  const add = (message: string, subject: string, place = {}) =>
    drafts.push({ severity: "error", message, subject, place });
  const at = placeOf(text, text.search(/^[ \t]*"?(?:sops_)?mac"?[ \t]*[:=]/m));
  if (metadata.mac === "") add("it has no MAC", "mac", at);
  else if (sealedShape(metadata.mac) !== "whole") add("its MAC is malformed", "mac", at);
  if (metadata.version === "") add("its metadata names no version of sops", "version");
  if (metadata.lastModified === "") add("its metadata has no lastmodified", "lastmodified");
  return drafts;
}

function duplicateDrafts({ parsed }: SopsDocument, { file }: FileSubject): Draft[] {
  const fix = `secrets edit ${shellWord(file)}`;
  return parsed.doubts.map((doubt) => {
    return { severity: "error", message: doubt.message, place: doubt, fix, subject: stepsText(doubt.steps) };
  });
}

async function leafDrafts({ parsed, metadata }: SopsDocument): Promise<Draft[]> {
  const drafts: Draft[] = [];
  const selects = await compileSelection(metadata.settings).catch((error: unknown) => {
    const { code, message } = expected(error);
    if (code === "malformed") {
      // Nobody can tell what was to be unencrypted.
      const exposes = parsed.leaves.some(({ kind, scalar }) => kind === "value" && isOpen(textOfScalar(scalar) ?? ""));
      drafts.push({ severity: "error", message: `in its metadata, ${message}`, subject: "selection", exposes });
    }
    return () => true;
  });
  for (const leaf of parsed.leaves) {
    const text = textOfScalar(leaf.scalar) ?? "";
    const shape = text.startsWith("ENC[") && selects(leaf) ? sealedShape(text) : "whole";
    const add = (message: (key: string) => string) => {
      const key = stepsText(leaf.steps);
      const exposes = text.startsWith("ENC[") && (!looksSealed(text) || shape === "readable");
      drafts.push({ severity: "error", message: message(key), place: leaf, subject: key, exposes });
    };
    if (shape === "readable") add((key) => `the value of ${key} is written like an encrypted one but is readable`);
    if (leaf.kind === "value" && shape === "whole" && isOfWrongType(leaf, text))
      add((key) => `the encrypted value of ${key} has a type that sops does not write there: it was changed`);
    if (shape === "malformed") add((key) => `the encrypted value of ${key} is cut short or malformed`);
  }
  return drafts;
}

const NO_VALUES = "its encrypted values are placeholders, or all of them are cut short";
/** As many values are not cut short by one accident. */
const MANY = 3;

/** Whether what looks encrypted is written by hand, every value of it. */
function isTemplate(leaves: readonly Leaf[]): boolean {
  const texts = leaves.map(({ scalar }) => textOfScalar(scalar) ?? "").filter(looksSealed);
  return texts.length > MANY && texts.every((text) => sealedShape(text) === "malformed");
}

/** The type of a value is not authenticated. sops writes no `bytes`, and comments only in lists. */
function isOfWrongType({ steps }: Leaf, text: string): boolean {
  const type = text.startsWith("ENC[") ? /type:([a-z]+)\]\s*$/.exec(text)?.[1] : undefined;
  return type === "bytes" || (type === "comment" && typeof steps.at(-1) === "string");
}

function isOpen(text: string): boolean {
  return text !== "" && !looksSealed(text);
}
